"""The Bayesian learner: beliefs about every pair of context and action.

Several hypotheses learn side by side: linear ones, each in the span of its rewarded rows (`basis`,
`posterior`), and tables of cells (`cells`); the evidence gives their weights (`averaging`,
`change_detector`). The belief about an offer is their mixture (`component`).

Rewards of shown actions are learned in all modes. An *imitation head*, another such learner, learns
for every action whether it was the baseline's choice; online, actions unlike that choice have a
lower prior mean (`imitation_prior`).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from engine.arrays import Array
from engine.learners.base import (
    ALONE,
    Contribution,
    Group,
    Impression,
    Learner,
    Source,
    WeighedOffer,
)
from engine.learners.bayesian.averaging import ModelAverage
from engine.learners.bayesian.basis import Where
from engine.learners.bayesian.cells import Tables
from engine.learners.bayesian.change_detector import ChangeDetector
from engine.learners.bayesian.component import (
    Component,
    Linear,
    OfCells,
    OfRates,
    contributions,
    moments,
)
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.imitation_prior import SURE, ImitationPrior, gaps
from engine.learners.bayesian.learner_inputs import (
    Experience,
    InputEncoding,
    LearnerInputs,
    expected_first,
)
from engine.learners.bayesian.likelihood import CENTRE, COIN, CONFIRMED
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.rates import SuccessRates
from engine.learners.belief import Before, Belief
from engine.learners.learned_state import BoundedCache
from engine.pausable_steps import Steps, finish
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest

LEAST, SUBSETS = 1e-3, 6
"""Least weight of a hypothesis or of a subset of fields in a belief, and the largest number of
subsets."""
_Part = tuple[float, Callable[..., Component], tuple[Any, ...]]
"""Weight, and the class of a component with its arguments other than the normalised weight."""
FITS = (1, 10, 30, 100, 300)
"""Numbers of rewards at which fields and scales of numbers are fitted again, and everything is
learned again with changed ones."""


class BayesianLearner(Learner):
    """See `engine.learners.base.Learner`.

    Attributes:
        evidence: learners of all hypotheses, and their weights.
        imitation: the imitation head, with one hypothesis, as rules seldom change.
        lean: prior disadvantage of actions other than the imitated one.

    Args:
        hypotheses: models of rewards.
        may_change: whether all tastes may change at once.
        crosses: of the imitation head's hypothesis; None for a learner without such a head.
        usual: mean reward expected before the first one, 0 to 1.
        prices: what actions pay at a success, where it is known.
    """

    STATE = ("evidence", "imitation", "lean", "_places", "_first")
    _known_means = cached_property(
        lambda _: BoundedCache[tuple[Where, tuple[Action, ...]], Array]()
    )
    _known = cached_property(lambda _: BoundedCache[tuple[Features, tuple[Action, ...]], Belief]())
    _known_before = cached_property(
        lambda _: BoundedCache[tuple[tuple[Action, ...], tuple[int, ...]], Before]()
    )
    expresses_doubt = has_imitation_head = True

    def __init__(
        self,
        hypotheses: Sequence[Hypothesis],
        may_change: bool = True,
        crosses: int | None = None,
        usual: float = CENTRE,
        prices: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.evidence = ChangeDetector(hypotheses, may_change, usual=usual, prices=prices)
        self.imitation: BayesianLearner | None = None
        if crosses is not None:
            self.imitation = BayesianLearner((Hypothesis(crosses=crosses),), may_change=False)
        self.lean = ImitationPrior()
        self._first: list[Experience] = []
        self._begin(InputEncoding.of(()))

    @property
    def learned(self) -> int:
        return self.evidence.learned

    @property
    def weights(self) -> tuple[float, ...]:
        return tuple(self.evidence.weights.tolist())

    @property
    def subsets(self) -> Mapping[Group, float]:
        weights: dict[Group, float] = defaultdict(float)
        for component in self.components:
            if isinstance(component, OfCells):
                weights[component.group] += component.weight
        return weights

    @property
    def changes(self) -> Sequence[tuple[int, int]]:
        return self.evidence.changes

    def unrewarded(self) -> Self:
        evidence = self.evidence
        usual, prices = evidence.rewards.usual, evidence.rewards.stated
        other = type(self)(evidence.hypotheses, evidence.may_change, usual=usual, prices=prices)
        other.imitation = self.imitation
        return other

    @cached_property
    def components(self) -> list[Component]:
        """Components of the belief, with weights that sum to 1. Weights up to `LEAST` are left out,
        unless no weight is larger."""
        entries = self._parts(LEAST) or self._parts(0.0)
        total = sum([weight for weight, _, _ in entries])
        return [kind(weight / total, *of) for weight, kind, of in entries]

    def _parts(self, least: float) -> list[_Part]:
        """Parts of all banks with weights above ``least``."""
        banks = zip(self.evidence.odds, self.evidence.banks, strict=True)
        return [
            part
            for odds, bank in banks
            if odds >= LEAST
            for part in self._parts_of(bank, odds, least)
        ]

    def _parts_of(self, bank: ModelAverage, odds: float, least: float) -> Iterator[_Part]:
        """Yield the parts of one bank with weights above ``least``."""
        rewards, weights = self.evidence.rewards, self._weights_in_belief(bank, odds)
        unit = rewards.unit
        for i, learner in bank.learners.items():
            if weights[i] <= least:
                continue
            if isinstance(learner, Posterior):
                span = self._places.spans[learner.form]
                yield weights[i], Linear, (i, learner, span, unit * learner.inflation)
                continue
            cells = self._places.cells[learner.crosses]
            rated = isinstance(learner, SuccessRates)
            kind: type[Component] = OfRates if rated else OfCells
            other = rewards if rated else unit
            shares = weights[i] * learner.weights(cells)
            enough = (shares > least).nonzero()[0]
            entries = zip(shares[enough].tolist(), enough.tolist(), strict=True)
            for share, part in sorted(entries, key=_by_weight)[:SUBSETS]:
                yield share, kind, (i, learner, cells, part, other)

    def _weights_in_belief(self, bank: ModelAverage, odds: float) -> list[float]:
        """Weights of a bank's hypotheses in the belief; they sum to the bank's odds. Rates weigh 0
        unless successes are rare or no other hypothesis is left; after few successes all others
        weigh 0 if rates weigh at least `LEAST`."""
        weights = [odds * weight for weight in bank.weights]
        rates = [i for i, of in bank.learners.items() if isinstance(of, SuccessRates)]
        others = [i for i in bank.learners if i not in rates]
        omitted: list[int] = []
        if self._are_few_successes and any(weights[i] >= LEAST for i in rates):
            omitted = others
        elif others and not self.evidence.rewards.rare:
            omitted = rates
        if not omitted:
            return weights
        for i in omitted:
            weights[i] = 0.0
        left = odds / sum(weights)
        return [left * weight for weight in weights]

    @property
    def _are_few_successes(self) -> bool:
        """True after few successes with stated prices and a rare usual reward: Gaussians take
        successes for more than any price allows, so a bank with rates believes them alone."""
        rewards = self.evidence.rewards
        return rewards.is_priced_and_rare and rewards.rare and rewards.successes < CONFIRMED

    # -- what is believed -------------------------------------------------------------

    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        key = request.context, request.actions
        if self.imitation is not None:
            return self._belief(*key, online)
        # An imitation head that is sure learns nothing, and is asked the same again and again.
        if key not in self._known:
            self._known[key] = replace(self._belief(*key, online), known={})
        return self._known[key]

    def beliefs(self, requests: Sequence[RankRequest], online: bool = True) -> Belief:
        where = tuple(request.context for request in requests)
        return self._belief(where, requests[0].actions, online)

    def _belief(self, where: Where, actions: tuple[Action, ...], online: bool) -> Belief:
        """Belief in a context; for several, means are (H, C, K), covariances (H, C, K, K)."""
        components = self.components
        entries = moments(components, where, actions)
        weights = np.array([component.weight for component in components])
        means = np.array([mean for mean, _ in entries])
        if online:
            means += self._leaning(where, actions)
        covariances = self._narrowed(np.array([covariance for _, covariance in entries]), actions)
        if nothing := self._earning_nothing(actions):
            means[..., nothing] = 0.0
            covariances[..., nothing, :] = covariances[..., nothing] = 0.0
        return Belief(
            weights,
            means,
            (covariances + covariances.swapaxes(-1, -2)) / 2,  # Symmetric but for rounding.
            self._before(actions),
            tuple(nothing),
        )

    def _earning_nothing(self, actions: tuple[Action, ...]) -> list[int]:
        """Positions of actions with a known price of 0."""
        rewards = self.evidence.rewards
        if not rewards.stated:
            return []
        return [i for i, action in enumerate(actions) if rewards.earns_nothing(action.id)]

    def _narrowed(self, covariances: Array, actions: tuple[Action, ...]) -> Array:
        """Limit the doubt of components other than rates, where rewards are rare. Differences of
        prior doubt, as of longer rows, stay."""
        if not self.evidence.rewards.rare:
            return covariances
        widest = self.evidence.rewards.widest([action.id for action in actions])
        sds = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
        relative = self._before(actions).relative_sds
        sds /= relative if covariances.ndim == 3 else relative[:, None]
        most = np.maximum(sds, widest)
        part = np.divide(widest, most, out=np.ones_like(most), where=most > 0)
        part[[isinstance(component, OfRates) for component in self.components]] = 1.0
        return np.asarray(covariances * part[..., :, None] * part[..., None, :])

    def _before(self, actions: tuple[Action, ...]) -> Before:
        """Prior covariances, by component."""
        key = actions, tuple(component.source for component in self.components)
        if key not in self._known_before:
            entries = [component.before(actions) for component in self.components]
            self._known_before[key] = Before(np.array(entries))
        return self._known_before[key]

    def _leaning(self, where: Where, actions: tuple[Action, ...]) -> Array | float:
        """Shift of the mean of each action by the prior from imitation, (..., K)."""
        if self.imitation is None or not self.imitation.learned:
            return 0.0
        return self.lean.mean(self._disadvantage) * gaps(self.imitation.means(where, actions))

    @property
    def _disadvantage(self) -> float:
        """D of (11): standard deviation of the first rewards, and the prior mean above their mean,
        as actions never shown are believed to earn up to that."""
        rewards = self.evidence.rewards
        return math.sqrt(rewards.unit * COIN) + max(rewards.level - rewards.mean, 0.0)

    def means(self, where: Where, actions: tuple[Action, ...]) -> Array:
        """Mean of each action, (..., K), from rewards alone; cached until the next reward."""
        if (where, actions) not in self._known_means:
            entries = [c.weight * c.means(where, actions) for c in self.components]
            means = np.asarray(sum(entries))
            means[..., self._earning_nothing(actions)] = 0.0
            self._known_means[where, actions] = means
        return self._known_means[where, actions]

    def sd_of_average(self, offers: Sequence[WeighedOffer]) -> float:
        components = self.components
        weights = np.array([component.weight for component in components])
        offers = [(context, of, self._earning(of, shares)) for context, of, shares in offers]
        means, variances = np.array([component.average(offers) for component in components]).T
        if self.evidence.rewards.rare:
            unlimited = [isinstance(component, OfRates) for component in components]
            most = np.where(unlimited, np.inf, self._widest_average(offers))
            variances = np.minimum(variances, most**2)
        between = weights @ (means - weights @ means) ** 2
        return math.sqrt(float(weights @ variances + between))

    def _widest_average(self, offers: Sequence[WeighedOffer]) -> float:
        """Bound of the doubt about a weighted sum of rare rewards; see `_narrowed`."""
        widest = self.evidence.rewards.widest
        every = {actions: widest([action.id for action in actions]) for _, actions, _ in offers}
        return sum(float(np.abs(shares) @ every[actions]) for _, actions, shares in offers)

    def contributions(
        self,
        request: RankRequest,
        weights: Array,
        online: bool = True,
        into: Mapping[Group, Group] = ALONE,
    ) -> dict[Source, Contribution]:
        context, actions = request.context, request.actions
        weights = self._earning(actions, weights)
        parts = contributions(self.components, context, actions, weights, into)
        if online and self.imitation is not None and self.imitation.learned:
            behind = float(weights @ gaps(self.imitation.means(context, actions)))
            doubt = abs(behind) * self.lean.sd(self._disadvantage)
            parts["imitation"] = Contribution(behind * self.lean.mean(self._disadvantage), doubt)
        return parts

    def _earning(self, actions: tuple[Action, ...], weights: Array) -> Array:
        """Weights of actions, (K,), with 0 for known prices of 0."""
        nothing = self._earning_nothing(actions)
        if not nothing:
            return weights
        weights = weights.copy()
        weights[nothing] = 0.0
        return weights

    # -- what is learned --------------------------------------------------------------

    def watch(self, impression: Impression) -> None:
        if self.imitation is None or self._expects(impression):
            return
        request = impression.request
        for i in request.allowed:
            choice = float(i == impression.baseline)
            self.imitation.learn_reward(request.context, request.actions, i, choice)

    def _expects(self, impression: Impression) -> bool:
        """True if the imitation head predicts the choice with certainty: learning is then skipped
        (Crammer et al., *JMLR* 7, 2006), so an accurate head costs little."""
        request, head = impression.request, self.imitation
        if head is None or not head.learned:
            return False
        likeness = head.means(request.context, request.actions).tolist()
        baseline = impression.baseline
        least = likeness[baseline] - SURE
        return all(likeness[i] <= least for i in request.allowed if i != baseline)

    def learn(self, impression: Impression, earned: float) -> None:
        finish(self.learning(impression, earned))

    def learning(self, impression: Impression, earned: float) -> Steps[None]:
        context, actions = impression.context, impression.request.actions
        if self.imitation is not None and self.imitation.learned:
            gap = float(gaps(self.imitation.means(context, actions))[impression.shown])
            if gap:
                expected = float(self.means(context, actions)[impression.shown])
                self.lean.learn(gap, earned - expected)
        yield from self._learning_reward(context, actions, impression.shown, earned)

    def learn_reward(
        self, context: Features, actions: tuple[Action, ...], shown: int, reward: float
    ) -> None:
        """Learn the reward of the shown action in a context."""
        finish(self._learning_reward(context, actions, shown, reward))

    def _learning_reward(
        self, context: Features, actions: tuple[Action, ...], shown: int, reward: float
    ) -> Steps[None]:
        rewards = self.evidence.rewards
        if self.learned < FITS[-1]:
            self._first.append((context, actions, shown, reward))
        count = len(self._first)
        unpriced = count > 0 and rewards.disproves_prices(reward, actions[shown].id)
        reading = self._encoding(count) if unpriced or count in FITS else None
        if reading and (unpriced or not self._places.are_read(reading)):
            yield from self._learning_anew(reading, rewards.priced and not unpriced)
        else:
            self._learn(context, actions, shown, reward)
        if self.learned == FITS[-1]:
            self._first = []

    def _encoding(self, count: int) -> InputEncoding:
        """Encoding fitted last at ``count`` rewards."""
        return InputEncoding.of(self._first[: max(n for n in FITS if n <= count)])

    def _begin(self, reading: InputEncoding, priced: bool = True) -> None:
        """Reset all knowledge, with a new encoding of contexts; for rewards of any size unless
        they may be 0 or a price."""
        self._forget()
        self._known_before.clear()
        hypotheses, may_change = self.evidence.hypotheses, self.evidence.may_change
        usual, prices = self.evidence.rewards.usual, self.evidence.rewards.stated
        self.evidence = ChangeDetector(hypotheses, may_change, priced, usual, prices)
        self._places = LearnerInputs(hypotheses, reading)

    def _forget(self) -> None:
        """Clear cached beliefs."""
        self.__dict__.pop("components", None)
        self._known_means.clear()
        self._known.clear()

    def _learning_anew(self, reading: InputEncoding, priced: bool = True) -> Steps[None]:
        self._begin(reading, priced)
        for context, actions, shown, reward in self._first:
            self._learn(context, actions, shown, reward)
            yield None

    def _learn(
        self, context: Features, actions: tuple[Action, ...], shown: int, reward: float
    ) -> None:
        self._forget()
        if reward == 0.0 and self.evidence.rewards.earns_nothing(actions[shown].id):
            self.evidence.rewards.count_reward(reward, actions[shown].id)
            return
        seen = self.evidence.rewards.observe(reward, actions[shown].id)
        self.evidence.adapt(seen)
        every = chain(*(bank.learners.values() for bank in self.evidence.banks))
        place = self._places.place(context, actions, shown, every)
        # Most challengers fall behind with their first reward: it is taught to those that stay.
        new: list[tuple[ModelAverage, Posterior | Tables | SuccessRates]] = []
        densities: list[dict[int, float]] = []
        for bank in self.evidence.banks:
            by_hypothesis: dict[int, float] = {}
            for i, learner in bank.learners.items():
                if learner.count:
                    by_hypothesis[i] = self._places.teach(learner, place, seen)
                else:
                    by_hypothesis[i] = expected_first(learner, place, seen)
                    new.append((bank, learner))
            densities.append(by_hypothesis)
        self.evidence.reweigh(reward, densities, actions[shown].id)
        for bank, learner in new:
            if bank.born < self.evidence.learned and bank in self.evidence.banks:
                self._places.teach(learner, place, seen)


def _by_weight(entry: tuple[float, int]) -> float:
    """Sorting key of parts of tables, largest weight first."""
    return -entry[0]
