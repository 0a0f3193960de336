"""Wording of offers and their pictures: the reason for an offer, legends, striped bars."""

from collections.abc import Sequence

from engine.evaluation.probability_parts import ProbabilityParts
from engine.loop.entries import Ranked
from engine.policies.base import Policy
from engine.policies.thompson import Thompson
from engine.worlds import World
from pages.parts.charts.belief_scale import UNKNOWN, BeliefScale
from pages.parts.text.format import percent, plain


def decided(
    world: World, ranked: Ranked, chances: Sequence[ProbabilityParts], policy: Policy
) -> str:
    """Return the reason for an offer."""
    labels = [plain(item.label) for item in world.items]
    if ranked.mode != "online":
        return _today(ranked, labels)
    name = f"**{labels[ranked.chosen]}**"
    kept = sum(chance.by_exploration for chance in chances)
    if ranked.cause == "lot" or (ranked.cause == "random" and not kept):
        return f"{name} was chosen at random; its chance is the length of its bar."
    if ranked.cause == "random":
        return _chance(name, kept)
    if ranked.draw is not None:
        return _draw(name, ranked, chances, policy)
    scale = BeliefScale.of(world, ranked)
    if max(ranked.means) - min(ranked.means) < _ALIKE * scale.end:
        return f"Nothing learned so far separates the offers: {name} was chosen at random."
    chosen, mean = ranked.chosen, ranked.means[ranked.chosen]
    amount = f", {scale.mean(mean)}," if scale.can_name(chosen, mean) else ""
    return f"{name} has the highest expected reward{amount} so it is offered."


def _chance(name: str, kept: float) -> str:
    share = percent(kept)
    return f"{name} was **chosen at random**: {share} of offers are kept for exploration."


def _draw(name: str, ranked: Ranked, chances: Sequence[ProbabilityParts], policy: Policy) -> str:
    """Return the offer whose sample decided, and the share of samples that give the chance.

    Without the sample's amount, which is a guess and often more than any offer earns.
    """
    highest, mine = f"{name} has the highest sample", chances[ranked.chosen]
    if not isinstance(policy, Thompson):
        return f"{highest}, so it is offered."
    if mine.win_rate is not None:
        chance = percent(ranked.probabilities[ranked.chosen])
        return (
            f"{highest}. It wins {_of_100(mine.win_rate)} "
            f"(hollow bar); as {policy.agreement} must agree, its chance is **{chance}** (full)."
        )
    return f"{highest}, as in {_of_100(_samples_won(ranked, chances))} tries."


def _samples_won(ranked: Ranked, chances: Sequence[ProbabilityParts]) -> float:
    """Share of samples that the offer wins if one sample decides."""
    return chances[ranked.chosen].by_belief / sum(part.by_belief for part in chances)


def highest_sample_in_short(
    world: World, ranked: Ranked, chances: Sequence[ProbabilityParts], policy: Policy
) -> str:
    """Return the sentence for the stage; with the share of samples if that is the chance."""
    name = plain(world.items[ranked.chosen].label)
    chance, wins = ranked.probabilities[ranked.chosen], _samples_won(ranked, chances)
    decides_alone = isinstance(policy, Thompson) and chances[ranked.chosen].win_rate is None
    if decides_alone and percent(wins) == percent(chance):
        return f"{name} has the highest sample, as in {_of_100(wins)} tries."
    return f"{name} has the highest sample, so it is offered."


_ALIKE = 1e-9
"""Difference of expected rewards up to which they count as equal."""


def _today(ranked: Ranked, labels: Sequence[str]) -> str:
    item, own = f"**{labels[ranked.shown]}**", labels[ranked.chosen]
    if ranked.mode == "logging_only":
        return f"Today's rules choose {item}, and it is always shown. Nothing is imitated."
    is_rule, agrees = ranked.shown == ranked.baseline, ranked.chosen == ranked.shown
    match is_rule, agrees:
        case True, True:
            return (
                f"Today's rules choose {item}, and it is shown. The apprentice would have chosen "
                "it, too."
            )
        case True, False:
            return (
                f"Today's rules choose {item}, and it is shown. The apprentice would have chosen "
                f"{own}."
            )
        case False, True:
            return f"A random offer is shown, {item}. The apprentice would have chosen it, too."
        case _:
            return f"A random offer is shown, {item}. The apprentice would have chosen {own}."


def _of_100(share: float) -> str:
    """Format a share as a frequency; rounded like `percent`."""
    if 0 < share < 0.01:
        return "under 1 of 100"
    if 0.99 < share < 1:
        return "over 99 of 100"
    return f"{100 * share:.0f} of 100"


def legend(
    world: World, ranked: Ranked, chances: Sequence[ProbabilityParts], before: bool, truth: bool
) -> str:
    """Return the legend of the marks in a picture, except those of `striped`."""
    sentences, scale = [], BeliefScale.of(world, ranked)
    if ranked.draw is not None:
        are = "a guess, not a forecast" if scale.scale.unit else "may lie beyond 0 and 1"
        sentences.append(f"Dots: one random sample each; {are}.")
    sentences.append("Wide bell: unsure.")
    if chances[ranked.baseline].win_rate is not None:
        sentences.append(
            "Hollow bar: how often each has the highest sample. Full bar: once enough "
            "samples agree."
        )
    sentences.append(explored(ranked, chances))
    if before:
        sentences.append("Dashed: before your last click.")
    if truth:
        sentences.append("Diamonds: true rewards.")
    if not scale.is_known:
        sentences.append(UNKNOWN)
    return " ".join(filter(None, sentences))


def explored(ranked: Ranked, chances: Sequence[ProbabilityParts]) -> str:
    """Return why the chance of an offer by a sample is not its share of samples; empty if it is."""
    if ranked.draw is None or chances[ranked.chosen].win_rate is not None:
        return ""
    wins, chance = _samples_won(ranked, chances), percent(ranked.probabilities[ranked.chosen])
    if percent(wins) == chance:
        return ""
    return f"Some offers are random, so {_of_100(wins)} becomes {chance}."


def striped(world: World, ranked: Ranked, chances: Sequence[ProbabilityParts]) -> str:
    """Return the meaning of striped parts of bars and their distribution; empty if absent."""
    kept = [chances[i].by_exploration for i in ranked.request.allowed]
    total = sum(kept)
    if not total:
        return ""
    share, label = percent(total), plain(world.items[ranked.request.allowed[0]].label)
    match ranked.mode == "online", kept[0] - min(kept) < _ALIKE:
        case True, True:
            return f"Striped: {share} of offers are kept for exploration, the same share for each."
        case True, False:
            return (
                f"Striped: {share} of offers are kept for exploration, half for {label}, the first "
                "action, and half for all."
            )
        case False, True:
            return f"Striped: {share} of predictions are random, the same share for each."
        case _:
            return (
                f"Striped: {share} of predictions are random, half for {label}, the first action, "
                "and half for all."
            )
