"""Interval between a tab's checks for changes of its loop by others."""

import pytest

from pages.parts.components.loop_watch import pause


@pytest.mark.parametrize("tabs", [1, 40, 41, 100, 500])
def test_a_tab_asks_within_a_second_and_all_together_50_times_a_second_at_most(tabs: int) -> None:
    assert 1_000 * tabs / pause(tabs) <= 50
    assert pause(tabs) < 1_000 or tabs > 40
