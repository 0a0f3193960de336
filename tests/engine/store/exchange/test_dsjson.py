"""The service's own format, out and in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, LearningLoop, LoopSettings
from engine.errors import RejectedError
from engine.loop.settings import LearningMode
from engine.simulation.drift import with_other_tastes
from engine.simulation.simulated_visitors import crowd
from engine.store import LoopLibrary, StoredLoop, world_codec
from engine.store.exchange.dsjson import ExportedEvents
from engine.store.exchange.loop_import import import_file
from engine.worlds.spreadsheet import world_from_table
from tests.engine.requests import CONTEXTS, DRINKS, Json
from tests.engine.store.exchange.files import GOOD_ROW, file_of, reading_of, rejected
from tests.engine.store.workers import WORLD


def test_the_services_format_says_what_was_shown(exported: StoredLoop) -> None:
    rows: list[Json] = [json.loads(json.dumps(row)) for row in reading_of(exported.loop.log).rows()]
    for row, state in zip(rows, exported.loop.events.values(), strict=True):
        ranked = state.ranked
        assert row["EventId"] == ranked.event_id
        assert row["a"][0] == row["_label_Action"] == row["_labelIndex"] + 1 == ranked.shown + 1
        assert row["p"][0] == row["_label_probability"] == ranked.propensity
        assert sorted(row["a"]) == [1, 2, 3, 4]
        assert sum(row["p"]) == pytest.approx(1)
        assert -row["_label_cost"] == state.earned
        assert [part["_tag"] for part in row["c"]["_multi"]] == [a["id"] for a in WORLD.actions]
        assert row["c"]["FromUrl"] == ranked.request.to_json()["contextFeatures"]
        assert "_skipLearn" not in row


def test_unlearned_events_are_marked_in_the_services_format() -> None:
    loop = LearningLoop(seed=1)
    loop.rank(DRINKS, event_id="waiting")
    loop.rank(DRINKS, event_id="deferred", defer_activation=True)
    loop.reward("deferred", 1.0)
    loop.rank(DRINKS, event_id="shown", defer_activation=True)
    loop.activate("shown")
    loop.reward("shown", 1.0)
    loop.rank(DRINKS, event_id="dropped", defer_activation=True)
    loop.expire("dropped")
    marks = {row["EventId"]: "_skipLearn" in row for row in reading_of(loop.log).rows()}
    assert marks == {"waiting": True, "deferred": True, "shown": False, "dropped": True}


@pytest.mark.parametrize("exploration", [0.0, 0.5])
def test_an_apprentices_propensities_are_of_what_was_shown(exploration: float) -> None:
    loop = LearningLoop(
        LoopSettings(learning_mode="apprentice", apprentice_exploration=exploration), seed=2
    )
    list(crowd(loop, WORLD, 40))
    for ranked in (state.ranked for state in loop.events.values()):
        chances = ranked.shown_probabilities()
        assert sum(chances) == pytest.approx(1)
        assert chances[ranked.shown] == pytest.approx(ranked.propensity)
        assert chances[0] == pytest.approx(1 - exploration + exploration / 4)
    alone = loop.rank(DRINKS[:1])
    assert loop.events[alone.event_id].ranked.shown_probabilities() == [1.0]


def test_a_log_of_the_service_teaches_the_same(library: LoopLibrary, exported: StoredLoop) -> None:
    rows = [json.dumps(row) for row in reading_of(exported.loop.log).rows()]
    about = import_file(library, file_of(*rows, pack=True), "new", "monday.dsjson.gz")
    assert (about.name, about.world, about.seed) == ("monday", "coffee", 0)
    back = library.open(about.id)
    for context in WORLD.contexts:
        one, other = (
            kept.loop.preview(WORLD.actions, WORLD.features(context)) for kept in (exported, back)
        )
        assert (one.means, one.sds) == (other.means, other.sds)
    library.store.delete(about.id, "new")


def test_a_loop_of_a_world_that_somebody_keeps_comes_back_to_it_and_to_nobody_else(
    library: LoopLibrary,
) -> None:
    mine = world_from_table("who,Tea,Cake\nAnn,0.1,0.9\nBob,0.9,0.1\n", "Mine")
    later = world_from_table("sky,Tea,Cake\nSun,0.1,0.9\nRain,0.9,0.1\n", "Others come")
    loop = LearningLoop(seed=3)
    list(crowd(loop, mine, 8))
    rows = [json.dumps(row) for row in reading_of(loop.log).rows()]
    assert "or of one that you keep" in rejected(library, file_of(*rows)).message
    for world in (mine, later):  # With the same offers.
        library.store.keep_world(world, "new")
    about = import_file(library, file_of(*rows), "new", "mine.dsjson")
    assert about.world == world_codec.to_text(mine)
    library.store.delete(about.id, "new")


def test_other_writers_of_the_services_format_are_read(library: LoopLibrary) -> None:
    row = {
        "_label_cost": -1, "_label_probability": 0.5, "Timestamp": "2026-01-02T03:04:05",
        "EventId": "e", "a": [2, 1], "p": [0.75, 0.25],
        "c": {"user": {"name": "Ada"},
              "_multi": [{"i": {"id": "tea"}, "drink": {"hot": 1}}, {"j": [{"x": 1}]}]},
    }  # fmt: skip
    about = import_file(library, file_of(json.dumps(row)), "new", "Theirs", needs_world=False)
    (state,) = StoredLoop.open(library.store, about.id).loop.events.values()
    assert state.ranked.request.to_json()["actions"] == [
        {"id": "tea", "features": [{"drink": {"hot": 1}}]}, {"id": "2", "features": [{"x": 1}]},
    ]  # fmt: skip
    assert state.ranked.request.to_json()["contextFeatures"] == [{"user": {"name": "Ada"}}]
    assert (state.ranked.shown, state.ranked.propensity, state.rewards) == (1, 0.5, [1.0])
    error = rejected(library, file_of(json.dumps(row)))
    assert "not those of a world" in error.message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"c": 3}, "c is not an object"),
        ({"c": {"_multi": [3]}}, "is not an object"),
        ({"c": {"_multi": [{"j": 3}]}}, "is not a list"),
        ({"c": {"_multi": [{}], "FromUrl": 3}}, "c.FromUrl is not a list"),
        ({"c": {"_multi": []}}, "with the actions in _multi"),
        ({"EventId": None}, "no EventId"),
        ({"Timestamp": None}, "Timestamp"),
        ({"Timestamp": "noon"}, "Timestamp"),
        ({"a": [1, 1]}, "does not name the actions"),
        ({"a": [True, 2]}, r"got `bool` - at `\$\.a\[0\]`"),
        ({"a": 1}, r"got `int` - at `\$\.a`"),
        ({"p": [1]}, "2 values"),
        ({"p": ["1", 0]}, r"got `str` - at `\$\.p\[0\]`"),
        ({"p": [0.5, 0.25]}, "add up to 0.75"),
        ({"p": [0, 1]}, "no probability"),
        ({"_label_cost": 100.5}, "-100 to 100"),
        ({"_label_cost": None}, "no _label_cost"),
        ({"_label_cost": 10**400}, r"at `\$\._label_cost`"),
        ({"_label_Action": 3}, "_label_Action is not a whole number from 1 to 2"),
        ({"_label_Action": True}, r"got `bool` - at `\$\._label_Action`"),
        ({"_labelIndex": -1}, "_labelIndex is not a whole number from 0 to 1"),
        ({"_label_Action": 1, "_labelIndex": 1}, "name different actions"),
        ({"_label_Action": 2, "p": [1, 0]}, "no probability"),
        ({"_label_probability": "1"}, r"got `str` - at `\$\._label_probability`"),
        ({"_label_probability": 0}, "propensity is not within"),
    ],
)
def test_a_faulty_line_of_the_services_format_is_told(
    library: LoopLibrary, change: Json, reason: str
) -> None:
    file = file_of(json.dumps(GOOD_ROW | {"EventId": "first"}), json.dumps(GOOD_ROW | change))
    with pytest.raises(RejectedError, match=f"line 2: .*{reason}"):
        import_file(library, file, "other", "x", needs_world=False)
    assert library.store.loops("other") == []


@pytest.mark.parametrize("label", [{"_label_Action": 2}, {"_labelIndex": 1}])
def test_the_label_says_what_was_shown_and_how_likely_that_was(
    library: LoopLibrary, label: Json
) -> None:
    """Not the first of ``a``, the service's default."""
    row = GOOD_ROW | {"_label_cost": -0.5, "_label_probability": 0.125} | label
    about = import_file(library, file_of(json.dumps(row)), "new", "Theirs", needs_world=False)
    (state,) = StoredLoop.open(library.store, about.id).loop.events.values()
    assert (state.ranked.action_id, state.ranked.propensity, state.earned) == ("b", 0.125, 0.5)
    assert state.ranked.probabilities == (0.75, 0.25)
    library.store.delete(about.id, "new")


