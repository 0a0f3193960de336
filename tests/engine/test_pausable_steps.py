"""Work in steps."""

from engine.pausable_steps import Steps, at_once, finish, telling


def counting(up_to: int, seen: list[int]) -> Steps[str]:
    for number in range(up_to):
        seen.append(number)
        yield number
    return f"{up_to} steps"


def test_all_steps_are_done_and_what_comes_of_them_is_told() -> None:
    seen = list[int]()
    assert finish(counting(3, seen)) == "3 steps"
    assert seen == [0, 1, 2]
    assert at_once(counting)(0, seen) == "0 steps"


def test_work_may_stop_between_two_steps() -> None:
    seen = list[int]()
    work = counting(3, seen)
    next(work)
    work.close()
    assert seen == [0]


def test_progress_is_reported_and_steps_outlive_the_reporter() -> None:
    def sharing() -> Steps[str]:
        yield None
        yield 0.5
        yield 1.0
        return "done"

    shares, work = list[float](), sharing()
    first = telling(work, shares.append)
    assert [next(first), next(first)] == [None, 0.5]
    first.close()
    assert finish(telling(work, shares.append)) == "done"
    assert shares == [0.5, 1.0]
