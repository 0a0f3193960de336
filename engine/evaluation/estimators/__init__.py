"""Off-policy estimators and their shared parts.

Estimators:

- `naive`: mean reward where the action was shown, as on a dashboard; biased.
- `ips`, `snips`: weighted by inverse propensities; divided by the mean weight.
- `doubly_robust`: beliefs at Rank time, corrected by weighted errors.
- `cressie_read`: empirical likelihood, and a mended version.
- `betting`: confidence sequence on doubly robust values, proven to hold at every look.
- `stratified`: rates by context and action, with a likelihood interval; the app's own.

Shared parts:

- `base`: interface and `Interval`.
- `importance_sums`: running sums of weights and rewards, means, and the normal interval.
- `mergeable_sums`: sums by named rows and columns, such as contexts and actions.
- `profile_likelihood`: range of a weighted sum of success rates at an allowed log-likelihood.
- `unshown_action_rewards`: mean reward of the actions not shown.

An estimator takes `WeightedDecisions` by ``add`` and returns an `Interval`; two parts of a log are
merged with ``+``.
"""

from engine.evaluation.estimators.base import Bounds, Estimator, Interval, WeightedDecisions
from engine.evaluation.estimators.betting import Betting
from engine.evaluation.estimators.cressie_read import CressieRead, CressieReadMended
from engine.evaluation.estimators.doubly_robust import DoublyRobust
from engine.evaluation.estimators.ips import Ips
from engine.evaluation.estimators.naive import Naive
from engine.evaluation.estimators.snips import Snips
from engine.evaluation.estimators.stratified import Stratified

ESTIMATORS: tuple[type[Estimator], ...] = (
    Naive,
    Ips,
    Snips,
    DoublyRobust,
    CressieRead,
    CressieReadMended,
    Betting,
    Stratified,
)
"""Estimators in the order of display, from the naive average to the stratified interval."""

__all__ = [
    "ESTIMATORS",
    "Betting",
    "Bounds",
    "CressieRead",
    "CressieReadMended",
    "DoublyRobust",
    "Estimator",
    "Interval",
    "Ips",
    "Naive",
    "Snips",
    "Stratified",
    "WeightedDecisions",
]
