"""Script that Streamlit runs for every page.

The processes of races import it as well, under another name, as required by ``multiprocessing``;
they draw nothing.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if __name__ == "__main__":
    from pages.parts.shell.navigation import draw

    draw()
