"""Wording of the talk on Play: a sentence per screen, in large type."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.evaluation.probability_parts import probability_parts
from engine.loop.entries import Ranked
from engine.worlds import Context, World
from pages.parts.charts.belief_scale import BeliefScale
from pages.parts.charts.context_map import stands_out
from pages.parts.charts.map_axes import stage_axes_of
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.offer_wording import decided, highest_sample_in_short
from pages.parts.play.session import PlaySession
from pages.parts.text.answer_names import said
from pages.parts.text.format import counted, percent, plain
from pages.parts.text.reward_scale import RewardScale

_STAY = "\N{NO-BREAK SPACE}"
_MOVED = 0.005
"""Least change of a chance that counts as a rise or fall."""
ENOUGH = 10
"""Least number of rewards of which a mean is given where rewards are rare or in money."""


def visitor_arrives(opened: OpenLoop) -> str:
    """Return the waiting visitor's context, and the question to the audience."""
    who = ", ".join(_with_faces(opened.world, opened.context))
    return f"{plain(who)}. What would you offer?"


def _with_faces(world: World, context: Context) -> list[str]:
    """Return the values of a context, each with a no-break space after its emoji."""
    faces = {
        (f.name, value.name): value.label.replace(" ", _STAY, 1) for f, value in world.segments()
    }
    return [faces[field.name, context[field.name]] for field in world.fields]


def offered(opened: OpenLoop) -> str:
    """Return the offer and its reason."""
    world, ranked, policy = opened.world, opened.ranked, opened.loop.settings.policy
    parts = probability_parts(ranked, policy)
    if ranked.mode == "online" and ranked.cause == "draw" and ranked.draw is not None:
        return highest_sample_in_short(world, ranked, parts, policy)
    return decided(world, ranked, parts, policy)


def answered(opened: OpenLoop) -> str:
    """Return the last visitor's answer and its effect."""
    before = opened.latest
    if before is None:
        return "Nobody has answered yet."
    world, context = opened.world, opened.world.context_of(before.request)
    reward = sum(opened.loop.events[before.event_id].rewards)
    after, position = opened.ranked_again(before), before.shown
    item, who = plain(world.items[position].name), plain(", ".join(context.values()))
    answer, offer = said(world, position, reward), f"{item} for {who}"
    if before.mode != "online":
        return f"{answer}: {offer} {_expectation(world, before, after, position)}."
    return _move(answer, offer, before, after, position)


def _expectation(world: World, before: Ranked, after: Ranked, position: int) -> str:
    """Return the change of an offer's expected reward, without amounts if they are unknown."""
    scale = BeliefScale.of(world, before, after)
    former, mean = before.means[position], after.means[position]
    if not scale.can_name(position, former, mean):
        return f"is expected to earn {'less' if mean < former else 'more'} than before"
    return f"has an expected reward of {scale.mean(mean)} instead of {scale.amount(former)}"


def _move(answer: str, offer: str, before: Ranked, after: Ranked, position: int) -> str:
    """Return an answer, and the change of the offer's chance."""
    was, now = before.probabilities[position], after.probabilities[position]
    if abs(now - was) < _MOVED:
        return f"{answer}: {offer} stays at {percent(now)}."
    if now > was:
        return f"{answer}: {offer} rises from {percent(was)} to {percent(now)}."
    return f"{answer}: {offer} falls from {percent(was)} to {percent(now)}."


def others(opened: OpenLoop, changes: Mapping[int, float]) -> str:
    """Return for how many other kinds of visitors the last answer moved the offer against
    the best other one in the same direction."""
    latest, world = opened.latest, opened.world
    if latest is None:
        return "Nobody has answered yet."
    own = changes[world.cell_of(latest.request)]
    rest = [change for cell, change in changes.items() if cell != world.cell_of(latest.request)]
    alike = sum(change * own > 0 for change in rest)
    offer = plain(world.items[latest.shown].name)
    return (
        f"For whom else does it count? For {alike:,} of {len(rest):,} others, {offer} "
        f"{'gained ground on' if own > 0 else 'lost ground to'} the best other offer."
    )


