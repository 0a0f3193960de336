"""Work that several ask for at once: it is done once, and ends when nobody waits for it."""

from collections.abc import Iterator

import pytest

from engine.steps import WAITS, Steps, finish
from pages.parts.work.together import Together


class Asked:
    """Work that notes its steps, and how it ended."""

    def __init__(self, steps: int = 4) -> None:
        self.steps, self.begun, self.done, self.left = steps, 0, 0, 0

    def work(self) -> Steps[str]:
        self.begun += 1
        try:
            for number in range(self.steps):
                self.done += 1
                yield number / self.steps
        finally:
            self.left += 1
        return f"{self.steps} steps"


def taking_turns(jobs: dict[str, Steps[str]]) -> Iterator[tuple[str, object]]:
    """Who has a step, what it yields, and what comes of the job in the end."""
    while jobs:
        for name in list(jobs):
            try:
                yield name, next(jobs[name])
            except StopIteration as end:
                yield name, end.value
                del jobs[name]


def test_all_who_ask_share_the_steps_of_one_computation() -> None:
    together, asked = Together[str](), Asked()
    told = list(taking_turns({n: together.joining("it", asked.work) for n in "abc"}))
    assert (asked.begun, asked.done, asked.left) == (1, 4, 1)
    assert told[:4] == [("a", 0.0), ("b", 0.25), ("c", 0.5), ("a", 0.75)]
    assert [name for name, what in told if what == "4 steps"] == ["c", "a", "b"]


def test_it_goes_on_without_who_leaves_and_ends_with_the_last() -> None:
    together, asked = Together[str](), Asked()
    first, second = (together.joining("it", asked.work) for _ in range(2))
    next(first)
    next(second)
    first.close()
    assert (next(second), asked.left) == (0.5, 0)
    second.close()
    assert (asked.done, asked.left) == (3, 1)
    again = Asked(2)
    assert finish(together.joining("it", again.work)) == "2 steps", "it was not gone on with"


def test_what_never_began_waits_for_nothing() -> None:
    together, asked = Together[str](), Asked()
    one, other = (together.joining("it", asked.work) for _ in range(2))
    next(one)
    other.close()
    assert asked.left == 0
    one.close()
    assert asked.left == 1


@pytest.mark.parametrize(("keeps", "begun"), [(0, 2), (1, 1)])
def test_what_came_of_the_last_may_be_kept(keeps: int, begun: int) -> None:
    together, asked = Together[str](keeps), Asked()
    for _ in range(2):
        assert finish(together.joining("it", asked.work)) == "4 steps"
    assert asked.begun == begun
    finish(together.joining("other", Asked().work))
    finish(together.joining("it", asked.work))
    assert asked.begun == begun + 1, "no more is kept than was said"


def test_what_fails_fails_for_all_who_wait_and_is_not_kept() -> None:
    together = Together[str](1)

    def failing() -> Steps[str]:
        yield None
        raise ValueError("damaged")

    one, other = (together.joining("it", failing) for _ in range(2))
    next(one)
    for job in (other, one):
        with pytest.raises(ValueError, match="damaged"):
            finish(job)
    assert finish(together.joining("it", Asked().work)) == "4 steps"


def test_one_who_asks_while_another_thread_is_at_it_waits() -> None:
    """Here it is the same thread, which comes back in the midst of a step."""
    together, told = Together[str](), list[object]()

    def asking_itself() -> Steps[str]:
        told.append(next(together.joining("it", asking_itself)))
        yield None
        return "done"

    assert finish(together.joining("it", asking_itself)) == "done"
    assert told == [WAITS]
