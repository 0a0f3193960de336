"""The retired service's log format: decision-service JSON, one line an event, as read by Vowpal
Wabbit (``vw --dsjson``).

It holds decisions and the sum of each one's rewards, without beliefs and settings. An imported loop
has learned the same rewards under the default settings; from the first sum on that is too large for
a single reward, rewards add up.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from itertools import chain, product
from typing import Any, TypeVar, get_args

from engine.errors import UnreadableError
from engine.loop.entries import (
    Configured,
    Entry,
    OfNoEvent,
    Ranked,
    Rewarded,
    Undone,
    WorldChanged,
)
from engine.loop.event import EventLife
from engine.loop.guards import MAX_REWARDS
from engine.loop.log import EventLog
from engine.loop.settings import LoopSettings
from engine.protocol.request import RankRequest, parse_rank_request
from engine.store import world_codec
from engine.store.entry_codec import read_field, read_number, read_time
from engine.store.exchange.lines import STEP
from engine.store.exchange.seal import sealed
from engine.store.loop_info import LoopInfo, Origin, new_id
from engine.store.store import MAX_NAME
from engine.worlds import World

T = TypeVar("T")
_HEAD = '# {{"format":"personalizer-playground-dsjson","version":1,"origin":"{}"{}}}'
_CHANGED = ',"world":"changed"'
"""Marker in the first line of a loop whose world was changed, as decisions alone do not show it."""
Decision = tuple[Ranked, tuple[float, ...]]
"""A Rank entry and its rewards."""
_time = partial(read_time, zone=UTC)


# -- out ------------------------------------------------------------------------------


class ExportedEvents:
    """Export of the events that count at the start, in order of Rank calls, as the service logged
    events.

    The label is the shown action with its propensity. Events without a reward so far, or never
    activated, carry ``_skipLearn``. The log is read twice, so that only rewards are in memory.
    """

    def __init__(self, log: EventLog) -> None:
        with log.lock:
            self._first, self._second = log.since(0), log.since(0)
        self._lives: dict[str, EventLife] = {}
        self._more = ""

    def first(self) -> Iterator[None]:
        """Read the outcome of each event; yields every `STEP` entries."""
        for number, entry in enumerate(self._first, 1):
            if isinstance(entry, Ranked):
                self._lives[entry.event_id] = EventLife(not entry.request.defer_activation)
            elif isinstance(entry, WorldChanged):
                self._more = _CHANGED
            elif not isinstance(entry, OfNoEvent):
                self._lives[entry.event_id].follow(entry)
            if number % STEP == 0:
                yield

    def rows(self) -> Iterator[dict[str, object]]:
        """The events, after `first`."""
        for entry in self._second:
            if isinstance(entry, Ranked):
                yield _row(entry, self._lives[entry.event_id].earned)

    def lines(self, origin: Origin) -> Iterator[str]:
        """The events between a first line and a seal, in a form skipped by Vowpal Wabbit."""
        rows = (json.dumps(row, ensure_ascii=False) for row in self.rows())
        return sealed(chain([_HEAD.format(origin, self._more)], rows), before="# ")


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


def origin_of(line: str) -> Origin | None:
    """Origin of a loop by the first line of its file; None for files of other programs."""
    heads = {_HEAD.format(one, m): one for one, m in product(get_args(Origin), ("", _CHANGED))}
    return heads.get(line.strip())


def is_of_several_worlds(line: str) -> bool:
    """Test a first line for the mark of a changed world."""
    return line.strip().endswith(f"{_CHANGED}}}")


def is_row(value: Any) -> bool:
    """Test a JSON value for being a decision, as opposed to the first line of `jsonl`."""
    return isinstance(value, dict) and "c" in value and "format" not in value


def read_head(row: Any, owner: str, name: str, origin: Origin, known: Iterable[World]) -> LoopInfo:
    """Facts of a new loop, in the first known world with the actions and the visitor of the first
    decision, or in none.

    Args:
        name: of the file; the part before its first dot names the loop.
        known: possible worlds, in order.

    Raises:
        UnreadableError, PersonalizerError: if the line is no decision.
    """
    request = _decision(row)[0].request
    world = next((world for world in known if _happens_in(world, request)), None)
    title = "".join(c for c in name.partition(".")[0] if c.isprintable()).strip()[:MAX_NAME]
    return LoopInfo(new_id(), owner, title.rstrip() or "Log", world_codec.to_text(world), 0, origin)


def _happens_in(world: World, request: RankRequest) -> bool:
    """Test a world for these actions and a visitor's context."""
    if list(world.actions) != json.loads(request.actions_text):
        return False
    try:
        world.context_of(request)
    except KeyError:
        return False
    return True


def reader(max_events: int) -> Callable[[object], Iterator[Entry | Undone]]:
    """Reader from decisions, in order, to entries of a loop with default settings."""
    settings, written = LoopSettings(max_events=max_events), False

    def read(row: object) -> Iterator[Entry | Undone]:
        nonlocal settings, written
        ranked, rewards = _decision(row)
        if len(rewards) > 1 and settings.reward_aggregation != "sum":
            settings, written = replace(settings, reward_aggregation="sum"), False
        if not written:
            yield Configured(ranked.time, settings)
            written = True
        yield ranked
        for reward in rewards:
            yield Rewarded(ranked.event_id, ranked.time, reward)

    return read


def _decision(row: Any) -> Decision:
    """Read the decision of one line.

    Raises:
        UnreadableError, PersonalizerError: if the line is no decision.
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
    shown = shown_position(row.get("_label_Action"), row.get("_labelIndex"), order)
    labelled = row.get("_label_probability")
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
    """Check the JSON type of a value; UnreadableError otherwise."""
    if not isinstance(value, kind):
        raise UnreadableError(otherwise)
    return value


def shown_position(action: object, index: object, order: Sequence[int]) -> int:
    """Position of the labelled action; without a label, of the first of ``a``."""
    named = set()
    for name, label, first in ("_label_Action", action, 1), ("_labelIndex", index, 0):
        last = first + len(order) - 1
        if label is not None:
            if type(label) is not int or not first <= label <= last:
                raise UnreadableError(f"{name} is not a whole number from {first} to {last}")
            named.add(label - first)
    if len(named) > 1:
        raise UnreadableError("_label_Action and _labelIndex name different actions")
    return named.pop() if named else order[0] - 1


def _parts(total: float) -> tuple[float, ...]:
    """Possible rewards that add up to a total, bit for bit.

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
    actions = [_action(action, i) for i, action in enumerate(offered)]
    return parse_rank_request(actions, [*context, *_beside(told)], (), event_id)


def context_objects(told: Mapping[str, Any]) -> list[Any]:
    """Feature objects of the context in ``c``."""
    listed = told.get("FromUrl", [])
    return [*(listed if isinstance(listed, list) else [listed]), *_beside(told)]


def _beside(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Keys of the context beside the feature objects."""
    others = {name: value for name, value in told.items() if name not in {"_multi", "FromUrl"}}
    return [others] if others else []


def _action(action: Any, at: int) -> dict[str, object]:
    action = _expect(dict, action, f"c._multi[{at}] is not an object")
    named = action.get("i")
    name = action.get("_tag") or (named.get("id") if isinstance(named, Mapping) else None)
    features = _expect(list, action.get("j", []), f"c._multi[{at}].j is not a list")
    others = {key: value for key, value in action.items() if key not in {"_tag", "i", "j"}}
    return {"id": name or str(at + 1), "features": [*features, *([others] if others else [])]}
