"""Logs that no loop could have written are refused."""

import io
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from engine import LoopSettings
from engine.errors import RejectedError
from engine.loop.entries import Ranked, Rewarded
from engine.loop.service_only_settings import ServiceSettings
from engine.simulation.simulated_visitors import crowd
from engine.store import LoopLibrary, StoredLoop
from engine.store.exchange.file_seal import sealed
from engine.store.exchange.jsonl import export_lines
from engine.store.exchange.log_checker import LogChecker
from engine.store.exchange.loop_import import import_file
from engine.worlds import WORLDS
from tests.engine.comparable import learned_bits, next_answers
from tests.engine.requests import DRINKS, Json
from tests.engine.store.exchange.files import file_of, rejected


def edit(lines: list[str], at: int, change: Callable[[Json], object]) -> io.BytesIO:
    entry = json.loads(lines[at])
    change(entry)
    return file_of(*lines[:at], json.dumps(entry), *lines[at + 1 :])


EDITS: dict[str, tuple[int, Callable[[Json], object]]] = {
    "its probabilities add up to": (2, lambda e: e["probabilities"].__setitem__(0, 0.9)),
    "a probability is not within": (2, lambda e: e.update(probabilities=[2, -1, 0, 0])),
    "not all its lists": (2, lambda e: e["means"].pop()),
    "its draw does not have": (2, lambda e: e.update(draw=[1.0])),
    "it shows what it cannot": (2, lambda e: e.update(shown=9)),
    "its propensity": (2, lambda e: e.update(propensity=0)),
    "a standard deviation": (2, lambda e: e["sds"].__setitem__(0, -1)),
    "its time is not in the years 2000 to 2100": (
        2,
        lambda e: e.update(time="9999-01-02T00:00:00Z"),
    ),
    "its request has another eventId": (2, lambda e: e["request"].update(eventId="x")),
    "it offers what Coffee does not": (2, lambda e: e["request"]["actions"][0].update(id="mud")),
    "nobody in Coffee comes": (2, lambda e: e["request"].update(contextFeatures=[{"x": 1}])),
    "its reward is not within": (3, lambda e: e.update(value=1.5)),
    "was not ranked before": (3, lambda e: e.update(event_id="x")),
    "entries cannot be taken back": (26, lambda e: e.update(entries=10**9)),
    "its settings allow": (27, lambda e: e["settings"].update(max_events=1_000_000)),
    "its default is not within": (31, lambda e: e.update(default_reward=7)),
    "its default reward does not apply": (31, lambda e: e.update(default_reward=None)),
}


@pytest.mark.parametrize(("reason", "how"), EDITS.items(), ids=EDITS)
def test_a_log_that_no_loop_could_have_written(
    library: LoopLibrary, lines: list[str], reason: str, how: tuple[int, Callable[[Json], object]]
) -> None:
    error = rejected(library, edit(lines, *how))
    assert (error.faults[0].line, reason in error.faults[0].reason) == (how[0] + 1, True)


def test_entries_out_of_order_or_twice(library: LoopLibrary, lines: list[str]) -> None:
    assert "begins with settings" in rejected(library, file_of(lines[0], *lines[2:])).message
    for wrong, reason in [
        ([*lines[:4], lines[2]], "was ranked before"),
        ([*lines[:4], lines[3]], "has a reward already"),
        ([*lines[:-1], lines[-2]], "wait of event"),
        ([lines[0], lines[1], lines[3], lines[2]], "was not ranked before"),
        (lines[:2], "ends without its seal"),
        (list(sealed(lines[:2])), "holds no event"),
        (list(sealed(lines[:1])), "holds no event"),
    ]:
        assert reason in rejected(library, file_of(*wrong)).message


