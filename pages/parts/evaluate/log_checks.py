"""Checks of a log before any figure: their results in words."""

from collections.abc import Mapping, Sequence

from engine.evaluation.log_fitness import Check, Name
from pages.parts.text.format import counted, duration, percent, plain

_SOUND: Mapping[Name, str] = {
    "probabilities": "all probabilities are possible",
    "shares": "each action was shown as often as its probabilities say",
    "likely": "so was the likeliest action of each visitor",
    "weights": "mean weights agree with 1",
    "repeats": "no part occurs twice",
    "gaps": "there is no long gap",
}
"""Results of checks that pass."""
_FAULTS: Mapping[Name, str] = {
    "probabilities": "impossible probabilities",
    "shares": "how often actions were shown",
    "likely": "how often the likeliest action was shown",
    "weights": "mean weights",
    "repeats": "repeated events",
    "gaps": "a long gap",
}
"""Faults that checks find, in short."""
QUESTION = "**Is this log reliable?**"


def about_checks(checks: Sequence[Check], labels: Mapping[str, str]) -> list[str]:
    """State the results, a line each, as Markdown: one line if all checks pass.

    Args:
        labels: display names of actions by id.
    """
    failed = [check for check in checks if not check.passes]
    if not failed:
        return [f"{QUESTION} Yes: {passed(checks)}."]
    lines = [_fault(check, plain(labels.get(check.action, check.action))) for check in failed]
    return [f"{QUESTION} {counted(len(failed), 'check')} failed.", *lines]


def faults_in_short(checks: Sequence[Check]) -> str:
    """Name the faults of a log in one line, as Markdown."""
    failed = [check for check in checks if not check.passes]
    *most, last = dict.fromkeys(_FAULTS[check.name] for check in failed)
    faults = f"{', '.join(most)} and {last}" if most else last
    return f"{QUESTION} {counted(len(failed), 'check')} failed: {faults}."


def passed(checks: Sequence[Check]) -> str:
    """List the results of checks that pass."""
    *most, last = (_SOUND[check.name] for check in checks)
    return f"{', '.join(most)}, and {last}"


def _fault(check: Check, action: str) -> str:
    """State the result of a failed check and its meaning."""
    match check.name:
        case "probabilities":
            return (
                f"{counted(round(check.value), 'event')} with a probability of 0, or above 1, "
                f"first event {check.event:,}. Such an event cannot be weighted."
            )
        case "shares":
            return (
                f"{action} was shown to {_share(check.value)} of the visitors. By the "
                f"probabilities of this log it should have been {_share(check.expected)}, and "
                "chance does not explain the difference. Either other probabilities were used, or "
                "events are missing: do not rely on the estimates."
            )
        case "likely":
            return (
                "The likeliest action of a visitor was shown to "
                f"{_share(check.value)} of the visitors. By the probabilities of this log it "
                f"should have been {_share(check.expected)}, and chance does not explain the "
                "difference. A stated rule is not the one that ran: do not rely on the estimates."
            )
        case "weights":
            return (
                f"The mean weight of {action} is {check.value:.2f}, but should be 1. What it would "
                "have earned is wrong by about this factor."
            )
        case "repeats":
            return (
                f"{counted(round(check.value), 'event')} occur twice, first event "
                f"{check.event:,}: a part of the log was added again. Intervals are too narrow."
            )
        case "gaps":
            return (
                f"Nothing was logged for {_long(check.value)} after event {check.event:,}. "
                "Visitors may have changed in between: compare the parts under *Reliable?*."
            )


def _share(share: float) -> str:
    """Format a share with a decimal, as two shares may be close to each other."""
    return f"{100 * share:.1f}\u00a0%" if 0.01 <= share <= 0.99 else percent(share)


def _long(seconds: float) -> str:
    days = round(seconds / 86_400)
    return counted(days, "day") if days else duration(seconds)
