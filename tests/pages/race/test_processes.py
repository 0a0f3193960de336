"""Race processes end with the server, even if it crashes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.processes import alive, descendants, wait_until_ended

_SERVER = """
import sys, time
from pages.parts.work.job_queue import shutdown
from pages.parts.work.race_pool import open_processes

if __name__ == "__main__":
    executor = open_processes()
    executor.submit(int).result()
    executor.submit(time.sleep, 600)
    print("races", flush=True)
    sys.stdin.readline()
    shutdown()
"""
_STOP = """
import time
from engine.experiments.race.contenders import line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import UnderWay
from engine.worlds.coffee import COFFEE
from pages.parts.work.race_pool import open_processes

if __name__ == "__main__":
    executor = open_processes()
    plan = Plan(COFFEE, (line_up(COFFEE)["ours"],), visitors=20_000, repetitions=1)
    race = UnderWay(plan, executor, 1, executor.take_meter)
    race.collect(timeout=0)
    (run,) = race._pending
    while race.served < 50:
        time.sleep(0.05)
    race.stop()
    print(run.result().error, flush=True)
    executor.shutdown()
"""
_PATIENCE = 20.0
"""Seconds within which all processes must have ended; a run of a race can take longer."""


@contextmanager
def racing(tmp_path: object) -> Iterator[subprocess.Popen[str]]:
    """A process with a race that runs longer than any test."""
    script = f"{tmp_path}/server.py"
    with open(script, "w", encoding="utf-8") as file:
        file.write(_SERVER)
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == "races\n"
            yield server
        finally:
            server.kill()


@pytest.mark.slow
def test_they_end_when_it_is_killed(tmp_path: object) -> None:
    with racing(tmp_path) as server:
        started = descendants(server.pid)
        assert len(alive(started)) >= 2  # The sleeping process and the resource tracker.
        server.kill()
        server.wait()
        assert not wait_until_ended(started, _PATIENCE)


@pytest.mark.slow
def test_they_end_when_it_shuts_down_and_it_does_not_wait_for_them(tmp_path: object) -> None:
    with racing(tmp_path) as server:
        started = descendants(server.pid)
        assert server.stdin
        server.stdin.write("\n")
        server.stdin.flush()
        server.wait(_PATIENCE)
        assert not wait_until_ended(started, _PATIENCE)


@pytest.mark.slow
def test_the_runs_of_a_stopped_race_end_within_a_run(tmp_path: object) -> None:
    script = f"{tmp_path}/stop.py"
    with open(script, "w", encoding="utf-8") as file:
        file.write(_STOP)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert "CancelledError" in done.stdout
