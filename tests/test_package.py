"""Packaging: shipped files, dependency bounds and the lock file."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / ".ci" / "constraints.txt").read_text().splitlines()
REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
]


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


def package(requirement: str) -> str:
    """Normalised package name of a requirement line (PEP 503)."""
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", sorted(set(REQUIREMENTS)))
def test_the_lock_file_pins_each_dependency(requirement: str) -> None:
    assert package(requirement) in {package(line) for line in LOCK}


def test_every_line_of_the_lock_file_pins_one_version() -> None:
    assert all(re.match(r"[a-z0-9-]+==[0-9][^ ]*( ; .+)?$", line) for line in LOCK)


@pytest.mark.parametrize("name", ["streamlit", "altair", "starlette", "numpy", "pandas"])
def test_libraries_that_the_app_leans_on_have_an_upper_bound(name: str) -> None:
    (line,) = (line for line in PROJECT["dependencies"] if package(line) == name)
    assert "<" in line


def test_streamlit_is_bounded_to_a_minor_version() -> None:
    (line,) = (line for line in PROJECT["dependencies"] if package(line) == "streamlit")
    lower, upper = re.findall(r"\d+\.(\d+)", line)
    assert int(upper) == int(lower) + 1
