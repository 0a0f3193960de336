"""Pace of live pages."""

from pages.parts.work.frame_pace import SHARE, FrameCosts


def test_a_single_live_page_has_the_highest_pace() -> None:
    costs = FrameCosts(lambda: 0.0)
    assert costs.pace("a", 0.25) == 0.25
    costs.note("a", 10.0)
    assert costs.pace("a", 0.25) == 0.25


def test_all_together_leave_time_for_clicks() -> None:
    costs = FrameCosts(lambda: 0.0)
    for session in range(20):
        costs.note(str(session), 0.06)
    paces = [costs.pace(str(session), 0.25) for session in range(20)]
    assert sum(0.06 / pace for pace in paces) <= SHARE + 0.02
    assert set(paces) == {4.0}


def test_pages_without_work_to_follow_do_not_count() -> None:
    clock = [0.0]
    costs = FrameCosts(lambda: clock[0])
    costs.note("a", 1.0)
    costs.note("b", 1.0)
    costs.forget("a")
    assert costs.pace("b", 0.25) == 0.25
    assert costs.pace("c", 0.25) == 4.0
    clock[0] = 31.0
    assert costs.pace("c", 0.25) == 0.25
