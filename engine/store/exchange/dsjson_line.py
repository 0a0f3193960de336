"""Line of the retired service's dsjson: the fields to read, and the rules among them."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from engine.errors import UnreadableError

_MOST = 1 << 14
"""Orders of actions that are remembered, as they often come again."""
_Placing = Callable[[Sequence[float]], Sequence[float]]


class DsjsonLine(msgspec.Struct, frozen=True, gc=False):
    """Fields of a line; ``c``, the largest part, stays undecoded."""

    c: msgspec.Raw = msgspec.Raw()
    a: list[int] | None = None
    p: list[float] | None = None
    cost: float | None = msgspec.field(name="_label_cost", default=None)
    probability: float | None = msgspec.field(name="_label_probability", default=None)
    action: int | None = msgspec.field(name="_label_Action", default=None)
    index: int | None = msgspec.field(name="_labelIndex", default=None)
    skipped: bool | None = msgspec.field(name="_skipLearn", default=False)
    dropped: float | None = msgspec.field(name="pdrop", default=None)
    reward: Any = msgspec.field(name="RewardValue", default=None)
    is_activation: Any = msgspec.field(name="ActionTaken", default=None)
    outcomes: Any = msgspec.field(name="_outcomes", default=None)
    number: Any = msgspec.field(name="_label_ca", default=None)
    time: str = msgspec.field(name="Timestamp", default="")
    event: str | int | None = msgspec.field(name="EventId", default=None)

    @property
    def is_late(self) -> bool:
        """True for a reward or an activation without its decision, which Vowpal Wabbit skips,
        too."""
        return not bytes(self.c) and (self.reward is not None or self.is_activation is not None)


_decode = msgspec.json.Decoder(DsjsonLine).decode


def line_of(text: str) -> DsjsonLine:
    """Parse a line.

    Raises:
        UnreadableError: with the place of a value of another type.
    """
    try:
        return _decode(text)
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"it is no decision: {error}") from None


def context_of_line(text: bytes) -> tuple[Mapping[str, Any], list[Any]]:
    """Parse ``c`` as a whole, and return the actions inside it separately.

    Raises:
        UnreadableError: if it holds no actions.
    """
    try:
        context = msgspec.json.decode(text) if text else None
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"it is no decision: {error}") from None
    offered = context.get("_multi") if isinstance(context, dict) else None
    if not isinstance(context, dict) or not isinstance(offered, list) or not offered:
        raise UnreadableError("c is not an object with the actions in _multi")
    return context, offered


def context_objects(context: Mapping[str, Any]) -> list[Any]:
    """Feature objects of the context in ``c``: those of the Rank call, and an object of the
    remaining entries."""
    listed = context.get("FromUrl", [])
    others = {name: value for name, value in context.items() if name not in {"_multi", "FromUrl"}}
    return [*(listed if isinstance(listed, list) else [listed]), *([others] if others else [])]


class Orders:
    """Functions that put values in the order of ``a`` into that of the actions, made once each."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], _Placing] = {}

    def placing(self, order: Sequence[int] | None, size: int) -> _Placing:
        """The function for one ``a`` of so many actions.

        Raises:
            UnreadableError: if it does not name each action once.
        """
        key = tuple(order or ())
        placing = self._known.get(key)
        if placing is None or len(key) != size:
            if len(key) != size or {*key} != {*range(1, size + 1)}:
                raise UnreadableError(f"a does not name the actions 1 to {size}")
            places = [at for _, at in sorted(zip(key, range(size), strict=True))]
            placing = itemgetter(*places) if size > 1 else tuple
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = placing
        return placing


def chances_of(line: DsjsonLine, size: int) -> Sequence[float] | None:
    """The probabilities of so many actions, in the order of ``a``; None if they are not told."""
    if line.p is not None and len(line.p) != size:
        raise UnreadableError(f"p does not have {size} values")
    return line.p


def shown_position(line: DsjsonLine, order: Sequence[int]) -> int:
    """Position of the action that the label is of; without a label, of the first of ``a``."""
    size, named = len(order), set[int]()
    for name, label, first in (
        ("_label_Action", line.action, 1),
        ("_labelIndex", line.index, 0),
    ):
        last = first + size - 1
        if label is not None:
            if not first <= label <= last:
                raise UnreadableError(f"{name} is not a whole number from {first} to {last}")
            named.add(label - first)
    if len(named) > 1:
        raise UnreadableError("_label_Action and _labelIndex name different actions")
    return named.pop() if named else order[0] - 1
