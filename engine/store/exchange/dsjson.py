"""The retired service's log format: decision-service JSON, one line an event, as read by Vowpal
Wabbit (``vw --dsjson``).

It holds decisions and the sum of each one's rewards, without beliefs and settings. An imported loop
has learned the same rewards under the default settings; from the first sum on that is too large for
a single reward, rewards add up.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from functools import partial
from itertools import chain, product
from typing import Any, get_args

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
from engine.store.entry_codec import read_field, read_time
from engine.store.exchange.dsjson_line import (
    DsjsonLine,
    Orders,
    chances_of,
    context_objects,
    context_of_line,
    line_of,
    shown_position,
)
from engine.store.exchange.file_seal import sealed
from engine.store.exchange.untrusted_lines import STEP
from engine.store.loop_info import LoopInfo, Origin, new_id
from engine.store.store import MAX_NAME
from engine.worlds import World

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
    heads = {
        _HEAD.format(origin, m): origin for origin, m in product(get_args(Origin), ("", _CHANGED))
    }
    return heads.get(line.strip())


def is_of_several_worlds(line: str) -> bool:
    """Test a first line for the mark of a changed world."""
    return line.strip().endswith(f"{_CHANGED}}}")


def is_row(value: Any) -> bool:
    """Test a JSON value for being a decision, as opposed to the first line of `jsonl`."""
    return isinstance(value, dict) and "c" in value and "format" not in value


def read_head(text: str, owner: str, name: str, origin: Origin, known: Iterable[World]) -> LoopInfo:
    """Facts of a new loop, in the first known world with the actions and the visitor of the first
    decision, or in none.

    Args:
        text: the line of the first decision.
        name: of the file; the part before its first dot names the loop.
        known: possible worlds, in order.

    Raises:
        UnreadableError, PersonalizerError: if the line is no decision.
    """
    request = _decision(text, Orders())[0].request
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


def reader(max_events: int) -> Callable[[str], Iterator[Entry | Undone]]:
    """Reader from decisions, in order, to entries of a loop with default settings."""
    settings, written, orders = LoopSettings(max_events=max_events), False, Orders()

    def read(text: str) -> Iterator[Entry | Undone]:
        nonlocal settings, written
        ranked, rewards = _decision(text, orders)
        if len(rewards) > 1 and settings.reward_aggregation != "sum":
            settings, written = replace(settings, reward_aggregation="sum"), False
        if not written:
            yield Configured(ranked.time, settings)
            written = True
        yield ranked
        for reward in rewards:
            yield Rewarded(ranked.event_id, ranked.time, reward)

    return read


def _decision(text: str, orders: Orders) -> Decision:
    """Read the decision of a line.

    Raises:
        UnreadableError, PersonalizerError: if the line is no decision.
    """
    line = line_of(text)
    request, time = _request(line), read_field(_time, "Timestamp", line.time)
    size = len(request.actions)
    placing = orders.placing(line.a, size)
    chances = chances_of(line, size)
    if chances is None:
        raise UnreadableError(f"p does not have {size} values")
    if line.cost is None and not line.skipped:
        raise UnreadableError("it has no reward: no _label_cost")
    placed, zeros = tuple(placing(chances)), (0.0,) * size
    shown = shown_position(line, line.a or ())
    ranked = Ranked(
        event_id=str(request.event_id),
        time=time,
        request=request,
        probabilities=placed,
        errors=zeros,
        means=zeros,
        sds=zeros,
        hypothesis=None,
        draw=None,
        chosen=shown,
        cause="random",
        mode="online",
        shown=shown,
        propensity=placed[shown] if line.probability is None else line.probability,
    )
    return ranked, () if line.skipped else _parts(0.0 - (line.cost or 0.0))


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


def _request(line: DsjsonLine) -> RankRequest:
    context, offered = context_of_line(bytes(line.c))
    if not isinstance(line.event, str):
        raise UnreadableError("it has no EventId")
    if not isinstance(context.get("FromUrl", []), list):
        raise UnreadableError("c.FromUrl is not a list")
    actions = [_action(action, i) for i, action in enumerate(offered)]
    return parse_rank_request(actions, context_objects(context), (), line.event)


def _action(action: Any, at: int) -> dict[str, object]:
    if not isinstance(action, dict):
        raise UnreadableError(f"c._multi[{at}] is not an object")
    features = action.get("j", [])
    if not isinstance(features, list):
        raise UnreadableError(f"c._multi[{at}].j is not a list")
    named = action.get("i")
    name = action.get("_tag") or (named.get("id") if isinstance(named, Mapping) else None)
    others = {key: value for key, value in action.items() if key not in {"_tag", "i", "j"}}
    return {"id": name or str(at + 1), "features": [*features, *([others] if others else [])]}
