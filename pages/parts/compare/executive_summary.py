"""Sentences for executives on uplift, cost, segments served worse and exploration."""

from engine.evaluation.mean_intervals import estimate
from engine.experiments.uplift import by_segment, gained, held_back, payback, worst_served
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import ARM_NAMES, interval
from pages.parts.text.format import counted, plain, signed
from pages.parts.text.money import per_thousand

_FEWEST = 50
"""Fewest visitors since going online for any statement."""


def sentences(session: CompareSession) -> list[str]:
    """Return uplift, cost, segments served worse, and exploration as Markdown sentences.

    They describe the apprentice since it went online; during the apprenticeship, the loop that is
    online from the start.
    """
    comparison = session.comparison
    arm = "online" if comparison.is_apprentice else "apprentice"
    start = 0 if comparison.is_apprentice else comparison.switches[-1][0]
    came = len(comparison) - start
    if came < _FEWEST:
        return []
    return [
        _uplift(session, arm, start),
        _cost(session, arm, start),
        _worse(session, arm, start),
        _exploration(session, arm, start),
    ]


def _uplift(session: CompareSession, arm: str, start: int) -> str:
    uplift = estimate(gained(session.comparison, start, arm))
    thousand = plain(per_thousand(session.world, uplift.mean, sign=True))
    sure = uplift.low > 0 or uplift.high < 0
    caveat = "" if sure else " The difference is not statistically significant."
    since = f"since visitor {start:,}" if start else "from the first visitor on"
    return (
        f"**{ARM_NAMES[arm]}, {since}: {signed(uplift.mean)} per visitor over today's "
        f"rules** ({interval(uplift)}), that is {thousand}.{caveat}"
    )


def _cost(session: CompareSession, arm: str, start: int) -> str:
    result = payback(gained(session.comparison, start, arm))
    if result.even == 0:
        outcome = "its total was never below that of today's rules."
        return f"**Learning cost nothing:** {outcome}"
    world = session.world
    money = f" ({world.in_unit(-result.lowest, 1):,.2f} {world.unit})" if world.unit else ""
    cost = (
        f"**Learning cost {-result.lowest:,.1f} rewards{plain(money)} at most**, "
        f"by visitor {start + result.at:,}"
    )
    if result.even is None:
        return f"{cost}; this has not been recovered yet."
    return f"{cost}; this was recovered by visitor {start + result.even:,}."


def _worse(session: CompareSession, arm: str, start: int) -> str:
    segments = by_segment(session.comparison, start, arm)
    worse = list(worst_served(segments))
    among = counted(len(segments), "segment")
    if not worse:
        none = "**No segment is served significantly worse than by today's rules**"
        return f"{none} ({among} tested together)."
    text = "; ".join(
        f"{plain(segment.value.name)} {signed(segment.uplift.mean)} ({interval(segment.uplift)})"
        for segment in worse[:3]
    )
    more = f"; and {len(worse) - 3:,} more" if len(worse) > 3 else ""
    text = f"**Served worse than by today's rules: {text}{more}**"
    return f"{text} ({among} tested together)."


def _exploration(session: CompareSession, arm: str, start: int) -> str:
    chance, came = held_back(session.comparison, start, arm), len(session.comparison) - start
    if not chance.offers:
        policy, actions = session.setup.settings().policy, len(session.world.items)
        if not policy.kept(actions).any():
            return "**Nothing is explored:** these settings never offer a random action."
        return f"**None of {came:,} offers was random so far**, though some will be."
    return (
        f"**{chance.offers:,} of {came:,} offers were random**, to keep measuring "
        f"every action: they earned {chance.mean:.2f} each, the others "
        f"{chance.others:.2f}."
    )
