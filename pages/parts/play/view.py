"""What a page shows of a loop, each part computed once for every state of its log."""

from engine.evaluation.context_map import favourites
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.store import StoredLoop
from engine.worlds import Context, World


class LoopView:
    """What a page shows of a loop.

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
    def curve(self) -> LearningCurve:
        """The learning curve up to now."""
        return self._stored.follow(LearningCurve)
