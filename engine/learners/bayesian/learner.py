"""The Bayesian learner: what the engine believes about every (context, action).

Several hypotheses learn side by side, each in the span of the rows it was rewarded for
(`basis`, `posterior`), and the evidence says how far each is to be believed (`averaging`,
`change`). The belief about an offer is their mixture.

They learn what shown actions earned, whatever the mode. Beside them an *imitation head*, another
such learner, learns of every action whether it was the baseline's choice; before any reward,
what looks like that is believed to be somewhat better.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Self

import numpy as np

from engine.arrays import Array
from engine.learners.base import Group, Impression, Learner, WeighedOffer
from engine.learners.bayesian.averaging import ModelAverage
from engine.learners.bayesian.basis import Basis, Block, OfferedRows, Where
from engine.learners.bayesian.change import ChangeDetector
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.kernel import RowKernel
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.rows import RowForm
from engine.learners.belief import Belief
from engine.protocol.features import Features
from engine.protocol.request import Action, RankRequest

IMITATION_WEIGHT = 0.1
"""Reward by which the imitated action is believed to be better before any reward."""
LEAST = 1e-3
"""Weight from which a hypothesis takes part in a belief."""


@dataclass(frozen=True, slots=True)
class Component:
    """A posterior that takes part in the belief, and its hypothesis' position."""

    weight: float
    source: int
    learner: Posterior
    span: Basis


