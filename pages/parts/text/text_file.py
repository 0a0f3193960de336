"""Reader of texts in TOML files."""

import re
import tomllib
from pathlib import Path
from typing import Any


def read_texts(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; a percent sign stays on the line of its number."""
    text = path.read_text(encoding="utf-8")
    return tomllib.loads(re.sub(r"(?<=\d) (?=%)", "\u00a0", text))
