"""Sentences for executives on uplift, cost, segments served worse and exploration."""

from engine.evaluation.mean_intervals import estimate
from engine.experiments.business_figures import by_segment, gained, held_back, payback, worst_served
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
    name, thousand = ARM_NAMES[arm], plain(per_thousand(session.world, uplift.mean, sign=True))
    gain = f"{signed(uplift.mean)} per visitor over today's rules"
    if start:
        sentence = f"**{name}, since visitor {start:,}: {gain}** ({interval(uplift)}), {thousand}."
    else:
        sentence = (
            f"**{name}, from the first visitor on: {gain}** ({interval(uplift)}), {thousand}."
        )
    if uplift.low > 0 or uplift.high < 0:
        return sentence
    return f"{sentence} The difference is not statistically significant."


def _cost(session: CompareSession, arm: str, start: int) -> str:
    result = payback(gained(session.comparison, start, arm))
    if result.even == 0:
        return "**Learning cost nothing:** its total was never below that of today's rules."
    world = session.world
    cost = f"{-result.lowest:,.1f} rewards"
    if world.unit:
        cost += plain(f" ({world.in_unit(-result.lowest, 1):,.2f} {world.unit})")
    sentence = f"**Learning cost {cost} at most**, by visitor {start + result.at:,}."
    if result.even is None:
        return f"{sentence} The cost has not been recovered yet."
    return f"{sentence} The cost was recovered by visitor {start + result.even:,}."


def _worse(session: CompareSession, arm: str, start: int) -> str:
    segments = by_segment(session.comparison, start, arm)
    worse = list(worst_served(segments))
    tested = f"{counted(len(segments), 'segment')} tested together"
    if not worse:
        return f"**No segment is served significantly worse than by today's rules** ({tested})."
    named = "; ".join(
        f"{plain(segment.value.name)} {signed(segment.uplift.mean)} ({interval(segment.uplift)})"
        for segment in worse[:3]
    )
    sentence = f"**Served worse than by today's rules: {named}** ({tested})."
    if len(worse) <= 3:
        return sentence
    return f"{sentence} These are the worst 3 of {len(worse):,}."


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
