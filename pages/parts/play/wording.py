"""What decided an offer, and what stands in its picture, in words."""

from collections.abc import Sequence

from engine.evaluation.probability_parts import Chance
from engine.loop.entries import Ranked
from engine.policies.base import Policy
from engine.policies.thompson import Thompson
from engine.worlds import World
from pages.parts.text.format import percent, plain


def decided(world: World, ranked: Ranked, chances: Sequence[Chance], policy: Policy) -> str:
    """Why this action is shown and no other."""
    labels = [plain(item.label) for item in world.items]
    if ranked.mode != "online":
        return _today(ranked, labels)
    name = f"**{labels[ranked.chosen]}**"
    kept = sum(chance.kept for chance in chances)
    if ranked.cause == "lot" or (ranked.cause == "random" and not kept):
        return f"{name} by lot: each as likely as its bar is long."
    if ranked.cause == "random":
        return _chance(name, kept)
    if ranked.draw is not None:
        return _draw(name, ranked, chances, policy)
    if max(ranked.means) - min(ranked.means) < _ALIKE:
        return f"Nothing that was learned tells them apart here: {name} by lot."
    mean = ranked.means[ranked.chosen]
    return f"{name} is believed to earn the most, {mean:.2f}: it is offered."


def _chance(name: str, kept: float) -> str:
    left = f"{percent(kept)} of offers are left to it"
    return f"**Chance decided**, not what is believed: {name}. {left}."


def _draw(name: str, ranked: Ranked, chances: Sequence[Chance], policy: Policy) -> str:
    assert ranked.draw is not None
    draw = f"{name} has the highest draw, {ranked.draw[ranked.chosen]:.2f}"
    wins = chances[ranked.chosen].wins
    if wins is None or not isinstance(policy, Thompson):
        return f"{draw}: it is offered."
    chance = percent(ranked.probabilities[ranked.chosen])
    return (
        f"{draw}. It wins {_of_100(wins)} (hollow bar); {policy.agreement} in a row must agree: "
        f"its chance is **{chance}** (full)."
    )


_ALIKE = 1e-9
"""Reward within which believed rewards are the same."""


def _today(ranked: Ranked, labels: Sequence[str]) -> str:
    shown = f"**{labels[ranked.shown]}**"
    if ranked.mode == "logging_only":
        return f"The choice of today's rules, {shown}, is always shown, and nothing is imitated."
    own = "it, too" if ranked.chosen == ranked.shown else labels[ranked.chosen]
    by_rule = ranked.shown == ranked.baseline
    why = "The choice of today's rules" if by_rule else "By chance, to learn more"
    return f"{why}, {shown}, is shown. The apprentice itself would have taken {own}."


def _of_100(share: float) -> str:
    if 0 < share < 0.005:
        return "under 1 of 100"
    if 0.995 < share < 1:
        return "over 99 of 100"
    return f"{100 * share:.0f} of 100"


def legend(
    world: World, ranked: Ranked, chances: Sequence[Chance], before: bool, truth: bool
) -> str:
    """What the marks of a picture are, as far as they are there, but for `striped`."""
    told = ["A wide bell is doubt."]
    if ranked.draw is not None:
        told.append("Dots: one draw from each.")
    if chances[ranked.baseline].wins is not None:
        told.append("Hollow: how often each has the highest draw; full: once enough draws agree.")
    if before:
        told.append("Dashed: before your last click.")
    if truth:
        told.append("Triangles: the truth.")
    return " ".join(told)


def striped(world: World, ranked: Ranked, chances: Sequence[Chance]) -> str:
    """What the striped parts of the bars are, if there are any, and who has more of them."""
    kept = [chances[i].kept for i in ranked.request.allowed]
    total = sum(kept)
    if not total:
        return ""
    whose = "offers are kept for learning" if ranked.mode == "online" else "guesses are by chance"
    whole = f"Striped: {percent(total)} of {whose}"
    if kept[0] - min(kept) < _ALIKE:
        return f"{whole}, the same share for each."
    label = plain(world.items[ranked.baseline].label)
    return f"{whole}, half for {label}, the first, half for all."
