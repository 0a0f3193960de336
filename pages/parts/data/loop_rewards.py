"""Mean reward and sparkline of each loop in a list."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from engine import PersonalizerError
from engine.evaluation.stored_learning_curve import stored_curve_steps
from engine.store import LoopInfo, LoopLibrary, world_codec
from engine.worlds import World
from pages.parts.text.theme import is_dark, theme
from pages.parts.work.frame_scheduler import result_of

MOST = 2_000
"""Most events of a loop whose log is read for a list."""
_POINTS = 60


@dataclass(frozen=True, slots=True)
class LoopRewards:
    """Rewards of a loop.

    Attributes:
        mean: reward per visitor.
        curve: mean rewards of the latest visitors, from the first to the last.
    """

    mean: float
    curve: tuple[float, ...]


def loop_rewards(library: LoopLibrary, about: LoopInfo) -> LoopRewards | None:
    """Return the rewards of a loop; None if it is too long for a list, has no world, or no
    rewards."""
    world = world_codec.from_text(about.world)
    if world is None or about.events > MOST:
        return None
    try:
        return _cached_rewards(about.id, about.end.digest, library, about, world)
    except PersonalizerError:
        return None  # Opening the loop reports the error.


@st.cache_data(max_entries=500, show_spinner=False)
def _cached_rewards(
    loop: str, digest: bytes, _library: LoopLibrary, _about: LoopInfo, _world: World
) -> LoopRewards | None:
    """Rewards of a loop, cached by the digest of its log."""
    curve = result_of(stored_curve_steps(_library.store, _about, _world))
    if not len(curve):
        return None
    rows = list(curve.rows(_POINTS))
    return LoopRewards(rows[-1]["mean"], tuple(row["recent"] for row in rows))


def sparkline(curve: Sequence[float]) -> str:
    """Return a curve as HTML, with the ends of its scale: from 0 to 1, or wider if needed."""
    low, high = min(0.0, *curve), max(1.0, *curve)
    values = [*curve, curve[-1]] if len(curve) == 1 else curve
    points = ", ".join(
        f"{100 * n / (len(values) - 1):.1f}% {100 * (high - value) / (high - low):.1f}%"
        for n, value in enumerate(values)
    )
    look = theme(is_dark())
    description = (
        f"Mean reward of the latest visitors: {curve[0]:.2f} at first, {curve[-1]:.2f} now"
    )
    ends = "".join(f"<span>{_end(at)}</span>" for at in (high, low))
    return (
        f'<div role="img" aria-label="{description}; from {low:.2g} to {high:.2g}" '
        f'style="display:flex;gap:4px;height:32px">'
        '<div style="display:flex;flex-direction:column;justify-content:space-between;'
        f'font-size:14px;line-height:1;text-align:end;color:{look.faint}">{ends}</div>'
        f'<div style="flex:1;forced-color-adjust:none;background:{look.grid}">'
        f'<div style="height:100%;background:{look.accent};'
        f'clip-path:polygon({points}, 100% 100%, 0% 100%)"></div></div></div>'
    )


def _end(reward: float) -> str:
    """Format the end of a scale in two digits."""
    return f"{reward:.2g}".replace("-", "\N{MINUS SIGN}")
