"""The two official npm clients against a running app, unchanged but for the endpoint."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pages.shell.application import application

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

CALLS = Path(__file__).parent / "npm"
EXPECTED = {
    "2.0.1 rank": 201, "2.0.1 activate": 204, "2.0.1 reward": 204, "2.0.1 late reward": 204,
    "2.0.1 bad rank": 400, "2.0.1 bad reward": 400,
    "rank": 201, "activate": 204, "reward": 204,
    "multi-slot rank": 201, "multi-slot activate": 204, "multi-slot reward": 204,
    "configuration": 200, "new configuration": 200,
    "policy": 200, "new policy": 200, "reset policy": 200,
    "evaluation": 201, "evaluation result": 200, "evaluations": 200, "apply": 404,
    "delete evaluation": 204,
    "model": 200, "model properties": 200, "reset model": 204,
    "log properties": 200, "delete logs": 204, "no log": 404,
    # Not for customers: the service's own servers sent these.
    "interactions": 404, "observations": 404,
    "bad rank": 400,
    "wrong key": 401, "2.0.1 wrong key": 401,
    "large rank": 413, "2.0.1 large rank": 413,
    "too many calls": 429, "2.0.1 too many calls": 429,
}  # fmt: skip


def test_each_operation_and_each_class_of_errors_has_its_status(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        assert not os.environ.get("CI"), "Node.js with npm is missing."
        pytest.skip("needs Node.js with npm")
    folder = shutil.copytree(CALLS, tmp_path / "npm")
    install = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(install, cwd=folder, check=True, timeout=300)
    data = tmp_path / "data"
    data.mkdir()
    limits = {"PLAYGROUND_API_BODY_BYTES": "100000", "PLAYGROUND_API_BURST": "200",
              "PLAYGROUND_API_PER_SECOND": "5"}  # fmt: skip
    with application(data, environment=limits) as app:
        command = ["node", "calls.mjs", app.address, app.key]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == EXPECTED
