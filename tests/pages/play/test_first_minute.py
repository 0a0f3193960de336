"""The first minute: the introduction is shown once per browser."""

from pages.parts.play.first_minute import FirstMinute


def test_it_begins_when_the_browser_says_that_it_is_new() -> None:
    minute = FirstMinute()
    assert minute.step(0, 0) is None
    minute.begin()
    assert minute.step(0, 0) == "answer"


def test_its_steps_are_read_off_the_log_and_go_back_with_it() -> None:
    minute = FirstMinute()
    minute.begin()
    steps = [minute.step(rewards, rewards) for rewards in (0, 1, 2, 99, 1, 0)]
    assert steps == ["answer", "another", "crowd", "crowd", "another", "answer"]


def test_once_over_or_skipped_it_never_comes_back() -> None:
    through, skipped = FirstMinute(), FirstMinute()
    for minute in (through, skipped):
        minute.begin()
    assert through.step(100, 100) is None
    skipped.skip()
    assert [minute.step(0, 0) for minute in (through, skipped)] == [None, None]


def test_a_long_history_before_it_begins_is_not_the_end_of_it() -> None:
    minute = FirstMinute()
    assert minute.step(500, 500) is None
    minute.begin()
    assert minute.step(0, 0) == "answer"