class BayesianLearner(Learner):
    """See `engine.learners.base.Learner`.

    Attributes:
        evidence: what the hypotheses learned, and how far each is believed.
        imitation: the imitation head, with one hypothesis, as rules seldom change.

    Args:
        hypotheses: what the world might be like.
        may_change: whether tastes may change altogether.
        crosses: of the imitation head's hypothesis; None for a learner without such a head.
    """

    STATE = ("evidence", "imitation", "_spans")
    expresses_doubt = has_imitation_head = True
    _centred = cached_property(lambda _: dict[tuple[Features, Action], float]())

    def __init__(
        self, hypotheses: Sequence[Hypothesis], may_change: bool = True, crosses: int | None = None
    ) -> None:
        self.evidence = ChangeDetector(hypotheses, may_change)
        self.imitation: BayesianLearner | None = None
        if crosses is not None:
            self.imitation = BayesianLearner((Hypothesis(crosses=crosses),), may_change=False)
        self._spans: dict[RowForm, Basis] = {h.form: Basis(h.form) for h in hypotheses}

    @property
    def learned(self) -> int:
        return self.evidence.learned

    @property
    def weights(self) -> tuple[float, ...]:
        return tuple(self.evidence.weights.tolist())

    @property
    def changes(self) -> Sequence[tuple[int, int]]:
        return self.evidence.changes

    def unrewarded(self) -> Self:
        other = type(self)(self.evidence.hypotheses, self.evidence.may_change)
        other.imitation = self.imitation
        return other

    def components(self) -> list[Component]:
        """The learners that take part in the belief, with weights that sum to 1."""
        found: list[tuple[float, int, Posterior]] = []
        for odds, bank in zip(self.evidence.odds.tolist(), self.evidence.banks, strict=True):
            if odds >= LEAST:
                weights = (odds * bank.weights).tolist()
                awake = bank.learners.items()
                found += [(weights[i], i, one) for i, one in awake if weights[i] >= LEAST]
        total = sum(weight for weight, _, _ in found)
        return [
            Component(weight / total, source, learner, self._spans[learner.form])
            for weight, source, learner in found
        ]

    # -- what is believed -------------------------------------------------------------

    def belief(self, request: RankRequest, online: bool = True) -> Belief:
        # Online, the prior mean is IMITATION_WEIGHT x the imitation head's weights, which give way
        # to rewards as any prior does.
        return self._belief(request.context, request.actions, online)

    def beliefs(self, requests: Sequence[RankRequest], online: bool = True) -> list[Belief]:
        where = tuple(request.context for request in requests)
        found = self._belief(where, requests[0].actions, online)
        each = zip(found.means.swapaxes(0, 1), found.covariances.swapaxes(0, 1), strict=True)
        return [replace(found, means=mean, covariances=covariance) for mean, covariance in each]

    def _belief(self, where: Where, actions: tuple[Action, ...], online: bool) -> Belief:
        """The belief in a context; in several, means are (H, C, K), covariances (H, C, K, K)."""
        imitation, components = self._imitated(online), self.components()
        offers = {span: span.offer(where, actions) for span in {c.span for c in components}}
        if imitation is not None:
            imitated = IMITATION_WEIGHT * imitation.centred_means(where, actions)
        means, covariances = [], []
        for component in components:
            offer = offers[component.span]
            mean, covariance = component.learner.moments(offer)
            if imitation is not None:
                mean = mean + imitated
                mean += self._prior_mean_correction(component, offer, imitation)
            means.append(mean)
            covariances.append((covariance + covariance.swapaxes(-1, -2)) / 2)
        return Belief(
            np.array([component.weight for component in components]),
            np.array(means),
            np.array(covariances),
            tuple(component.source for component in components),
        )

    def centred_means(self, where: Where, actions: tuple[Action, ...]) -> Array:
        """Mean of each action less the mean of everything, (..., K)."""
        result: Array = np.zeros(1)
        for component in self.components():
            mean, _ = component.learner.moments(component.span.offer(where, actions))
            result = result + component.weight * (mean - component.learner.centre)
        return result

    def centred_means_of(self, rows: Sequence[tuple[Features, Action]]) -> Array:
        """The same of several rows, (rows,), each kept until something is learned."""
        for context, action in set(rows) - self._centred.keys():
            self._centred[context, action] = float(self.centred_means(context, (action,))[0])
        return np.array([self._centred[row] for row in rows])

    def sd_of_average(self, offers: Sequence[WeighedOffer]) -> float:
        components = self.components()
        found = [_average(component, offers) for component in components]
        weights = np.array([component.weight for component in components])
        means, variances = np.array(found).T
        between = weights @ (means - weights @ means) ** 2
        return math.sqrt(float(weights @ variances + between))

    # -- what is learned --------------------------------------------------------------

    def watch(self, impression: Impression) -> None:
        request = impression.request
        if self.imitation is not None:
            for i in request.allowed:
                choice = float(i == impression.baseline)
                self.imitation.learn_reward(request.context, request.actions[i], choice)

    def learn(self, impression: Impression, earned: float) -> None:
        self.learn_reward(impression.context, impression.action, earned)

    def learn_reward(self, context: Features, action: Action, reward: float) -> None:
        """Learn that ``action`` earned ``reward`` in ``context``."""
        self._centred.clear()
        learners: dict[RowForm, list[Posterior]] = defaultdict(list)
        for learner in chain(*(bank.learners.values() for bank in self.evidence.banks)):
            learners[learner.form].append(learner)
        places = {}
        for form, taught in learners.items():
            places[form], merged = self._spans[form].place(context, action)
            for merge in merged:
                for learner in taught:
                    learner.merge(merge)
        # Most challengers fall behind with their first reward: it is taught to those that stay.
        new: list[tuple[ModelAverage, Posterior]] = []
        densities = []
        for bank in self.evidence.banks:
            told = np.full(len(self.evidence.hypotheses), -np.inf)
            for i, learner in bank.learners.items():
                if learner.count:
                    told[i] = learner.learn(places[learner.form], reward)
                else:
                    told[i] = learner.prior_predictive(places[learner.form], reward)
                    new.append((bank, learner))
            densities.append(told)
        self.evidence.reweigh(densities)
        for bank, learner in new:
            if bank.born < self.evidence.learned and bank in self.evidence.banks:
                learner.learn(places[learner.form], reward)

    # -- why --------------------------------------------------------------------------

    def contributions(self, impression: Impression, online: bool = True) -> dict[Group, float]:
        context, action, imitation = impression.context, impression.action, self._imitated(online)
        weights: dict[Basis, dict[Block, Array]] = {}
        for component in self.components():
            shifts, centre = self._shifts(component, imitation)
            inside = weights.setdefault(component.span, {})
            for block in component.span.blocks:
                p, q = component.learner.pq(block)
                own = p - centre * q + shifts.get(block, 0.0)
                inside[block] = inside.get(block, 0.0) + component.weight * own
        parts = [span.contributions(context, action, inside) for span, inside in weights.items()]
        if imitation is not None:
            imitated = imitation.contributions(impression)
            parts.append({group: IMITATION_WEIGHT * value for group, value in imitated.items()})
        found: dict[Group, float] = defaultdict(float)
        for group, value in chain.from_iterable(part.items() for part in parts):
            found[group] += value
        return dict(found)

    # -- around what was imitated -----------------------------------------------------

    def _imitated(self, online: bool) -> "BayesianLearner | None":
        """The imitation head, if it counts and has learned anything."""
        return self.imitation if online and self.imitation and self.imitation.learned else None

    def _prior_mean_correction(
        self, component: Component, offer: OfferedRows, imitation: "BayesianLearner"
    ) -> Array:
        """What the rewards take back of a prior mean, for offered rows, (..., K). The posterior
        mean of weights with prior mean u is the one without, plus Sigma u / prior_sd^2; outside
        the basis u stays as it was."""
        shifts, centre = self._shifts(component, imitation)
        moved = centre - component.learner.centre
        result: Array = np.full(offer.outside.shape[:-1], moved)
        for part in offer.parts:
            x = part.coordinates
            result[..., part.at] += x @ shifts[part.block]
            result[..., part.at] -= moved * (x @ component.learner.pq(part.block)[1])
        return result

    def _shifts(
        self, component: Component, imitation: "BayesianLearner | None"
    ) -> tuple[dict[Block, Array], float]:
        """What a prior mean changes of p of each block, and the mean of everything with it."""
        learner = component.learner
        if imitation is None:
            return {}, learner.centre
        means = {}
        for block in component.span.blocks:
            imitated = imitation.centred_means_of(component.span.written(block))
            means[block] = IMITATION_WEIGHT * (block.whitening @ imitated)
        return learner.shifted(means)


def _average(component: Component, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
    """Mean and variance, by one hypothesis, of a weighted sum of expected rewards."""
    kernel, learner = RowKernel(component.span.form), component.learner
    inside: dict[Block, Array] = {}
    total = mean = 0.0
    for context, actions, weights in offers:
        offer = component.span.offer(context, actions)
        mean += float(weights @ learner.moments(offer)[0])
        total += float(weights.sum())
        for part in offer.parts:
            sums = inside.setdefault(part.block, np.zeros(part.block.size))
            sums += weights[part.at] @ part.coordinates
        for action in actions:
            kernel.remember(context, action)
    share = np.concatenate([weights for _, _, weights in offers])
    length = sum(
        float(weights @ kernel.between(context, actions)[0] @ share)
        for context, actions, weights in offers
    )
    return mean, learner.variance_of(inside, total, length)
