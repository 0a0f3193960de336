"""The retired service's own log format: decision-service JSON, one line an event, as
Vowpal Wabbit reads it (``vw --dsjson``).

It holds decisions and the sum of each one's rewards, no beliefs and no settings: a loop that
comes in from it has learned the same rewards under the default settings, from the first sum
on that no single reward can be with rewards that add up.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from engine.errors import UnreadableError
from engine.loop.entries import Configured, Entry, Ranked, Rewarded, Undone
from engine.loop.event import EventLife
from engine.loop.guards import MAX_REWARDS
from engine.loop.log import EventLog
from engine.loop.settings import LoopSettings
from engine.protocol.request import RankRequest, parse_rank_request
from engine.store import world_codec
from engine.store.entry_codec import parse, read_field, read_number, read_time
from engine.store.exchange.lines import Faults, Progress, each_read, silent
from engine.store.store import MAX_NAME, About, new_id
from engine.worlds import WORLDS, World

T = TypeVar("T")
Decision = tuple[Ranked, tuple[float, ...]]
"""What was shown, and the rewards that it earned."""
_time = partial(read_time, zone=UTC)


# -- out ------------------------------------------------------------------------------


def dsjson_rows(log: EventLog, progress: Progress = silent) -> Iterator[dict[str, object]]:
    """Each event that counts when this begins, in the order of the Rank calls, as the service
    logged it.

    The label is what was shown, with its propensity. Events without an answer yet, and
    those never activated, carry ``_skipLearn``. Reads the log twice, so that no more than
    the rewards are in memory.

    Args:
        progress: is told how much of the first reading is done, every 1,000 entries.
    """
    with log.lock:
        size, first, second = len(log), log.since(0), log.since(0)
    lives: dict[str, EventLife] = {}
    for number, entry in enumerate(first):
        if number % 1_000 == 0:
            progress(number / size)
        if isinstance(entry, Ranked):
            lives[entry.event_id] = EventLife(not entry.request.defer_activation)
        elif not isinstance(entry, Configured):
            lives[entry.event_id].follow(entry)
    for entry in second:
        if isinstance(entry, Ranked):
            yield _row(entry, lives[entry.event_id].earned)


def _row(ranked: Ranked, earned: float | None) -> dict[str, object]:
    offered = [
        {"_tag": action["id"], "i": {"constant": 1, "id": action["id"]}, "j": action["features"]}
        for action in json.loads(ranked.request.actions_text)
    ]
    chances = ranked.shown_probabilities()
    order = sorted(range(len(chances)), key=lambda i: (i != ranked.shown, -chances[i]))
    row: dict[str, object] = {
        "_label_cost": 0.0 - (earned or 0.0),
        "_label_probability": ranked.propensity,
        "_label_Action": ranked.shown + 1,
        "_labelIndex": ranked.shown,
        "Timestamp": ranked.time.isoformat(),
        "Version": "1",
        "EventId": ranked.event_id,
        "a": [i + 1 for i in order],
        "p": [chances[i] for i in order],
        "c": {"FromUrl": json.loads(ranked.request.context_text), "_multi": offered},
    }
    return row if earned is not None else row | {"_skipLearn": True}


# -- in -------------------------------------------------------------------------------


def is_row(line: str) -> bool:
    """Whether a line may be a decision, and not the first of a loop as `jsonl` writes it."""
    try:
        row = parse(line)
    except UnreadableError:
        return False
    return isinstance(row, dict) and "c" in row and "format" not in row


def read_log(
    lines: Iterator[tuple[int, str]], owner: str, name: str, max_events: int, faults: Faults
) -> tuple[About, Iterator[tuple[int, Entry | Undone]]]:
    """A new loop with default settings, and its entries, each with the number of its line.

    Args:
        name: of the file; what is before its first dot names the loop.

    Raises:
        RejectedError: if no line can be read.
    """
    decisions = each_read(lines, _decision, faults)
    first = next(decisions, None)
    if first is None:
        raise faults.rejection()
    title = "".join(c for c in name.partition(".")[0] if c.isprintable())[:MAX_NAME]
    world = world_codec.to_text(_world_of(first[1][0]))
    about = About(new_id(), owner, title or "Log", world, seed=0)
    return about, _in_order(LoopSettings(max_events=max_events), chain([first], decisions))


def _in_order(
    settings: LoopSettings, decisions: Iterable[tuple[int, Decision]]
) -> Iterator[tuple[int, Entry | Undone]]:
    written = None
    for number, (ranked, rewards) in decisions:
        if len(rewards) > 1:
            settings = replace(settings, reward_aggregation="sum")
        if settings != written:
            yield number, Configured(ranked.time, settings)
            written = settings
        yield number, ranked
        for reward in rewards:
            yield number, Rewarded(ranked.event_id, ranked.time, reward)


def _decision(row: Any) -> Decision:
    """What one line tells.

    Raises:
        UnreadableError, PersonalizerError: if it is not a decision.
    """
    row = _expect(dict, row, "it is not an object")
    request, time = _request(row), read_field(_time, "Timestamp", row.get("Timestamp"))
    size = len(request.actions)
    wrong_a, wrong_p = f"a does not name the actions 1 to {size}", f"p does not have {size} values"
    order, chances = _expect(list, row.get("a"), wrong_a), _expect(list, row.get("p"), wrong_p)
    if sorted(map(repr, order)) != sorted(repr(i + 1) for i in range(size)):
        raise UnreadableError(wrong_a)
    if len(chances) != size:
        raise UnreadableError(wrong_p)
    placed = [0.0] * size
    for action, chance in zip(order, chances, strict=True):
        placed[action - 1] = read_field(read_number, "p", chance)
    shown, labelled = _shown(row, order), row.get("_label_probability")
    zeros = (0.0,) * size
    ranked = Ranked(
        event_id=str(request.event_id),
        time=time,
        request=request,
        probabilities=tuple(placed),
        errors=zeros,
        means=zeros,
        sds=zeros,
        hypothesis=None,
        draw=None,
        chosen=shown,
        cause="random",
        mode="online",
        shown=shown,
        propensity=read_field(
            read_number, "_label_probability", placed[shown] if labelled is None else labelled
        ),
    )
    if row.get("_skipLearn") is True:
        return ranked, ()
    return ranked, _parts(0.0 - read_field(read_number, "_label_cost", row.get("_label_cost")))


def _expect(kind: type[T], value: object, otherwise: str) -> T:
    """A value of a kind of JSON, or an `UnreadableError` with a sentence."""
    if not isinstance(value, kind):
        raise UnreadableError(otherwise)
    return value


def _shown(row: Mapping[str, Any], order: Sequence[int]) -> int:
    """Position of the action that the label is of; without a label, of the first of ``a``."""
    named = set()
    for name, first in ("_label_Action", 1), ("_labelIndex", 0):
        label, last = row.get(name), first + len(order) - 1
        if label is not None:
            if type(label) is not int or not first <= label <= last:
                raise UnreadableError(f"{name} is not a whole number from {first} to {last}")
            named.add(label - first)
    if len(named) > 1:
        raise UnreadableError("_label_Action and _labelIndex name different actions")
    return named.pop() if named else order[0] - 1


def _parts(total: float) -> tuple[float, ...]:
    """Rewards that an event can have and that add up to a total, bit for bit.

    Raises:
        UnreadableError: if there are none.
    """
    if abs(total) > MAX_REWARDS:
        raise UnreadableError(f"its cost is not within -{MAX_REWARDS} to {MAX_REWARDS}")
    whole = max(math.ceil(abs(total)) - 1, 0)
    sign = math.copysign(1.0, total)
    return (*[sign] * whole, total - sign * whole)


def _request(row: Mapping[str, Any]) -> RankRequest:
    wrong_c = "c is not an object with the actions in _multi"
    told = _expect(dict, row.get("c"), wrong_c)
    offered = _expect(list, told.get("_multi"), wrong_c)
    event_id = _expect(str, row.get("EventId"), "it has no EventId")
    context = _expect(list, told.get("FromUrl", []), "c.FromUrl is not a list")
    others = {name: value for name, value in told.items() if name not in {"_multi", "FromUrl"}}
    actions = [_action(action, i) for i, action in enumerate(offered)]
    return parse_rank_request(actions, [*context, *([others] if others else [])], (), event_id)


def _action(action: Any, at: int) -> dict[str, object]:
    action = _expect(dict, action, f"c._multi[{at}] is not an object")
    named = action.get("i")
    name = action.get("_tag") or (named.get("id") if isinstance(named, Mapping) else None)
    features = _expect(list, action.get("j", []), f"c._multi[{at}].j is not a list")
    others = {key: value for key, value in action.items() if key not in {"_tag", "i", "j"}}
    return {"id": name or str(at + 1), "features": [*features, *([others] if others else [])]}


def _world_of(ranked: Ranked) -> World | None:
    """The world of this app whose actions are offered, if there is one."""
    offered = json.loads(ranked.request.actions_text)
    return next((world for world in WORLDS.values() if list(world.actions) == offered), None)
