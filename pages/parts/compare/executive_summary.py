"""Sentences for executives on uplift, cost, segments served worse and exploration."""

from engine.evaluation.mean_intervals import estimate_of_differences
from engine.experiments.business_figures import by_segment, gained, held_back, payback, worst_served
from engine.experiments.payback_forecast import forecast_of_visitors
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import (
    ARM_NAMES,
    NO_DIFFERENCE,
    interval,
    is_equal,
    is_significant,
)
from pages.parts.text.format import counted, plain
from pages.parts.text.payback_wording import forecast_in_words
from pages.parts.text.reward_scale import RewardScale

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
    uplift = estimate_of_differences(gained(session.comparison, start, arm))
    scale, doubt = _scale(session), (uplift.high - uplift.low) / 2
    when = f"since visitor {start:,}" if start else "from the first visitor on"
    who = f"{ARM_NAMES[arm]}, {when}"
    if is_equal(uplift):
        return f"**{who}: the same as today's rules** from each visitor, so far."
    if not uplift.mean:
        return f"**{who}: as much as today's rules** ({interval(scale, uplift)})."
    gain = f"{scale.more(uplift.mean, doubt)}{scale.per} than today's rules"
    if is_significant(uplift):
        return f"**{who}: {gain}** ({interval(scale, uplift)}). That is more than chance explains."
    return f"**{who}: {NO_DIFFERENCE.lower()}.** It earned {gain} ({interval(scale, uplift)})."


def _scale(session: CompareSession) -> RewardScale:
    return RewardScale.of(session.world).in_markdown


def _cost(session: CompareSession, arm: str, start: int) -> str:
    gains = gained(session.comparison, start, arm)
    result = payback(gains)
    if result.even == 0:
        return (
            "**Learning cost nothing,** counted in the rewards that visitors gave, luck included: "
            "its total was never below that of today's rules."
        )
    cost = _scale(session).total(-result.lowest)
    sentence = f"**Learning cost {cost} at most**, by visitor {start + result.at:,}."
    if result.even is None:
        came = len(session.comparison) - start
        forecast = forecast_of_visitors(gains)
        beyond = forecast_in_words(forecast, _scale(session)) if forecast is not None else ""
        sentence += f" The cost has not been recovered within these {came:,} visitors."
        return f"{sentence} {beyond}".rstrip()
    return f"{sentence} The cost was recovered by visitor {start + result.even:,}."


def _worse(session: CompareSession, arm: str, start: int) -> str:
    segments = by_segment(session.comparison, start, arm)
    worse = list(worst_served(segments))
    tested = f"{counted(len(segments), 'segment')} tested together"
    if not worse:
        return f"**No segment is served significantly worse than by today's rules** ({tested})."
    scale = _scale(session)
    named = "; ".join(
        f"{plain(segment.value.name)} {scale.more(segment.uplift.mean)}{scale.per} "
        f"({interval(scale, segment.uplift)})"
        for segment in worse[:3]
    )
    sentence = f"**Served worse than by today's rules: {named}** ({tested})."
    if len(worse) <= 3:
        return sentence
    return f"{sentence} These are the worst 3 of {len(worse):,}."


def _exploration(session: CompareSession, arm: str, start: int) -> str:
    chance, came = held_back(session.comparison, start, arm), len(session.comparison) - start
    policy, items = session.setup.settings().policy, session.world.items
    kept = policy.kept(len(items))
    if not chance.offers:
        if not kept.any():
            return "**Nothing is explored:** these settings never offer a random action."
        return f"**None of {came:,} offers was random so far**, though some will be."
    is_mixed = kept.min() < kept.max()
    mix = f" Half of them give {plain(items[0].name)}, half any action." if is_mixed else ""
    offers = f"**{chance.offers:,} of {came:,} offers were random**"
    sentence = f"{offers}, to keep measuring every action.{mix}"
    if not session.setup.truth:
        return sentence
    scale = _scale(session)
    even = scale.value(session.world.uniform_value)
    at_random = f" (all at random would earn {even})" if is_mixed else ""
    return (
        f"{sentence} By the true rates they earn {scale.mean(chance.mean)}{at_random}, the others "
        f"{scale.value(chance.others)}."
    )
