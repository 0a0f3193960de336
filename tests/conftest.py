"""What all tests share: how they are spread over processes."""

from typing import Any

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What pages run of the engine is no test of it; what slow tests run, quick ones reach too.

    Counting lines takes more than half as long again, so it is left to the quick tests of a few
    examples each: the many of a property reach no other lines. Files in deeper folders come
    later: they are the smaller ones, so that no process waits for another at the end.
    """
    items.sort(key=_place)
    for item in items:
        elsewhere = item.nodeid.startswith(("tests/browser/", "tests/pages/"))
        has_many = hasattr(getattr(item, "function", None), "hypothesis")
        if elsewhere or has_many or item.get_closest_marker("slow"):
            item.add_marker("no_cover")
        if item.nodeid.startswith("tests/browser/"):
            # Chromium, a server and whatever else runs share two processors: one try more, which
            # the report counts. What fails twice fails.
            item.add_marker(pytest.mark.flaky(reruns=1))


def _place(item: pytest.Item) -> int:
    """Journeys first, then by depth."""
    path = item.nodeid.partition("::")[0]
    return 0 if path.startswith("tests/browser/") else path.count("/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """A file stays in one process, for its fixtures; all journeys stay in one, and start first.

    Journeys would take the processor from each other, and take longest.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return "journeys" if path.startswith("tests/browser/") else path

    config.option.loadscopereorder = False  # as collected: journeys come first
    return ByFile(config, log)
