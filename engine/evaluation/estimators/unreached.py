"""What a log could hardly show, so that nothing in it tells of that.

A learner that leaves nothing to chance gives up what it believes to be bad, down to chances of one
in a million. What little it still shows of the rest is what it believes to be better.
"""

from engine.evaluation.estimators.table import Table

ONCE = 1.0
"""How often, in the whole log, all of that was expected to be shown at most."""


def unreached(steps: Table) -> float:
    """How much a target shows, summed up over events, of what was so unlikely that the log was
    expected to show it once at most, all of it together.

    Args:
        steps: how much the target shows, and how much the log was expected to show, as its first
            two sums: a row for all that had about the same chance, the likeliest first.
    """
    wanted, expected = (sums.sum(axis=1)[::-1] for sums in steps.sums[:2])
    return float(wanted[expected.cumsum() <= ONCE].sum())
