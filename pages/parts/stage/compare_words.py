"""What the talk on the Compare page says: one sentence a screen, large."""

from engine.evaluation.matching import RECENT_EVENTS
from pages.parts.compare.session import CompareSession
from pages.parts.text import percent, signed


def _coming(session: CompareSession) -> str:
    """How many of a crowd have come; nothing if none comes."""
    waiting, whole = session.live.waiting, session.live.enqueued
    return f"{whole - waiting:,} of {whole:,} visitors have come." if waiting else ""


def prepared(session: CompareSession) -> str:
    """What a link tells, before it has come about."""
    return f"This link tells of {session.story.came:,} visitors: they come with the next step."


def match(session: CompareSession) -> str:
    """How often the apprentice chooses what is shown."""
    recent = session.comparison.record.performance(RECENT_EVENTS)
    if told := _coming(session):
        return told
    if not recent.events:
        return "Nobody has come yet."
    ceiling = percent(recent.highest_match_rate)
    return (
        f"It chooses as today's rules for {percent(recent.match_rate)} of visitors; "
        f"a perfect copy would for {ceiling}."
    )


def online(session: CompareSession) -> str:
    """What the apprentice earns since it went online, beyond today's rules."""
    if told := _coming(session):
        return told
    latest = session.latest()
    uplift = latest.uplift("apprentice")
    if session.comparison.is_apprentice or uplift is None:
        return "It watches: today's rules choose, and nobody is served worse."
    return (
        f"Online since visitor {latest.start:,}, it earns {latest.mean('apprentice'):.2f} "
        f"a visitor: {signed(uplift.mean)} over today's rules."
    )


def worse(session: CompareSession) -> str:
    """How many visitors the apprentice, and who was online from the start, served worse."""
    _, arms = session.rows()
    if not arms:
        return "Nobody has come yet."
    ours, others = (f"{arms[-1][f'{arm}_worse']:,.0f}" for arm in ("apprentice", "online"))
    return (
        f"Served worse than by today's rules: {ours} by the apprentice, {others} by the loop "
        "always online."
    )
