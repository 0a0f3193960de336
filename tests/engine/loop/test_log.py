"""The log: appended once, never edited, read as rows."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from engine import EventLog, LearningLoop, LoopSettings
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded, Undone
from tests.engine.helpers import CONTEXTS, DRINKS, Json, ManualClock, dot, naive_row, one_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENTRIES: list[Entry] = [
    Configured(NOW, LoopSettings()),
    Activated("a", NOW),
    Rewarded("a", NOW, 0.5),
    Expired("b", NOW, None),
]


def log_of(*entries: Entry | Undone) -> EventLog:
    log = EventLog()
    for entry in entries:
        log.append(entry)
    return log


def test_an_empty_log_holds_nothing() -> None:
    log = EventLog()
    assert (len(log), list(log), log.history, log.undos, log.rows()) == (0, [], (), 0, [])


def test_entries_are_read_in_the_order_in_which_they_were_appended() -> None:
    log = log_of(*ENTRIES)
    assert list(log) == ENTRIES
    assert [log[i] for i in range(len(log))] == ENTRIES
    assert log.history == tuple(ENTRIES)


@pytest.mark.parametrize("entries", [1, 2, 3])
def test_what_is_undone_does_not_count_but_stays_in_the_history(entries: int) -> None:
    undone = Undone(NOW, entries)
    log = log_of(*ENTRIES, undone)
    assert list(log) == ENTRIES[:-entries]
    assert len(log) == 4 - entries
    assert log.history == (*ENTRIES, undone)


def test_undoing_counts_entries_that_still_count() -> None:
    log = log_of(*ENTRIES, Undone(NOW, 1), Undone(NOW, 1), ENTRIES[3], Undone(NOW, 1))
    assert list(log) == ENTRIES[:2]
    assert log.undos == 3
    assert len(log.history) == 8


def test_the_number_of_undos_stays_the_same_while_the_log_only_grows() -> None:
    log = EventLog()
    for entry in ENTRIES:
        log.append(entry)
        assert log.undos == 0
    log.append(Undone(NOW, 1))
    assert log.undos == 1


class Kept:
    """An archive of entries."""

    def __init__(self, entries: Sequence[Entry | Undone]) -> None:
        self._entries = entries

    def read(self, start: int, stop: int) -> Iterator[Entry | Undone]:
        return iter(self._entries[start:stop])

    def of_event(self, event_id: str, stop: int) -> list[tuple[int, Entry]]:
        raise NotImplementedError


def evict(log: EventLog) -> None:
    log.evict(Kept(log.history))


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log.append(Activated("b", NOW)),
        lambda log: log.append(Undone(NOW, 2)),
        evict,
        EventLog.rollback,
    ],
    ids=["append", "undo", "evict", "rollback"],
)
def test_a_reader_gets_the_entries_that_counted_when_it_began(
    change: Callable[[EventLog], None],
) -> None:
    log = log_of(*ENTRIES[:2])
    log.begin()
    for entry in ENTRIES[2:]:
        log.extend(entry)
    if change is not EventLog.rollback:
        log.commit()
    begun, half_way = log.since(1), iter(log)
    first = next(half_way)
    change(log)
    log.append(Rewarded("a", NOW, -1))
    assert list(begun) == ENTRIES[1:]
    assert [first, *half_way] == ENTRIES


def test_entries_are_values_that_nobody_can_change() -> None:
    entry = Rewarded("a", NOW, 0.5)
    with pytest.raises(AttributeError):
        entry.value = 1.0  # type: ignore[misc]
    assert entry == Rewarded("a", NOW, 0.5)


# -- rows -----------------------------------------------------------------------------


def test_a_row_tells_what_was_asked_what_was_shown_and_what_it_earned(
    loop: LearningLoop, clock: ManualClock
) -> None:
    loop.rank(**one_of("mocha"), context_features=CONTEXTS[0], event_id="e1")
    asked = clock.now
    clock.advance(seconds=3)
    loop.reward("e1", 0.5)
    assert loop.log.rows() == [
        {
            "number": 1,
            "time": asked,
            "event": "e1",
            "mode": "online",
            "context": "user.name=Alice, weather=rainy",
            "action": "mocha",
            "probability": 1.0,
            "chosen": "mocha",
            "cause": "draw",
            "reward": 0.5,
            "status": "rewarded",
        }
    ]


def test_the_status_of_an_event_follows_from_its_entries(
    loop: LearningLoop, clock: ManualClock
) -> None:
    loop.configure(reward_aggregation="sum", default_reward=0.25)
    for name in ("rewarded", "rewarded twice", "no reward", "reward of 0"):
        loop.rank(DRINKS, event_id=name)
    for name in ("deferred", "deferred and rewarded", "deferred, activated"):
        loop.rank(DRINKS, event_id=name, defer_activation=True)
    loop.reward("rewarded", 1)
    loop.reward("rewarded twice", 0.75)
    loop.reward("rewarded twice", 0.5)
    loop.reward("reward of 0", 0)
    loop.reward("deferred and rewarded", 1)
    loop.activate("deferred, activated")
    clock.advance(minutes=11)
    loop.rank(DRINKS, event_id="waiting")
    rows = loop.log.rows()
    assert [row["number"] for row in rows] == list(range(1, 9))
    assert {row["event"]: (row["status"], row["reward"]) for row in rows} == {
        "rewarded": ("rewarded", 1),
        "rewarded twice": ("rewarded", 1.25),
        "no reward": ("default", 0.25),
        "reward of 0": ("rewarded", 0),
        "deferred": ("dropped", None),
        "deferred and rewarded": ("dropped", 1),
        "deferred, activated": ("default", 0.25),
        "waiting": ("waiting", None),
    }


def test_rows_show_only_what_counts(loop: LearningLoop) -> None:
    loop.rank(DRINKS, event_id="kept")
    loop.rank(DRINKS, event_id="gone")
    loop.reward("kept", 1)
    loop.undo(2)
    assert [(row["event"], row["reward"]) for row in loop.log.rows()] == [("kept", None)]


# -- what a Rank entry knows ----------------------------------------------------------


def test_the_best_guess_is_the_highest_mean_among_the_actions_that_may_be_shown(
    loop: LearningLoop,
) -> None:
    for _ in range(3):
        for name, reward in (("latte", 1.0), ("mocha", 0.5), ("brew", 0.0)):
            loop.reward(loop.rank(**one_of(name)).event_id, reward)
    everything = loop.preview(DRINKS)
    assert everything.means[0] > everything.means[1] > everything.means[2]
    assert everything.best == 0
    assert loop.preview(DRINKS, excluded_actions=["latte"]).best == 1
    assert loop.preview(DRINKS, excluded_actions=["latte", "mocha"]).best == 2


def untaught_sd(drink: Json) -> float:
    """Doubt of the default hypotheses before any reward, by their prior odds."""
    variance = 0.0
    for h in HYPOTHESES:
        row = naive_row(CONTEXTS[0], drink, h.crosses, h.by)
        variance += h.odds * (1 / 4 + h.prior_sd**2 * dot(row, row))
    return math.sqrt(variance / sum(h.odds for h in HYPOTHESES))


def test_a_rank_entry_keeps_everything_that_decided_in_the_order_of_the_request(
    loop: LearningLoop,
) -> None:
    loop.rank(DRINKS, CONTEXTS[0], ["mocha"], "e1")
    ranked = loop.log[1]
    assert isinstance(ranked, Ranked)
    assert ranked.request.event_id == ranked.event_id == "e1"
    assert ranked.action_id == DRINKS[ranked.chosen]["id"]
    assert ranked.probabilities[1] == ranked.errors[1] == 0
    assert sum(ranked.probabilities) == pytest.approx(1, abs=1e-12)
    assert ranked.means == pytest.approx([0.5] * 3)
    assert ranked.sds == pytest.approx([untaught_sd(drink) for drink in DRINKS])
    assert ranked.hypothesis in range(len(HYPOTHESES))
    assert ranked.cause == "draw"
    assert ranked.draw is not None
    assert ranked.draw[1] is None
    first, last = ranked.draw[0], ranked.draw[2]
    assert first is not None
    assert last is not None
    assert ranked.chosen == (0 if first > last else 2)