@pytest.mark.parametrize("total", [1.6, -2.25, 2.0, 1.0000000000000002, 100.0, -99.9])
def test_a_total_beyond_one_reward_comes_in_as_rewards_that_add_up(
    library: LoopLibrary, total: float
) -> None:
    rows = [GOOD_ROW | {"EventId": f"e{i}", "_label_cost": -cost}
            for i, cost in enumerate([0.5, total, 0.25])]  # fmt: skip
    about = import_file(library, file_of(*map(json.dumps, rows)), "new", "x", needs_world=False)
    loop = StoredLoop.open(library.store, about.id).loop
    assert [state.earned for state in loop.events.values()] == [0.5, total, 0.25]
    assert all(abs(reward) <= 1 for state in loop.events.values() for reward in state.rewards)
    assert loop.settings == LoopSettings(reward_aggregation="sum", max_events=200_000)
    library.store.delete(about.id, "new")


visits = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["online", "apprentice", "logging_only"]),
        st.sampled_from(["shown", "deferred", "activated"]),
        st.lists(st.floats(-1, 1), max_size=4),
    ),
    min_size=1,
    max_size=12,
)


def decisions(loop: LearningLoop) -> list[object]:
    """Request, shown action, its propensity and the reward of each event."""
    return [
        (s.ranked.event_id, s.ranked.request.context, s.ranked.action_id, s.ranked.propensity,
         s.earned)
        for s in loop.events.values()
    ]  # fmt: skip


