"""What all tests share: how they are spread over processes.

A file stays in one process, for its fixtures; so do all journeys in a browser, which would
otherwise take the processor from each other.
"""

import pytest


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the group that each test belongs to, for ``--dist loadgroup``."""
    for item in items:
        driven = item.get_closest_marker("browser")
        item.add_marker(pytest.mark.xdist_group("browser" if driven else item.path.name))
