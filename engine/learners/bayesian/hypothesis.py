"""Hypotheses about rewards, each a complete learner of its own.

Their weights follow from the evidence while the loop runs (`averaging`); nobody has to choose one.
"""

from dataclasses import dataclass
from typing import Literal

from engine.errors import check_number, refuse
from engine.learners.bayesian.row_form import By, RowForm

_CODE = "InvalidServiceConfiguration"

MAX_HYPOTHESES = 12


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One linear-Gaussian model of rewards, or one of cells or of rates.

    Attributes:
        crosses, by: see `RowForm`; or ``"cells"`` and ``"rates"``: see the modules of these names,
            which learn their own scales.
        noise_sd: standard deviation of a reward around its expectation; .001 to 10.
        prior_sd: prior standard deviation of the expected reward of an action in a context around
            the mean of all; .001 to 10.
        memory: share of the knowledge about a row that is kept when the row recurs, .1 to 1: 1
            never forgets. Rows that do not recur are not forgotten (directional forgetting:
            Kulhavy, *Automatica*, 1987).
        odds: prior weight relative to the others; .001 to 1,000.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``.
    """

    crosses: int = 3
    by: Literal[By, "cells", "rates"] = "id"
    noise_sd: float = 0.4
    prior_sd: float = 0.5
    memory: float = 1.0
    odds: float = 1.0

    def __post_init__(self) -> None:
        check_number(_CODE, "hypothesis.crosses", self.crosses, 0, 4, whole=True)
        if self.by not in ("id", "features", "bent", "cells", "rates"):
            refuse(_CODE, "hypothesis.by", self.by, '"id", "features", "bent", "cells" or "rates"')
        check_number(_CODE, "hypothesis.noise_sd", self.noise_sd, 0.001, 10)
        check_number(_CODE, "hypothesis.prior_sd", self.prior_sd, 0.001, 10)
        check_number(_CODE, "hypothesis.memory", self.memory, 0.1, 1)
        check_number(_CODE, "hypothesis.odds", self.odds, 0.001, 1_000)

    @property
    def key(self) -> str:
        """Name in rows of data."""
        return f"{self.by}-{self.crosses}-noise-{self.noise_sd:g}-memory-{self.memory:g}"

    @property
    def form(self) -> RowForm:
        """Form of its rows."""
        assert self.by not in ("cells", "rates")
        return RowForm.known(self.crosses, self.by)


HYPOTHESES = (
    Hypothesis(odds=2.0),
    Hypothesis(noise_sd=0.05, prior_sd=0.6, odds=2.0),
    Hypothesis(memory=0.9, odds=0.5),
    Hypothesis(crosses=1, by="features", prior_sd=0.4, odds=5.0),
    Hypothesis(crosses=1, by="features", noise_sd=0.19, prior_sd=0.8, odds=0.3),
    Hypothesis(by="bent", prior_sd=0.8, odds=0.3),
    Hypothesis(4, "cells", odds=0.1),
    Hypothesis(2, "rates", odds=1.0),
)
"""The default set, chosen by measurement (``tests/benchmarks/regret.py``). Crosses of any three
fields: with noisy rewards, with nearly certain ones, or with drifting tastes. Single fields with
actions known by features alone: with noisy or nearly certain rewards (linear in numbers), or along
lines that may bend (nearly linear). The noisy hypothesis has high prior odds, as it is confirmed or
refuted soonest."""
