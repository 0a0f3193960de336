"""What a page shows of a loop, each part computed once for every state of its log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.evaluation.context_map import favourites
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.store import StoredLoop
from engine.worlds import Context, World


@dataclass(frozen=True, slots=True)
class Earned:
    """What the visitors of a loop have earned.

    Attributes:
        visitors: how many have answered.
        mean: their mean reward; NaN before the first.
        recent: of the last `engine.evaluation.learning_curve.RECENT_VISITORS`.
        rows: see `LearningCurve.rows`.
    """

    visitors: int
    mean: float
    recent: float
    rows: Sequence[Mapping[str, float]]


class LoopView:
    """What a page shows of a loop; nothing it gives changes, whatever others do to the loop.

    Args:
        world: whose visitors it serves.
    """

    def __init__(self, stored: StoredLoop, world: World) -> None:
        self._stored, self._world = stored, world
        self.lock = stored.lock
        self._forget()

    def _forget(self) -> None:
        self._seen = self._stored.loop.log.position
        self._ranked: dict[tuple[tuple[str, str], ...], Ranked] = {}
        self._map: list[dict[str, object]] | None = None
        self._earned: Earned | None = None

    def _forget_what_is_old(self) -> None:
        """The log tells all but the time, which matters while a wait may end."""
        loop = self._stored.loop
        if loop.log.position != self._seen or loop.state.waiting:
            self._forget()

    @locked
    def ranked(self, context: Context) -> Ranked:
        """What the loop would show now, and why. It is logged once it is answered."""
        self._forget_what_is_old()
        key = tuple(context.items())
        if key not in self._ranked:
            features = self._world.features(context)
            self._ranked[key] = self._stored.loop.preview(self._world.actions, features)
        return self._ranked[key]

    @locked
    def map_rows(self) -> list[dict[str, object]]:
        """What the engine favours in every context."""
        self._forget_what_is_old()
        if self._map is None:
            self._map = favourites(self._stored.loop, self._world)
        return self._map

    @locked
    def earned(self) -> Earned:
        """What its visitors have earned up to now."""
        self._forget_what_is_old()
        if self._earned is None:
            curve = self._stored.follow(LearningCurve)
            self._earned = Earned(
                len(curve), curve.mean_reward, curve.recent_reward, tuple(curve.rows())
            )
        return self._earned
