"""Names of the engine's models (hypotheses) for people."""

from engine import Hypothesis

_CROSSES = {
    0: "The action alone counts",
    1: "Each field counts by itself",
    2: "Two fields count together",
    3: "Three fields count together",
    4: "Four fields count together",
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
        return "A success rate that each field raises or lowers"
    name = _CROSSES[hypothesis.crosses]
    if hypothesis.by == "features":
        name += ", like actions earn alike"
    elif hypothesis.by == "bent":
        name += ", in curves"
    if hypothesis.memory < 1:
        return f"{name}; tastes change"
    return f"{name}; {'little' if hypothesis.noise_sd < _CERTAIN else 'much'} is chance"
