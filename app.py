"""Front door: ``streamlit run app.py``.

The script that Streamlit runs is ``pages/parts/shell/streamlit_main.py``. A script with a
``pages/`` folder beside it would be taken for the older kind of multipage app, and a visitor
with a deep link to a fresh server would get a page without its frame.
"""

import os
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
# NumPy reads these when loaded, here and in the race processes: matrices are small.
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from pages.parts.settings.loop_library_access import ask_database  # noqa: E402
from pages.parts.shell.first_paint import page_routes  # noqa: E402
from pages.parts.shell.not_found import not_found_route  # noqa: E402
from pages.parts.shell.operations.life import GAUGES, begin, life, note_failure  # noqa: E402
from pages.parts.shell.operations.middleware import all_middleware, broken  # noqa: E402
from pages.parts.shell.operations.prometheus_counters import Meters  # noqa: E402
from pages.parts.shell.operations.readiness import Readiness  # noqa: E402
from pages.parts.shell.operations.routes import operator_routes  # noqa: E402
from pages.parts.shell.service_api import (  # noqa: E402
    application_middleware,
    application_routes,
)

operations, limits = begin(os.environ)
readiness, meters = Readiness(ask_database), Meters(GAUGES)

# After `begin`, which refuses an invalid environment: the routes' modules read limits when loaded.
from pages.parts.shell.http_routes import ROUTES  # noqa: E402

app = st.App(
    ROOT / "pages" / "parts" / "shell" / "streamlit_main.py",
    routes=[
        *page_routes(),
        *ROUTES,
        *operator_routes(readiness, meters),
        *application_routes(operations),
        not_found_route(),
    ],
    middleware=all_middleware(operations, *application_middleware(operations, limits)),
    exception_handlers={Exception: broken(operations)},
    on_script_error=note_failure,
    lifespan=life(operations, readiness, meters),
)
