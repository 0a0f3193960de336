"""The state of a loop as a fold over its log: where events stand, and what was learned."""

from collections.abc import Iterable
from copy import copy, deepcopy
from typing import ClassVar

from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.model import RewardModel
from engine.learners.classic import ClassicModel
from engine.loop.entries import Activated, Configured, Entry, Expired, Ranked, Rewarded
from engine.loop.event import EventState
from engine.loop.event_index import EventIndex
from engine.loop.settings import LoopSettings

__all__ = ["EventState", "LoopState", "imitation_head", "new_head"]


class LoopState:
    """Settings, events and models after the entries that were applied.

    Attributes:
        settings: those in force.
        model: the reward head, taught by what shown actions earned; the classic learner
            has one head for all.
        imitation: the imitation head, taught by what the baseline chose in apprentice mode;
            None beside the classic learner.
        events: by event id, in the order of their Rank calls.
        waiting: ids of the events whose wait decides something, oldest first.

    Args:
        entries: what happened so far.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("model", "imitation")
    """Attributes that hold what was learned: snapshots keep these."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.settings = LoopSettings()
        self._start_learning()
        self.events = EventIndex()
        self.waiting: dict[str, None] = {}
        for entry in entries:
            self.apply(entry)

    def fork(self) -> "LoopState":
        """A copy to apply entries to, good for as long as this state stays as it is."""
        twin = copy(self)
        twin.model, twin.imitation = deepcopy((self.model, self.imitation))
        twin.events, twin.waiting = self.events.fork(), self.waiting.copy()
        return twin

    def _start_learning(self) -> None:
        settings = self.settings
        self.model: RewardModel | ClassicModel
        self.imitation: RewardModel | None = None
        if settings.learner == "classic":
            self.model = ClassicModel(settings.crosses, settings.learning_rate)
        else:
            self.model = new_head(settings)
            self.imitation = imitation_head(settings)

    def apply(self, entry: Entry) -> None:
        """Fold in one entry."""
        match entry:
            case Configured():
                self._configure(entry.settings)
            case Ranked():
                self.waiting[entry.event_id] = None
                self._imitate(self.events.add(entry))
            case Activated() | Rewarded() | Expired():
                self._go_on(self.events[entry.event_id], entry)

    def _configure(self, settings: LoopSettings) -> None:
        same = settings.learns_like(self.settings)
        self.settings = settings
        if same:
            return
        self._start_learning()
        for state in self.events.values():
            self._imitate(state)
            self._learn(state, None)

    def _go_on(self, state: EventState, entry: Activated | Rewarded | Expired) -> None:
        before = state.earned
        state.follow(entry)
        if isinstance(entry, Activated):
            self._imitate(state)
        if not state.open or (state.activated and state.rewards):
            self.waiting.pop(entry.event_id, None)
        self._learn(state, before)

    def _imitate(self, state: EventState) -> None:
        """Learn what the baseline chose, once it was shown to an apprentice.

        The imitation head learns of every action whether it was the baseline's choice; the
        classic learner, as the service did, only of the action it had chosen itself.
        """
        ranked = state.ranked
        if ranked.mode != "apprentice" or not state.activated:
            return
        context, actions = ranked.request.context, ranked.request.actions
        if self.imitation is not None:
            for i in ranked.request.allowed:
                self.imitation.learn(context, actions[i], float(i == ranked.baseline))
        elif isinstance(self.model, ClassicModel):
            label = float(ranked.matches)
            self.model.learn(context, actions[ranked.chosen], label, _importance(ranked))

    def _learn(self, state: EventState, before: float | None) -> None:
        """Teach the reward head what an event earned so far, where it knows ``before``.

        The classic learner learns no rewards in apprentice mode, as the service did not.
        """
        ranked, earned = state.ranked, state.earned
        if earned is None:
            return
        context, action = ranked.request.context, ranked.request.actions[ranked.shown]
        if isinstance(self.model, RewardModel):
            if before is None:
                state.lesson = self.model.learn(context, action, earned)
            elif earned != before:
                self.model.correct(context, action, earned - before, state.lesson)
        elif ranked.mode != "apprentice":
            if before is None:
                self.model.learn(context, action, earned, _importance(ranked))
            elif earned != before:
                self.model.correct(context, action, earned - before, _importance(ranked))


def _importance(ranked: Ranked) -> float:
    """1 / (propensity of the chosen action x number of actions)."""
    propensity = ranked.probabilities[ranked.chosen]
    return 1.0 / (propensity * len(ranked.request.allowed))


def new_head(settings: LoopSettings) -> RewardModel:
    """A reward head that has learned nothing."""
    return RewardModel(settings.compared, settings.may_change)


def imitation_head(settings: LoopSettings) -> RewardModel:
    """An imitation head that has learned nothing: one hypothesis, as rules seldom change."""
    return RewardModel((Hypothesis(crosses=settings.crosses),), may_change=False)