def test_activations_and_sums_are_followed(library: LoopLibrary) -> None:
    kept = StoredLoop.create(library.store, owner="me", seed=1,
                settings=LoopSettings(reward_aggregation="sum"))  # fmt: skip
    loop = kept.loop
    loop.rank(DRINKS, event_id="a", defer_activation=True)
    loop.reward("a", 0.5)
    loop.reward("a", 0.25)
    loop.activate("a")
    loop.undo(1)
    loop.activate("a")
    loop.rank(DRINKS, event_id="b")
    loop.expire("b")
    loop.undo(1)
    loop.expire("b")
    loop.configure(default_reward=0.5)
    loop.undo(1)
    loop.rank(DRINKS, event_id="c", defer_activation=True)
    loop.expire("c")
    lines = list(export_lines(library.store, kept.id))
    about = import_file(library, file_of(*lines), "new", needs_world=False)
    assert [s.rewards for s in StoredLoop.open(library.store, about.id).loop.events.values()] == [
        [0.5, 0.25], [0.0], [],
    ]  # fmt: skip
    with pytest.raises(RejectedError, match="active already"):
        import_file(library, file_of(*lines[:8], lines[7]), "other", needs_world=False)
    assert library.store.loops("other") == []


def test_calls_of_applications_are_followed_and_no_file_brings_a_model(
    library: LoopLibrary,
) -> None:
    kept = StoredLoop.create(library.store, owner="me", seed=1)
    kept.reward(kept.rank(DRINKS, event_id="a").event_id, 0.5)
    kept.take_reward("a", 1)
    kept.take_activation("nobody")
    kept.undo(1)
    kept.configure_service(ServiceSettings(policy_name="mine", update_frequency=172_800))
    kept.reset_model()
    kept.reset_model(retrain_days=1)
    kept.reward(kept.rank(DRINKS, event_id="b").event_id, 0.5)
    lines = list(export_lines(library.store, kept.id))
    about = import_file(library, file_of(*lines), "calls", needs_world=False)
    back = StoredLoop.open(library.store, about.id)
    assert learned_bits(back.loop.learner) == learned_bits(kept.loop.learner)
    assert (back.loop.state.dangling, back.loop.state.service.policy_name) == (1, "mine")
    assert next_answers(back.loop) == next_answers(kept.loop)
    assert back.loop.updated == kept.loop.updated is not None
    wrong: list[tuple[int, Json]] = [
        (4, {"value": None}), (4, {"value": 2}), (4, {"event_id": ""}), (5, {"value": 1}),
    ]  # fmt: skip
    for at, change in wrong:
        file = edit(lines, at, partial(_update, change))
        with pytest.raises(RejectedError, match="could be so"):
            import_file(library, file, "calls", needs_world=False)
    kept.import_model(kept.loop.learner.fork())
    file = file_of(*export_lines(library.store, kept.id))
    with pytest.raises(RejectedError, match="brings a model along"):
        import_file(library, file, "calls", needs_world=False)


def _update(change: Json, entry: Json) -> None:
    entry.update(change)


def test_a_long_log_takes_little_memory(exported: StoredLoop) -> None:
    configured, ranked, *_ = exported.loop.log
    assert isinstance(ranked, Ranked)
    checker, events = LogChecker(None, 200_000), 2_000
    checker.follow(configured)
    tracemalloc.start()
    for number in range(events):
        name = f"{number:016}"
        request = replace(ranked.request, event_id=name)
        checker.follow(replace(ranked, event_id=name, request=request))
        checker.follow(Rewarded("".join(name), ranked.time, 1.0))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert checker.events == events
    assert taken / events < 350


def test_a_world_that_changes_is_followed(library: LoopLibrary) -> None:
    coffee, news = WORLDS["coffee"], WORLDS["news"]
    kept = StoredLoop.create(library.store, owner="me", world=coffee, seed=3)
    list(crowd(kept.loop, coffee, 2))
    kept.change_world(coffee)
    kept.undo()
    kept.change_world(news)
    list(crowd(kept.loop, news, 2))
    lines = list(export_lines(library.store, kept.id))
    about = import_file(library, file_of(*lines), "new")
    back = library.open(about.id)
    assert (back.world, back.world_now) == (coffee, news)
    assert learned_bits(back.loop.learner) == learned_bits(kept.loop.learner)
    library.store.delete(about.id, "new")
    at = max(at for at, line in enumerate(lines) if "WorldChanged" in line)
    wrong: list[tuple[str, Callable[[Json], object]]] = [
        ("says that 1 events were ranked before it, not 2", lambda e: e.update(before=1)),
        ("it offers what Coffee does not", lambda e: e.update(world=coffee.to_json())),
        ("the length of items is 0", lambda e: e["world"].update(items=[])),
    ]
    for reason, how in wrong:
        assert reason in rejected(library, edit(lines, at, how)).message
