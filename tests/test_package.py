"""What is installed: all that the app needs beside its Python."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_scripts_and_styles_are_packaged() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packaged = {
        path
        for package, globs in config["tool"]["setuptools"]["package-data"].items()
        for pattern in globs
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    wanted = {
        path
        for wing in ("engine", "pages")
        for path in (ROOT / wing).rglob("*")
        if path.suffix not in {".py", ".pyc", ".md"} and path.is_file()
    }
    assert len(wanted) >= 5
    assert wanted == packaged
