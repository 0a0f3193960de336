"""Lint, format and types are checked by tests."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy", "--strict", "app.py", "engine", "pages", "tests"],
}

SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "command",
    [pytest.param(c, id=name, marks=SLOW if name == "types" else ()) for name, c in CHECKS.items()],
)
def test_the_code_is_clean(command: list[str]) -> None:
    tool = shutil.which(command[0], path=str(Path(sys.executable).parent)) or command[0]
    done = subprocess.run(
        [tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
