"""What each loop has earned, in a row of a list: a mean, and a curve as small as a word."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from engine import PersonalizerError
from engine.evaluation.stored_curve import curve_of_stored
from engine.store import Library, LoopInfo, world_codec
from engine.worlds import World
from pages.parts.text.theme import is_dark, theme
from pages.parts.work.frames import result_of

MOST = 2_000
"""Events of a loop whose log is read for a list; of a longer one, its page tells."""
_POINTS = 60


@dataclass(frozen=True, slots=True)
class Earned:
    """What a loop has earned.

    Attributes:
        mean: reward a visitor.
        curve: mean rewards of the latest visitors, from the first to the last.
    """

    mean: float
    curve: tuple[float, ...]


def earned(library: Library, about: LoopInfo) -> Earned | None:
    """What a loop has earned; None if it is too long for a list, in no world, or unanswered."""
    world = world_codec.from_text(about.world)
    if world is None or about.events > MOST:
        return None
    try:
        return _earned(about.id, about.end.digest, library, about, world)
    except PersonalizerError:
        return None  # Opening it says why.


@st.cache_data(max_entries=500, show_spinner=False)
def _earned(
    loop: str, digest: bytes, _library: Library, _about: LoopInfo, _world: World
) -> Earned | None:
    """The same, kept for as long as its log stays as it is."""
    curve = result_of(curve_of_stored(_library.store, _about, _world))
    if not len(curve):
        return None
    rows = list(curve.rows(_POINTS))
    return Earned(rows[-1]["mean"], tuple(row["recent"] for row in rows))


def sparkline(curve: Sequence[float]) -> str:
    """A curve as HTML, for what is no more than a glance, with the ends of its scale: from 0 to 1,
    or as far as it goes."""
    low, high = min(0.0, *curve), max(1.0, *curve)
    values = [*curve, curve[-1]] if len(curve) == 1 else curve
    points = ", ".join(
        f"{100 * n / (len(values) - 1):.1f}% {100 * (high - value) / (high - low):.1f}%"
        for n, value in enumerate(values)
    )
    look = theme(is_dark())
    told = f"Mean reward of the latest visitors: {curve[0]:.2f} at first, {curve[-1]:.2f} now"
    ends = "".join(f"<span>{_end(at)}</span>" for at in (high, low))
    return (
        f'<div role="img" aria-label="{told}; from {low:.2g} to {high:.2g}" '
        f'style="display:flex;gap:4px;height:32px">'
        '<div style="display:flex;flex-direction:column;justify-content:space-between;'
        f'font-size:14px;line-height:1;text-align:end;color:{look.faint}">{ends}</div>'
        f'<div style="flex:1;forced-color-adjust:none;background:{look.grid}">'
        f'<div style="height:100%;background:{look.accent};'
        f'clip-path:polygon({points}, 100% 100%, 0% 100%)"></div></div></div>'
    )


def _end(reward: float) -> str:
    """Where a scale ends, in as few letters as there is room for."""
    return f"{reward:.2g}".replace("-", "\N{MINUS SIGN}")
