"""Validation and parsing of Rank and Reward requests.

JSON in the service's shapes becomes frozen values or is refused as a whole with a
`PersonalizerError`; all values past this module are valid.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from engine.errors import check_number, refuse, refuse_missing
from engine.protocol.features import Features, as_plain, flatten, is_list, values_of
from engine.result_cache import cached

MAX_ACTIONS, MAX_EXCLUDED, MAX_ID_LENGTH = 50, 1_000, 256
MAX_PAYLOAD = 2 << 20
"""Bytes of JSON of the context and the actions of a request: 50 actions of 1,536 numbers fit."""
MIN_REWARD, MAX_REWARD = -1.0, 1.0

CODE = "InvalidRankRequest"
_ID = f"a string of 1 to {MAX_ID_LENGTH} characters"
_PARTS = {"id": _ID, "features": "a list of objects"}
"""Keys of an action, and their types."""


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """An action: id and features; compared by identity, as its features are."""

    id: str
    features: Features


@dataclass(frozen=True, slots=True)
class RankRequest:
    """A validated Rank request; equal to another with the same texts.

    Attributes:
        context, actions: columns of the context, and the offered actions, 1 to 50.
        excluded: ids of excluded actions, in their original order.
        event_id: 1 to 256 characters; None until the loop assigns one.
        defer_activation: whether the event waits for Activate before it counts.
        context_text, actions_text: context and actions as JSON text.
    """

    context: Features = field(compare=False)
    actions: tuple[Action, ...] = field(compare=False)
    excluded: tuple[str, ...]
    event_id: str | None
    defer_activation: bool
    context_text: str
    actions_text: str

    @property
    def allowed(self) -> tuple[int, ...]:
        """Positions of the actions not excluded; the first is the baseline."""
        if not self.excluded:
            return tuple(range(len(self.actions)))
        return tuple(i for i, action in enumerate(self.actions) if action.id not in self.excluded)

    def under(self, event_id: str) -> "RankRequest":
        """Copy with an event id."""
        context = self.context, self.actions, self.excluded, event_id, self.defer_activation
        return RankRequest(*context, self.context_text, self.actions_text)

    @property
    def context_values(self) -> dict[str, Any]:
        """Original values of the context, by field."""
        return values_of(json.loads(self.context_text))

    def to_json(self) -> dict[str, object]:
        """The request in the service's JSON shape."""
        return {
            "contextFeatures": json.loads(self.context_text),
            "actions": json.loads(self.actions_text),
            "excludedActions": list(self.excluded),
            "eventId": self.event_id,
            "deferActivation": self.defer_activation,
        }


def parse_rank_request(
    actions: object,
    context_features: object = None,
    excluded_actions: object = None,
    event_id: object = None,
    defer_activation: object = None,
    is_json: bool = False,
) -> RankRequest:
    """Parse a Rank request from the service's JSON shapes, with None for omitted parts.

    Args:
        is_json: True for values just parsed from JSON text. They have no other types, and as new
            objects are not looked up among those written before.

    ``InvalidRankRequest`` or ``PayloadSizeExceeded`` for the first faulty field.
    """
    context_features = () if context_features is None else context_features
    excluded_actions = () if excluded_actions is None else excluded_actions
    defer_activation = False if defer_activation is None else defer_activation
    event = None if event_id is None else parse_id(event_id, "eventId", f"null or {_ID}")
    if not isinstance(defer_activation, bool):
        refuse(CODE, "deferActivation", defer_activation, "true or false")
    names = parse_list(excluded_actions, "excludedActions", "a list of action ids")
    excluded = tuple(parse_id(name, f"excludedActions[{i}]") for i, name in enumerate(names))
    if len(excluded) > MAX_EXCLUDED:
        allowed, what = f"at most {MAX_EXCLUDED}", "the number of excludedActions"
        refuse("PayloadSizeExceeded", "excludedActions", len(excluded), allowed, what)
    write = _JSON.encode if is_json else _written
    offered = _as_text(actions, "actions", _parse_actions, write)
    context = _as_text(context_features, "contextFeatures", _parse_context, write)
    size = len(offered.encode()) + len(context.encode())
    if size > MAX_PAYLOAD:
        allowed = f"at most {MAX_PAYLOAD} bytes of JSON"
        refuse("PayloadSizeExceeded", "the size of the request", size, allowed)
    parts = _context_of(context), _actions_of(offered), excluded, event, defer_activation
    request = RankRequest(*parts, context_text=context, actions_text=offered)
    if not request.allowed:
        allowed = "a list that leaves at least one action to show"
        refuse(CODE, "excludedActions", list(excluded), allowed)
    return request


def parse_reward(value: object) -> float:
    """Check a reward; ``InvalidRewardRequest`` unless it is a number from -1 to 1."""
    check_number("InvalidRewardRequest", "value", value, MIN_REWARD, MAX_REWARD)
    return float(value)  # type: ignore[arg-type]


def _as_text(
    value: Any, target: str, parse: Callable[[object], object], write: Callable[[Any], str]
) -> str:
    """JSON text of a part of the request; values outside JSON are refused with their place."""
    try:
        text = write(value)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        parse(value)
        refuse(CODE, target, value, "JSON")
    return text


