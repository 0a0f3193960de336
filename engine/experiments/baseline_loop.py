"""A fast loop for today's rules: it shows the first action, and learns only when asked to."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import takewhile
from typing import Any, NoReturn

from engine.errors import refuse
from engine.learners.learned_state import BoundedCache
from engine.loop import decide
from engine.loop.clock import Clock, utc_now
from engine.loop.entries import Configured, Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.protocol.request import RankRequest


class LazyBaselineLoop(LearningLoop):
    """Always show the first action, where the caller puts the rule's item; learn lazily.

    Rewards cannot change its actions, so it learns only when a caller reads the learner or a belief
    (`engine.loop.provisional_rewards`). Each event logs the belief of the state before any reward.

    Args:
        settings: the learning mode and the reward aggregation are overridden; an event gets one
            reward.
    """

    def __init__(
        self, settings: LoopSettings | None = None, *, seed: int = 0, clock: Clock = utc_now
    ) -> None:
        late: dict[str, Any] = {"learning_mode": "logging_only", "reward_aggregation": "sum"}
        super().__init__(replace(settings or LoopSettings(), **late), seed=seed, clock=clock)
        self._shown: BoundedCache[RankRequest, Ranked] = BoundedCache()

    @cached_property
    def _untaught(self) -> LoopState:
        """State before the first visitor."""
        return LoopState(takewhile(lambda entry: isinstance(entry, Configured), self.log))

    def _decide(self, state: LoopState, request: RankRequest, now: datetime) -> Ranked:
        if request not in self._shown:
            self._shown[request] = decide.decide(self._untaught, request, now, self._normals)
        event_id = request.event_id or decide.next_event_id(state, self.seed)
        renamed = replace(request, event_id=event_id)
        return replace(self._shown[request], event_id=event_id, time=now, request=renamed)

    def configure(self, /, *unnamed: object, **changes: object) -> NoReturn:
        """Raise ``OperationNotAllowed``: the settings are fixed."""
        refuse("OperationNotAllowed", "settings", {**changes}, "what they were from the first")
