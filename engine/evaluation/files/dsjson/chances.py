"""With which chances the actions of a line were shown, in the order in which they were offered."""

from collections.abc import Callable, Sequence
from operator import itemgetter

from engine.errors import UnreadableError
from engine.evaluation.decisions import LEAST_CHANCE
from engine.evaluation.files.rounding import ROUNDING

_MOST = 1 << 14
"""Orders of actions that are remembered, as they often come again."""
_Placing = Callable[[Sequence[float]], Sequence[float]]


class Orders:
    """What puts values that follow ``a`` into the order of the actions, made once for each."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], _Placing] = {}

    def placing(self, order: tuple[int, ...]) -> _Placing:
        """For one ``a``.

        Raises:
            UnreadableError: if it does not name each action once.
        """
        placing = self._known.get(order)
        if placing is None:
            size = len(order)
            if {*order} != {*range(1, size + 1)}:
                raise wrong_order(size)
            places = [at for _, at in sorted(zip(order, range(size), strict=True))]
            placing = itemgetter(*places) if size > 1 else tuple
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[order] = placing
        return placing


def wrong_order(size: int) -> UnreadableError:
    """Why an ``a`` can be no order of so many actions."""
    return UnreadableError(f"a does not name the actions 1 to {size}")


def chances_of(told: Sequence[float], size: int) -> Sequence[float]:
    """Probabilities of the actions, as they are told."""
    if len(told) != size:
        raise UnreadableError(f"p does not have {size} values")
    total = sum(told)
    if min(told) < 0:
        raise UnreadableError("a probability is negative")
    if abs(total - 1) > ROUNDING:
        raise UnreadableError(f"its probabilities add up to {total:g}")
    return told


def propensity_of(told: float | None, of_shown: float | None) -> float:
    """Of what was shown: of the label, or else of ``p``."""
    found = of_shown if told is None else told
    if found is None:
        raise UnreadableError(
            "it has no probability, _label_probability, and without that nothing can be said of "
            "another policy"
        )
    if not 0 < found <= 1:
        raise UnreadableError(f"its probability is {found:g}, which is not above 0 and up to 1")
    if found < LEAST_CHANCE:
        raise UnreadableError(f"its probability is {found:g}, but it was shown")
    if of_shown is not None and abs(found - of_shown) > ROUNDING:
        raise UnreadableError(
            f"its probability is {found:g}, but that of the action shown is {of_shown:g}"
        )
    return found
