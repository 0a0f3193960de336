"""Off-policy estimators, one per file.

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
"""Estimators in ascending reliability, from the naive average to the stratified interval."""

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
