"""Names of the engine's models (hypotheses) for people."""

from engine import Hypothesis

_CROSSES = {
    0: "Actions only",
    1: "Single fields",
    2: "Pairs of fields",
    3: "Triples of fields",
    4: "Quadruples of fields",
}
_TABLES = {
    0: "One average for each action",
    1: "Averages for each value of a field",
    2: "Averages for combinations of up to two fields",
    3: "Averages for combinations of up to three fields",
    4: "Averages for combinations of up to four fields",
}
_CERTAIN = 0.2
"""Standard deviation of rewards below which rewards are called nearly certain."""


def model_name(hypothesis: Hypothesis) -> str:
    """Return the display name of a hypothesis."""
    if hypothesis.by == "cells":
        return _TABLES[hypothesis.crosses]
    if hypothesis.by == "rates":
        return "Success rates, with a factor for each field"
    name = _CROSSES[hypothesis.crosses]
    if hypothesis.by == "features":
        name += ", actions by their features"
    elif hypothesis.by == "bent":
        name += ", nonlinear"
    if hypothesis.memory < 1:
        return f"{name}, changing tastes"
    return f"{name}, {'nearly certain' if hypothesis.noise_sd < _CERTAIN else 'noisy'} rewards"