def missed(opened: OpenLoop) -> str:
    """Return the rewards that the loop missed against the best offers, beside random offers."""
    curve, scale = opened.curve(), RewardScale.of(opened.world)
    if not curve:
        return "Nobody has answered yet, so nothing is missed."
    own, by_chance = (in_total(scale, curve[-1][name]) for name in ("regret", "uniform_regret"))
    visitors = counted(len(opened.loop.events), "visitor")
    return (
        f"It missed {own} of what the best offers earn from {visitors}. Random offers miss "
        f"{by_chance}."
    )


def in_total(scale: RewardScale, rewards: float) -> str:
    """Format a sum of rewards as Markdown: money, or a whole number."""
    sums = scale.of_sums
    return plain(sums.value(rewards)) + ("" if sums.unit else " rewards")


def crowd(session: PlaySession) -> str:
    """Return the progress of a crowd; once it is served, the learned offers."""
    waiting, whole = session.live.waiting, session.live.enqueued
    if waiting:
        return f"{whole - waiting:,} of {whole:,} visitors have answered."
    return learned(session.displayed, truth=False)


def learned(opened: OpenLoop, truth: bool) -> str:
    """Return the most frequent favourite offer; with the truth, the number of right ones."""
    axes, come = stage_axes_of(opened.world), len(opened.loop.events)
    if not come:
        return "Nobody has answered yet, so it knows nothing."
    cells, answers = opened.favoured(axes.row, *axes.columns), counted(come, "answer")
    if truth:
        right = sum(bool(cell["right"]) for cell in cells)
        sentence = f"After {answers} it is right for {_kinds(right, len(cells))}."
    else:
        sentence = _most(cells, opened.world, answers)
    fixed = axes.fixed(opened.world, opened.context)
    return f"{sentence} Map: visitors with {plain(fixed)}." if fixed else sentence


def _kinds(count: int, total: int) -> str:
    return f"{count:,} of {total:,} kinds of visitors"


def _most(cells: Sequence[Mapping[str, Any]], world: World, answers: str) -> str:
    """Return the action favoured in most cells, with their number, after so many answers; cells
    without a visible favourite do not count."""
    visible = [cell["action"] for cell in cells if stands_out(cell)]
    if not visible:
        return f"After {answers} it has no favourites yet."
    (action, count), *others = Counter(visible).most_common()
    offer = plain({item.id: item.name for item in world.items}[action])
    if not others and count == len(cells):
        return f"After {answers} it would offer {offer} to everybody."
    return f"After {answers} it would offer {offer} to {_kinds(count, len(cells))}."


def earned(opened: OpenLoop, truth: bool) -> str:
    """Return the recent mean reward; with the truth, also the best possible means."""
    curve = opened.curve()
    if not curve:
        return "Nobody has answered yet, so nothing is earned."
    last, world = curve[-1], opened.world
    latest, scale = min(int(last["visitor"]), opened.recent), RewardScale.of(world)
    gave = too_few(scale, opened.rewards()[1]) or each(scale, last["recent"])
    recent = f"The last {counted(latest, 'visitor')} gave {gave}"
    if not truth:
        return f"{recent}."
    return (
        f"{recent}. The best single offer would earn {in_scale(scale, world.single_value)}, the "
        f"best offer for each visitor {in_scale(scale, world.best_value)}."
    )


def too_few(scale: RewardScale, rewards: int) -> str:
    """Return a number of rewards in words, if they are rare or in money and too few for a mean;
    else an empty text."""
    return counted(rewards, "reward") if scale.unit and rewards < ENOUGH else ""


def in_scale(scale: RewardScale, reward: float) -> str:
    """Format a mean reward with its unit as Markdown."""
    return plain(scale.value(reward)) if scale.unit else scale.value(reward)


def single(world: World, reward: float) -> str:
    """Format the reward of one visitor as plain text, in money if the world has a unit."""
    if not world.unit:
        return f"{reward:.3g}"
    amount = f"{world.in_unit(reward, 1):,.2f}".removesuffix(".00")
    return f"{amount}{_STAY}{world.unit}"


def each(scale: RewardScale, reward: float) -> str:
    """Format the mean reward of visitors with what it refers to, as Markdown."""
    if scale.is_money:
        return f"{in_scale(scale, reward)} per 1,000"
    return in_scale(scale, reward) + (" on average" if scale.unit else " each")
