"""The conditions for surviving a fault."""

from dataclasses import replace

import pytest

from tests.faults.outcome import HEAD, NEVER, Outcome, row

FINE = Outcome("a fault", pressed=9, shown=7, stored=7, answered=2, denied=2, back=0.5)


def test_refused_presses_with_a_message_are_no_fault() -> None:
    assert FINE.wrong == ()
    assert row(FINE).split()[-2:] == ["0.5", "survived"]
    assert len(row(FINE)) == len(HEAD.replace("verdict", "survived"))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"stored": 6}, "1 shown and lost"),
        ({"shown": 6}, "1 kept and not shown"),
        ({"shown": 8, "stored": 8}, "1 kept, and said not to be"),
        ({"answered": 1, "denied": 1}, "1 not kept and not told"),
        ({"hung": 1}, "1 without an answer"),
        ({"exceptions": 2}, "2 exception pages"),
        ({"orphans": 3}, "3 processes left behind"),
        ({"back": NEVER}, "not back by itself"),
        ({"harm": ("14 believed",)}, "14 believed"),
    ],
)
def test_violations_are_named(changes: dict[str, object], wrong: str) -> None:
    assert replace(FINE, **changes).wrong == (wrong,)  # type: ignore[arg-type]


def test_events_removed_by_the_fault_do_not_count_as_lost() -> None:
    assert Outcome("deleted", pressed=8, shown=3, stored=0, gone=3, answered=5).wrong == ()
    believed = Outcome("deleted", pressed=8, shown=8, stored=0, gone=3)
    assert believed.wrong == ("5 shown and lost",)


def test_a_page_that_is_cut_off_may_show_less_than_was_kept_but_not_more() -> None:
    assert Outcome("SIGTERM", pressed=3, shown=90, stored=95, ended_early=True).wrong == ()
    lost = Outcome("SIGTERM", pressed=3, shown=95, stored=90, ended_early=True)
    assert lost.wrong == ("5 shown and lost",)


def test_an_answer_that_is_given_twice_and_counts_once_is_one_answer() -> None:
    twice = Outcome("locked", pressed=8, doubled=3, shown=4, stored=4, answered=1, denied=1)
    assert twice.wrong == ()
    assert replace(twice, doubled=0).wrong == ("3 not kept and not told",)
