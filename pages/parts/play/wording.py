"""Wording of offers and their pictures: the reason for an offer, legends, striped bars."""

from collections.abc import Sequence

from engine.evaluation.probability_parts import Chance
from engine.loop.entries import Ranked
from engine.policies.base import Policy
from engine.policies.thompson import Thompson
from engine.worlds import World
from pages.parts.text.format import percent, plain


def decided(world: World, ranked: Ranked, chances: Sequence[Chance], policy: Policy) -> str:
    """Return the reason for an offer."""
    labels = [plain(item.label) for item in world.items]
    if ranked.mode != "online":
        return _today(ranked, labels)
    name = f"**{labels[ranked.chosen]}**"
    kept = sum(chance.kept for chance in chances)
    if ranked.cause == "lot" or (ranked.cause == "random" and not kept):
        return f"{name} was chosen at random; its chance is the length of its bar."
    if ranked.cause == "random":
        return _chance(name, kept)
    if ranked.draw is not None:
        return _draw(name, ranked, chances, policy)
    if max(ranked.means) - min(ranked.means) < _ALIKE:
        return f"Nothing learned so far separates the actions: {name} was chosen at random."
    mean = ranked.means[ranked.chosen]
    return f"{name} has the highest expected reward, {mean:.2f}, so it is offered."


def _chance(name: str, kept: float) -> str:
    left = f"{percent(kept)} of offers are kept for exploration"
    return f"**Chosen at random**, not by expected reward: {name}. {left}."


def _draw(name: str, ranked: Ranked, chances: Sequence[Chance], policy: Policy) -> str:
    assert ranked.draw is not None
    draw = f"{name} has the highest sample, {ranked.draw[ranked.chosen]:.2f}"
    wins = chances[ranked.chosen].wins
    if wins is None or not isinstance(policy, Thompson):
        return f"{draw}, so it is offered."
    chance = percent(ranked.probabilities[ranked.chosen])
    return (
        f"{draw}. It wins {_of_100(wins)} (hollow bar); as {policy.agreement} must agree, its "
        f"chance is **{chance}** (full)."
    )


_ALIKE = 1e-9
"""Difference of expected rewards up to which they count as equal."""


def _today(ranked: Ranked, labels: Sequence[str]) -> str:
    item = f"**{labels[ranked.shown]}**"
    if ranked.mode == "logging_only":
        return f"Today's rules choose {item}, and it is always shown. Nothing is imitated."
    own = "it, too" if ranked.chosen == ranked.shown else labels[ranked.chosen]
    why = f"A random action is shown, {item}"
    if ranked.shown == ranked.baseline:
        why = f"Today's rules choose {item}, and it is shown"
    return f"{why}. The apprentice would have chosen {own}."


def _of_100(share: float) -> str:
    if 0 < share < 0.005:
        return "under 1 of 100"
    if 0.995 < share < 1:
        return "over 99 of 100"
    return f"{100 * share:.0f} of 100"


def legend(
    world: World, ranked: Ranked, chances: Sequence[Chance], before: bool, truth: bool
) -> str:
    """Return the legend of the marks in a picture, except those of `striped`."""
    sentences = ["Wide bell: unsure."]
    if ranked.draw is not None:
        sentences.append("Dots: one random sample from each bell.")
    if chances[ranked.baseline].wins is not None:
        sentences.append(
            "Hollow bar: how often each has the highest sample. Full bar: once enough "
            "samples agree."
        )
    if before:
        sentences.append("Dashed: before your last click.")
    if truth:
        sentences.append("Triangles: true rewards.")
    return " ".join(sentences)


def striped(world: World, ranked: Ranked, chances: Sequence[Chance]) -> str:
    """Return the meaning of striped parts of bars and their distribution; empty if absent."""
    kept = [chances[i].kept for i in ranked.request.allowed]
    total = sum(kept)
    if not total:
        return ""
    whose = (
        "offers are kept for exploration" if ranked.mode == "online" else "predictions are random"
    )
    whole = f"Striped: {percent(total)} of {whose}"
    if kept[0] - min(kept) < _ALIKE:
        return f"{whole}, the same share for each."
    label = plain(world.items[ranked.baseline].label)
    return f"{whole}, half for {label}, the first action, and half for all."