def _written(value: Any) -> str:
    before = _SENT.get(id(value))
    if before is not None and _is_same(value, before[0]):
        return before[1]
    is_plain, text = _check_names((value,)), _JSON.encode(value)
    if is_plain and len(text) >= LONG and type(value) in _NESTED:
        known = tuple(_SENT.values())  # At once: other threads add requests meanwhile.
        characters = sum(len(sent) for _, sent in known)
        if len(_SENT) >= KEPT or characters + len(text) > ROOM:
            _SENT.clear()
        _SENT[id(value)] = _copied(value), text
    return text


_NESTED = (dict, list, tuple)
_KINDS = {str, int, float, bool, type(None), *_NESTED}


def _check_names(value: Collection[Any]) -> bool:
    """Raise TypeError where `json` would turn numbers into names; return whether all values are
    plain JSON types."""
    kinds = set(map(type, value))
    if isinstance(value, dict):
        "".join(value)  # Joins text and nothing else.
        value = value.values()
        kinds.update(map(type, value))
    is_plain = kinds <= _KINDS
    if not is_plain or kinds.intersection(_NESTED):
        for part in value:
            if isinstance(part, _NESTED):
                is_plain &= _check_names(part)
    return is_plain


def _is_same(value: Any, copy: Any) -> bool:
    """True if a collection still holds the same values as when it was copied."""
    parts, copies = [value], [copy]
    while not all(map(is_, parts, copies)):
        others, parts, copies = zip(parts, copies, strict=True), [], []
        for part, known in others:
            if part is known:
                continue
            kind = type(part)
            if kind not in _NESTED or kind is not type(known) or len(part) != len(known):
                return False
            if kind is dict and list(part) != list(known):
                return False
            parts += part.values() if kind is dict else part
            copies += known.values() if kind is dict else known
    return True


def _copied(value: Any) -> Any:
    """Immutable deep copy of a collection of plain JSON types."""
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    return type(value)(map(_copied, value)) if type(value) in _NESTED else value


def _plain(value: object) -> object:
    """Convert a value unknown to `json`."""
    if isinstance(value, Mapping):
        plain: object = dict(value)
    else:
        plain = list(value) if is_list(value) else as_plain(value)
    if plain is value:
        raise TypeError
    _check_names((plain,))
    return plain


_JSON = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


LONG, KEPT, ROOM = 200, 256, 4 << 20
"""Least length of JSON text of a cached collection, largest number of cached collections, and their
largest total length."""
_SENT: dict[int, tuple[Any, str]] = {}
"""Cache of long collections by their address in memory: a copy, and its text."""


# The same actions and contexts come again and again: what is parsed once, values that nobody can
# change, is shared by all requests with the same text.
@cached(lambda actions, _: sum(action.features.bytes for action in actions))
def _actions_of(text: str) -> tuple[Action, ...]:
    return _parse_actions(json.loads(text))


@cached(lambda context, _: context.bytes)
def _context_of(text: str) -> Features:
    return _parse_context(json.loads(text))


def _parse_context(value: object) -> Features:
    return flatten(parse_list(value, "contextFeatures", "a list of objects"), "contextFeatures")


def _parse_actions(value: object) -> tuple[Action, ...]:
    offered = parse_list(value, "actions", "a list of 1 to 50 actions")
    if not 1 <= len(offered) <= MAX_ACTIONS:
        refuse(CODE, "actions", len(offered), "1 to 50", what="the number of actions")
    actions = tuple(_parse_action(action, f"actions[{i}]") for i, action in enumerate(offered))
    first: dict[str, int] = {}
    for i, action in enumerate(actions):
        if first.setdefault(action.id, i) < i:
            allowed = f"another id than that of actions[{first[action.id]}]"
            refuse(CODE, f"actions[{i}].id", action.id, allowed)
    return actions


def _parse_action(action: object, target: str) -> Action:
    if not isinstance(action, Mapping):
        refuse(CODE, target, action, "an object with id and features")
    for part, allowed in _PARTS.items():
        if part not in action:
            refuse_missing(CODE, f"{target}.{part}", allowed)
    name = parse_id(action["id"], f"{target}.id")
    objects = parse_list(action["features"], f"{target}.features", _PARTS["features"])
    features = flatten(objects, f"{target}.features")
    if not features.non_null:
        allowed = "objects with at least one non-null feature"
        refuse(CODE, f"{target}.features", list(objects), allowed)
    return Action(name, features)


def parse_list(value: object, target: str, allowed: str) -> Sequence[Any]:
    """Check a list of JSON; ``InvalidRankRequest`` for other values."""
    if not is_list(value):
        refuse(CODE, target, value, allowed)
    return value


def parse_id(value: object, target: str, allowed: str = _ID) -> str:
    """Check an id, a string of 1 to 256 characters; ``InvalidRankRequest`` for other values."""
    # Half a surrogate pair, which JSON can spell but no encoding can hold, is left out.
    text = value.encode(errors="ignore").decode() if isinstance(value, str) else ""
    if value != text or not 1 <= len(text) <= MAX_ID_LENGTH:
        refuse(CODE, target, value, allowed)
    return text
