"""Settings common to all tests: distribution over processes, and coverage measurement."""

import gc
import importlib
import os
import pkgutil
import re
from collections import defaultdict
from collections.abc import Container, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from hypothesis import settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # Before NumPy is loaded.

UNCOUNTED = pytest.StashKey[bool]()
"""True if the lines run by a test are excluded from coverage."""
ENGINE = Path(__file__).parents[1] / "engine"
JOURNEYS = "tests/browser/"
EXAMPLES = {False: 12, True: 60}
"""Examples of a property in each run, and at night."""
NIGHTLY = re.compile(r"^pytestmark = .*\bnightly\b", re.MULTILINE)
"""A file whose tests all run at night."""
OBJECTS = 50_000
"""So many more than before, and garbage in cycles is looked for."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process per processor, and an additional one for the journeys, which often wait."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return 1 + (len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Set the examples of a property, and collect garbage seldom, as the server does: with Python's
    default, collection takes 6 % of the time of all tests.

    Properties run derandomised: the same examples every time, on every machine. No deadlines: no
    property is a claim about time.
    """
    settings.register_profile(
        "same",
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=EXAMPLES[_at_night(config)],
    )
    settings.load_profile("same")
    gc.set_threshold(OBJECTS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not read files of nightly tests by day: one makes its cases while it is read, which takes
    each process a second.
    """
    by_day = "not nightly" in str(config.option.markexpr) and collection_path.suffix == ".py"
    return True if by_day and NIGHTLY.search(collection_path.read_text("utf-8")) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Measure coverage of the engine's import during test collection, and of no other code.

    The measurement would also trace the reading of the test files, which took half as long again.
    """
    counting = None if session.config.pluginmanager.hasplugin("dsession") else Coverage.current()
    if counting:
        for module in pkgutil.walk_packages([str(ENGINE)], "engine."):
            importlib.import_module(module.name)
        _stop_counting()
    try:
        return (yield)
    finally:
        if counting:
            counting.start()


def pytest_collection_finish() -> None:
    """Exclude objects that exist before the first test from garbage collection."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark nightly tests and tests without coverage, and sort journeys to the front.

    Properties run with few examples in each run, and again with many at night. Tests with seeds run
    on their first seed in each run, and on the others at night. For a test marked `combinations`, a
    selection of cases in which each value of each parameter occurs is in each run, and all other
    cases run at night.

    Coverage takes more than half as long again, so only quick tests of the engine with few examples
    are measured: the many examples of a property reach no further lines, nor do further seeds, slow
    tests and tests marked `no_cover`. Journeys come first, then files with slow tests, so that no
    process waits for another at the end.
    """
    long = {_file(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: _place(_file(item.nodeid), long))
    again = {*_further_cases(items)}
    for item in items:
        elsewhere = not item.nodeid.startswith("tests/engine/")
        has_many = hasattr(getattr(item, "function", None), "hypothesis")
        is_again = item in again
        is_long = any(map(item.get_closest_marker, ("slow", "no_cover")))
        if is_again or (has_many and _at_night(config)):
            item.add_marker("nightly")
        item.stash[UNCOUNTED] = elsewhere or has_many or is_again or is_long
        if item.nodeid.startswith(JOURNEYS):
            # Chromium, a server and further programs share two processors, so a failed journey is
            # repeated once, and the report counts repetitions. Two failures are final.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Exclude also the fixtures of such a test from coverage.

    In an xdist process, pytest-cov starts two measurements and forgets the first, which resumes
    whenever the second stops: every test took as long as if it were measured. The first is
    therefore ended. After a test marked `no_cover`, pytest-cov starts anew.
    """
    if not item.nodeid.startswith(JOURNEYS):
        _make_way()
    counting = Coverage.current() if item.stash[UNCOUNTED] else None
    if counting:
        _stop_counting()
    try:
        return (yield)
    finally:
        if counting:
            _stop_counting()
            counting.start()


def pytest_sessionfinish() -> None:
    """Exclude all objects from garbage collection: at its end pytest collects five times."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report the first failure of a repeated journey, which would otherwise be lost if the second
    run passes.
    """
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)


def _at_night(config: pytest.Config) -> bool:
    return str(config.option.markexpr) == "nightly"


def _further_cases(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield nightly cases of parametrised tests: further seeds and, for tests marked
    `combinations`, cases off the diagonal of the values.
    """
    families = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        if hasattr(item, "callspec"):
            families[item.nodeid.partition("[")[0]].append(item)
    for family in families.values():
        places = _places(family)
        sizes = {name: 1 + max(place[name] for place in places) for name in places[0]}
        sizes |= dict.fromkeys(sizes.keys() & {"seed"}, 1)
        rows = range(max(sizes.values()))
        diagonal = [{name: row % size for name, size in sizes.items()} for row in rows]
        for item, place in zip(family, places, strict=True):
            is_off = item.get_closest_marker("combinations") and place not in diagonal
            if is_off or place.get("seed"):
                yield item


def _places(family: list[pytest.Item]) -> list[dict[str, int]]:
    """Places of the parameters' values in each case of a test, in the order of their first use."""
    seen = defaultdict[str, dict[int, int]](dict)
    return [
        {name: seen[name].setdefault(id(value), len(seen[name])) for name, value in params.items()}
        for params in (getattr(item, "callspec").params for item in family)  # noqa: B009
    ]


def _stop_counting() -> None:
    while counting := Coverage.current():
        counting.stop()


@cache
def _make_way() -> None:
    """Lower the priority of other tests, so that journeys, which often wait, resume at once."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.nice(5)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _place(file: str, long: Container[str]) -> tuple[bool, bool, int]:
    """Sort key: journeys first, then slow files, then by depth, because deeper files
    are smaller.
    """
    return not file.startswith(JOURNEYS), file not in long, file.count("/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Keep each file in one process, for its fixtures. One process begins with the journeys.

    Journeys take long and would compete for the processor: the other processes take journeys from
    the end of the queue once no other tests are left.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(JOURNEYS) else _file(nodeid)

        def _assign_work_unit(self, node: object) -> None:
            units = list(self.workqueue)
            if node is not self.nodes[0]:
                others = (unit for unit in units if not unit.startswith(JOURNEYS))
                self.workqueue.move_to_end(next(others, units[-1]), last=False)
            super()._assign_work_unit(node)

    config.option.loadscopereorder = False  # as collected: journeys come first
    return ByFile(config, log)
