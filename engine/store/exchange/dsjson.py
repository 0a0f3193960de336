"""The retired service's own log format: decision-service JSON, one line an event, as
Vowpal Wabbit reads it (``vw --dsjson``).

It holds decisions and rewards, no beliefs and no settings: a loop that comes in from it
has learned the same rewards under the default settings.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO

from engine.errors import PersonalizerError, UnreadableError
from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded, Undone
from engine.loop.log import EventLog
from engine.loop.settings import LoopSettings
from engine.protocol.request import RankRequest, parse_rank_request, parse_reward
from engine.store.entry_codec import parse, read_number
from engine.store.exchange.jsonl import Progress, silent, take_in
from engine.store.exchange.lines import Faults, numbered_lines, size_of
from engine.store.store import About, Store
from engine.store.stored_loop import Followers, new_id, nobody
from engine.worlds import WORLDS

_WITHOUT = {"_multi", "FromUrl"}


# -- out ------------------------------------------------------------------------------


def dsjson_rows(log: EventLog, progress: Progress = silent) -> Iterator[dict[str, object]]:
    """Each event that counts, in the order of the Rank calls, as the service logged it.

    The label is what was shown, with its propensity. Events without an answer yet, and
    those never activated, carry ``_skipLearn``. Reads the log twice, so that no more than
    the rewards are in memory.

    Args:
        progress: is told how much of the first reading is done, every 1,000 entries.
    """
    outcomes: dict[str, _Outcome] = {}
    for number, entry in enumerate(log):
        if number % 1_000 == 0:
            progress(number / len(log))
        if isinstance(entry, Ranked):
            outcomes[entry.event_id] = _Outcome(entry)
        elif not isinstance(entry, Configured):
            outcomes[entry.event_id].follow(entry)
    for entry in log:
        if isinstance(entry, Ranked):
            yield _row(entry, outcomes[entry.event_id])


class _Outcome:
    __slots__ = ("active", "reward")

    def __init__(self, ranked: Ranked) -> None:
        self.active = not ranked.request.defer_activation
        self.reward: float | None = None

    def follow(self, entry: Activated | Rewarded | Expired) -> None:
        value: float | None = None
        match entry:
            case Activated():
                self.active = True
            case Rewarded():
                value = entry.value
            case Expired():
                value = entry.default_reward
        if value is not None:
            self.reward = (self.reward or 0.0) + value


def _row(ranked: Ranked, outcome: _Outcome) -> dict[str, object]:
    request = ranked.request.to_json()
    chances = ranked.shown_probabilities()
    rest = sorted(set(range(len(chances))) - {ranked.shown}, key=lambda i: -chances[i])
    order = [ranked.shown, *rest]
    learned = outcome.active and outcome.reward is not None
    reward = outcome.reward if learned and outcome.reward is not None else 0.0
    row: dict[str, object] = {
        "_label_cost": 0.0 - reward,
        "_label_probability": ranked.propensity,
        "_label_Action": ranked.shown + 1,
        "_labelIndex": ranked.shown,
        "Timestamp": ranked.time.isoformat(),
        "Version": "1",
        "EventId": ranked.event_id,
        "a": [i + 1 for i in order],
        "p": [chances[i] for i in order],
        "c": {"FromUrl": request["contextFeatures"], "_multi": _multi(request["actions"])},
    }
    return row if learned else row | {"_skipLearn": True}


def _multi(actions: Any) -> list[dict[str, object]]:
    return [
        {"_tag": a["id"], "i": {"constant": 1, "id": a["id"]}, "j": a["features"]} for a in actions
    ]


# -- in -------------------------------------------------------------------------------


def import_dsjson(
    store: Store,
    file: BinaryIO,
    owner: str,
    *,
    name: str,
    needs_world: bool = False,
    followers: Followers = nobody,
    progress: Progress = silent,
) -> About:
    """Take in a log in the service's format as a new loop with default settings.

    Args:
        name: of the new loop.
        needs_world: whether its actions have to be those of a world of `engine.worlds`.
        followers: make what follows it, to be snapshot beside it.

    Raises:
        RejectedError: if any line is faulty; nothing was imported then.
        StoreError: if it cannot be written, or the owner has too many loops.
    """
    size, faults = size_of(file), Faults()
    if size > store.limits.max_upload << 20:
        faults.add(0, f"it has more than {store.limits.max_upload:,} MiB")
        raise faults.rejection()
    lines = numbered_lines(file, size, faults, progress)
    decisions = _decisions(lines, faults)
    first = next(decisions, None)
    world = None if first is None else _world_of(first[1])
    if needs_world and first is not None and world is None:
        faults.add(first[0], "its actions are not those of a world of this app")
    if first is None and not faults.total:
        faults.add(0, "it holds no event")
    if faults.total:
        raise faults.rejection()
    assert first is not None
    settings = LoopSettings(max_events=store.limits.max_events)
    about = About(new_id(), owner, name, world, 0)
    place = WORLDS[world] if world is not None else None
    entries = _in_order(settings, first, decisions)
    return take_in(store, about, place, followers, entries, faults)


def _in_order(
    settings: LoopSettings,
    first: tuple[int, list[Ranked | Rewarded]],
    rest: Iterator[tuple[int, list[Ranked | Rewarded]]],
) -> Iterator[tuple[int, Entry | Undone]]:
    yield first[0], Configured(first[1][0].time, settings)
    for number, entries in chain([first], rest):
        for entry in entries:
            yield number, entry


def _decisions(
    lines: Iterator[tuple[int, str]], faults: Faults
) -> Iterator[tuple[int, list[Ranked | Rewarded]]]:
    for number, text in lines:
        try:
            yield number, _decision(parse(text))
        except (UnreadableError, PersonalizerError) as error:
            faults.add(number, str(error))


def _decision(row: Any) -> list[Ranked | Rewarded]:
    """The entries of one line.

    Raises:
        UnreadableError, PersonalizerError: if it is not a decision.
    """
    if not isinstance(row, Mapping):
        raise UnreadableError("it is not an object")
    request, time = _request(row), _time(row.get("Timestamp"))
    size = len(request.actions)
    order, chances = row.get("a"), row.get("p")
    if not isinstance(order, list) or sorted(map(repr, order)) != sorted(
        repr(i + 1) for i in range(size)
    ):
        raise UnreadableError(f"a does not name the actions 1 to {size}")
    if not isinstance(chances, list) or len(chances) != size:
        raise UnreadableError(f"p does not have {size} values")
    placed = [0.0] * size
    for action, chance in zip(order, chances, strict=True):
        placed[action - 1] = _number(chance, "p")
    shown = order[0] - 1
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
        propensity=placed[shown],
    )
    if row.get("_skipLearn") is True:
        return [ranked]
    reward = parse_reward(0.0 - _number(row.get("_label_cost"), "_label_cost"))
    return [ranked, Rewarded(ranked.event_id, time, reward)]


def _request(row: Mapping[str, Any]) -> RankRequest:
    told = row.get("c")
    if not isinstance(told, Mapping) or not isinstance(told.get("_multi"), list):
        raise UnreadableError("c is not an object with the actions in _multi")
    event_id = row.get("EventId")
    if not isinstance(event_id, str):
        raise UnreadableError("it has no EventId")
    context = told.get("FromUrl", [])
    if not isinstance(context, list):
        raise UnreadableError("c.FromUrl is not a list")
    others = {name: value for name, value in told.items() if name not in _WITHOUT}
    actions = [_action(action, i) for i, action in enumerate(told["_multi"])]
    return parse_rank_request(actions, [*context, *([others] if others else [])], (), event_id)


def _action(action: Any, at: int) -> dict[str, object]:
    if not isinstance(action, Mapping):
        raise UnreadableError(f"c._multi[{at}] is not an object")
    named = action.get("i")
    name = action.get("_tag") or (named.get("id") if isinstance(named, Mapping) else None)
    features = action.get("j", [])
    if not isinstance(features, list):
        raise UnreadableError(f"c._multi[{at}].j is not a list")
    others = {key: value for key, value in action.items() if key not in {"_tag", "i", "j"}}
    return {"id": name or str(at + 1), "features": [*features, *([others] if others else [])]}


def _time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None:
        raise UnreadableError("its Timestamp is not a time")
    return time if time.utcoffset() is not None else time.replace(tzinfo=UTC)


def _number(value: object, name: str) -> float:
    try:
        return read_number(value)
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from None


def _world_of(entries: list[Ranked | Rewarded]) -> str | None:
    """The world whose actions are offered, if there is one."""
    ranked = entries[0]
    assert isinstance(ranked, Ranked)
    offered = ranked.request.to_json()["actions"]
    return next((key for key, world in WORLDS.items() if list(world.actions) == offered), None)
