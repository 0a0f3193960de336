"""Mean reward and sparkline of each loop in a list."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from engine import PersonalizerError
from engine.evaluation.mean_intervals import Estimate, estimate_in_observed_range
from engine.evaluation.stored_learning_curve import stored_curve_steps
from engine.store import LoopInfo, LoopLibrary, world_codec
from engine.worlds import World
from pages.parts.text.format import unbroken_brackets
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import is_dark, theme
from pages.parts.work.frame_scheduler import result_of

MOST = 2_000
"""Most events of a loop whose log is read for a list."""
_POINTS = 60
_HALF = 0.5
_FEWEST = 10
"""Visitors from whom on their rewards are drawn: those of fewer are an empty or a full block."""


@dataclass(frozen=True, slots=True)
class LoopRewards:
    """Rewards of a loop.

    Attributes:
        mean: reward per visitor, with its 95 % interval.
        curve: mean rewards of the latest visitors, from the first to the last.
    """

    mean: Estimate
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
    recent = tuple(row["recent"] for row in curve.rows(_POINTS))
    return LoopRewards(estimate_in_observed_range(curve.rewards), recent)


def mean_reward(rewards: LoopRewards | None, world: World | None) -> str:
    """Return the mean reward of a loop with its 95 % interval, in the scale of its world, as
    Markdown; a dash if it is unknown."""
    if rewards is None:
        return "–"
    scale, known = RewardScale.of(world).in_markdown, rewards.mean
    per = scale.per if scale.is_money else ""
    estimate = unbroken_brackets(scale.estimate(known.mean, known.low, known.high))
    mean, _, ends = estimate.partition(" (")
    return f"Mean reward **{mean}** ({ends}{per}"


def has_sparkline(rewards: LoopRewards | None) -> bool:
    """True if a loop has enough visitors for a curve."""
    return rewards is not None and len(rewards.curve) >= _FEWEST


def sparkline(curve: Sequence[float], world: World | None) -> str:
    """Return a curve as HTML, with the ends of its axis in the world's scale: from 0 to 1, or to
    the size of the world's rewards if that is less than a half; wider if needed. That of a few
    visitors is an empty place."""
    if len(curve) < _FEWEST:
        return "<div></div>"
    scale, size = RewardScale.of(world), 1.0 if world is None else world.reward_size
    low, high = min(0.0, *curve), max(1.0 if size >= _HALF else size, *curve)
    points = ", ".join(
        f"{100 * n / (len(curve) - 1):.1f}% {100 * (high - value) / (high - low):.1f}%"
        for n, value in enumerate(curve)
    )
    look = theme(is_dark())
    per = scale.per if scale.is_money else ""
    description = escape(
        f"Mean reward of the latest visitors: {scale.value(curve[0])} at first, "
        f"{scale.value(curve[-1])}{per} now; from {_end(scale, low)} to {_end(scale, high)}"
    )
    ends = "".join(f"<span>{_end(scale, at)}</span>" for at in (high, low))
    return (
        f'<div role="img" aria-label="{description}" '
        f'style="display:flex;gap:4px;height:32px">'
        '<div style="display:flex;flex-direction:column;justify-content:space-between;'
        f'font-size:14px;line-height:1;text-align:end;color:{look.faint}">{ends}</div>'
        f'<div style="flex:1;forced-color-adjust:none;background:{look.grid}">'
        f'<div style="height:100%;background:{look.accent};'
        f'clip-path:polygon({points}, 100% 100%, 0% 100%)"></div></div></div>'
    )


def _end(scale: RewardScale, reward: float) -> str:
    """Format the end of an axis as a number with two digits."""
    number = scale.number(reward)
    digits = 1 - math.floor(math.log10(abs(number))) if number else 0
    text = f"{round(number, digits):,.{max(digits, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\N{MINUS SIGN}")
