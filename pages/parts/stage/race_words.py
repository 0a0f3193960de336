"""What the talk on the Race page says: one sentence a screen, large."""

from pages.parts.race.session import RaceSession
from pages.parts.text import counted

_NOTHING = "Nothing has been raced yet."


def leader(session: RaceSession) -> str:
    """How far the race is, and in the end who earned most and how sure that is."""
    if session.raced is None:
        return _NOTHING
    known, names = session.known, session.shown.names
    if session.is_live:
        if session.ahead:
            return f"{counted(session.ahead, 'other race')} first, then this one."
        return f"{len(known):,} of {known.plan.runs:,} runs are done."
    margin, finals = known.margin(), known.finals()
    if margin is None:
        return "There is nothing to compare, so nobody is ahead."
    first, second = names[margin.leader], names[margin.next]
    earned = f"{finals[0].reward.mean:.3f}"
    by = f"{margin.ahead.mean:.3f} more than {second}"
    if not margin.is_clear:
        return f"Too close to call: {first} earned {earned} a visitor, {by}."
    return f"{first} earned most: {earned} a visitor, {by}."


def in_the_end(session: RaceSession) -> str:
    """What the last visitors gave the first and the last of all."""
    if not (finals := _order(session)):
        return _NOTHING
    names, known = session.shown.names, session.known
    gave = [f"{names[key]} {known.recent(key).mean[-1]:.2f}" for key in (finals[0], finals[-1])]
    return f"The last visitors gave {' and '.join(gave)} each."


def lost(session: RaceSession) -> str:
    """What the first and the last of all lost in a crowd."""
    if not (finals := _order(session)):
        return _NOTHING
    names, known = session.shown.names, session.known
    first, last = (
        (names[key], f"{known.regret(key).mean[-1]:,.0f}") for key in (finals[0], finals[-1])
    )
    told = f"{first[0]} lost {first[1]} rewards, {last[0]} {last[1]}"
    return f"Over {known.plan.visitors:,} visitors {told}."


def _order(session: RaceSession) -> list[str]:
    """Keys of who has raced, the highest first."""
    return [] if session.raced is None else [final.contender for final in session.known.finals()]
