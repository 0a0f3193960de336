"""Private parts of Streamlit used by the app, with one test each.

Streamlit is bounded to its minor version in `pyproject.toml`. Before the bound is raised, each
failure here names a part to check and the file that relies on it.
"""

import importlib
import inspect
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config, runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from pages.parts.components.scene_view import vega
from pages.parts.shell.first_paint import page

ROOT = Path(__file__).parents[2]
STATIC = Path(st.__file__).parent / "static"
OURS = sorted(
    path
    for folder in ("pages", "tests/browser")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css"}
)
COMPOSED = {
    f"stBaseButton-{kind}": "stBaseButton-" for kind in ("primary", "secondary", "tertiary")
}
"""Names composed by Streamlit at run time, and the part contained in its scripts."""


@cache
def scripts() -> str:
    """Streamlit's browser code, concatenated."""
    return "".join(
        path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("static/js/*.js"))
    )


def uses(pattern: str) -> dict[str, str]:
    """Map each Streamlit name matched by the pattern in our files to a file that uses it."""
    return {
        name: path.relative_to(ROOT).as_posix()
        for path in OURS
        for name in re.findall(pattern, path.read_text(encoding="utf-8"))
    }


TEST_IDS = uses(r"""data-testid[\^$*]?=["']?(st[A-Za-z-]+)""")
CLASSES = uses(r"""\.(st[A-Z][A-Za-z]+)""")


def test_test_ids_and_classes_are_collected() -> None:
    assert {"stHeader", "stMain", "stPopoverBody"} <= TEST_IDS.keys()
    assert {"stApp", "stVegaLiteChart"} <= CLASSES.keys()


@pytest.mark.parametrize("name", sorted(TEST_IDS))
def test_streamlit_still_has_the_test_id(name: str) -> None:
    assert COMPOSED.get(name, name) in scripts(), (
        f'Streamlit has no data-testid "{name}" any more: {TEST_IDS[name]} selects it'
    )


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_streamlit_still_has_the_class(name: str) -> None:
    assert name in scripts(), (
        f'Streamlit has no class "{name}" any more: {CLASSES[name]} selects it'
    )


def test_elements_with_a_key_still_have_it_as_a_class() -> None:
    assert "st-key-" in scripts(), "Streamlit's class st-key-<key> is gone: style.css selects by it"


def test_no_style_asks_for_a_label_that_marks_of_charts_change_with_each_click() -> None:
    sheets = [path for path in OURS if path.suffix == ".css"]
    assert sheets
    assert [path.name for path in sheets if "[aria-label" in path.read_text("utf-8")] == []


def test_index_html_still_has_the_places_that_the_first_paint_fills() -> None:
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    for place in ("</head>", '<div id="root">'):
        assert index.count(place) == 1, (
            f"Streamlit's index.html holds {index.count(place)} times {place}, not once: "
            "shell/first_paint.py puts the style sheets there"
        )
    assert page().count("<style>") >= 1


@pytest.mark.parametrize("font", ["SourceSansVF-Upright", "SourceSerifVariable-Roman"])
def test_streamlit_still_ships_the_font_that_is_preloaded(font: str) -> None:
    assert [*STATIC.glob(f"static/media/{font}.*woff2")], (
        f"Streamlit ships no font {font}: shell/first_paint.py preloads it"
    )


def test_streamlit_still_has_one_script_that_loads_vega() -> None:
    found = [path.name for path in STATIC.glob("static/js/loadVegaEmbed.*.js")]
    assert len(found) == 1, (
        f"Streamlit has {len(found)} scripts named loadVegaEmbed.*.js, not one: "
        "components/scene_view/__init__.py loads Vega with it"
    )
    assert vega().endswith(found[0])


def test_the_script_run_context_still_has_what_is_read_of_it() -> None:
    read = {"session_id", "session_state", "is_history_navigation"}
    missing = read - {*dir(ScriptRunContext), *inspect.get_annotations(ScriptRunContext)}
    assert not missing, f"ScriptRunContext has no {missing}: clients.py, unreadable.py, link.py"
    assert get_script_run_ctx(suppress_warning=True) is None


def test_the_runtime_still_knows_which_sessions_are_connected() -> None:
    assert hasattr(runtime.Runtime, "is_active_session"), (
        "Streamlit's Runtime has no is_active_session: work/clients.py counts sessions by it"
    )


@pytest.mark.parametrize("name", ["RerunException", "StopException"])
def test_a_run_still_ends_by_the_exceptions_that_are_caught(name: str) -> None:
    module = importlib.import_module("streamlit.runtime.scriptrunner")
    assert issubclass(getattr(module, name, int), BaseException), (
        f"streamlit.runtime.scriptrunner has no {name}: see pages.parts.work.frame_scheduler"
    )


def test_the_logger_of_script_runs_still_has_its_name() -> None:
    name = "streamlit.runtime.scriptrunner.script_runner"
    module = importlib.import_module(name)
    assert module._LOGGER.name == name, f"{name} has another logger: see server_logging.py"


OPTIONS = [
    f"{section}.{key}"
    for section, keys in tomllib.loads((ROOT / ".streamlit/config.toml").read_text()).items()
    if section != "theme"
    for key in keys
]


@pytest.mark.parametrize("option", [*OPTIONS, "server.baseUrlPath", "server.enableCORS"])
def test_streamlit_still_knows_the_option(option: str) -> None:
    assert option in config.get_config_options(force_reparse=True), (
        f"Streamlit has no option {option}: .streamlit/config.toml or operations/ rely on it"
    )
