"""The script that Streamlit runs for every page.

The processes in which races run read it too, under another name, as ``multiprocessing`` has
it; they draw nothing.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if __name__ == "__main__":
    from pages.parts.shell.navigation import draw

    draw()