@pytest.mark.slow
@given(visits)
def test_out_and_in_again_decisions_propensities_and_totals_are_the_same(
    library: LoopLibrary, program: list[tuple[int, LearningMode, str, list[float]]]
) -> None:
    loop = LearningLoop(
        LoopSettings(policy=EpsilonGreedy(), reward_aggregation="sum", apprentice_exploration=0.5),
        seed=1,
    )
    for context, mode, shown, rewards in program:
        loop.configure(learning_mode=mode)
        answer = loop.rank(DRINKS, CONTEXTS[context], defer_activation=shown != "shown")
        for reward in rewards:
            loop.reward(answer.event_id, reward)
        if shown == "activated":
            loop.activate(answer.event_id)
    rows = map(json.dumps, reading_of(loop.log).rows())
    about = import_file(library, file_of(*rows), "new", "x", needs_world=False)
    result = decisions(StoredLoop.open(library.store, about.id).loop)
    library.store.delete(about.id, "new")
    assert result == decisions(loop)


def test_events_during_an_export_are_not_in_the_file() -> None:
    loop = LearningLoop(seed=1)
    list(crowd(loop, WORLD, 3))
    reading = ExportedEvents(loop.log)
    list(crowd(loop, WORLD, 1))
    list(reading.first())
    list(crowd(loop, WORLD, 1))
    assert len(list(reading.rows())) == 3
    assert len(loop.events) == 5


def test_decisions_of_a_loop_whose_world_changed_come_in_without_one(library: LoopLibrary) -> None:
    """The file does not contain the time of the change: a wrong truth would be drawn beside the
    events.
    """
    loop = LearningLoop(seed=3)
    list(crowd(loop, WORLD, 5))
    loop.change_world(with_other_tastes(WORLD, 3, 5))
    list(crowd(loop, WORLD, 5))
    lines = [*reading_of(loop.log).lines("here")]
    about = import_file(library, file_of(*lines), "new", "monday.dsjson", needs_world=False)
    assert about.world is None
    assert len(library.open(about.id).loop.events) == 10
    library.store.delete(about.id, "new")
    with pytest.raises(RejectedError, match="its world was changed on the way"):
        import_file(library, file_of(*lines), "new", "monday.dsjson")
