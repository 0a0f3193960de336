"""Sentences of the Why page."""

from collections.abc import Mapping

from engine.evaluation.belief_contributions import Gap
from engine.evaluation.field_importance import Importance, Importances, Omission
from engine.learners.base import Source
from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts.reasons import drawn
from pages.parts.play.why_subject import Subject
from pages.parts.text.format import counted, percent, plain, signed
from pages.parts.text.money import in_all, in_money, more_money, scale_of

_ALIKE = 0.005
"""Smallest reward worth mentioning."""
_NAMED = 3
"""Most parts named in a sentence."""


def asked_about(subject: Subject) -> str:
    """Return the question of the page."""
    label = plain(subject.world.items[subject.ranked.shown].name)
    # The no-break space prevents a line from beginning with a dot.
    visitor = plain("\u00a0· ".join(subject.context.values()))
    if subject.number is None:
        return f"Why would {label} be offered to {visitor}?"
    return f"Why was {label} offered to {visitor}?"


def answered(subject: Subject, come: int) -> str:
    """Number of the visitor, and the reward."""
    if subject.number is None:
        return "This is what the engine believes now."
    visitor = f"Visitor {subject.number:,} of {come:,}"
    if subject.earned is None:
        return f"{visitor} has not answered yet. This is what the engine believed then."
    reward = f"{round(subject.earned, 2):g}{plain(in_all(subject.world, subject.earned))}"
    return f"{visitor} gave the reward {reward}. This is what the engine believed then."


def named(world: World, position: int | None) -> str:
    """Name of an action, or of the mean of all, for a selection."""
    return "the average offer" if position is None else world.items[position].name


def in_short(world: World, ranked: Ranked, gap: Gap, action: int, against: int | None) -> list[str]:
    """Lead of an action over another with its chance, and its share of knowledge."""
    name, other = (f"**{plain(named(world, at))}**" for at in (action, against))
    by = f"{abs(gap.mean):.2f}"
    money = plain(in_money(world, abs(gap.mean)))
    if abs(gap.mean) < _ALIKE:
        lead = f"{name} and {other} have the same expected reward."
    elif gap.mean < 0:
        lead = f"The expected reward of {name} is {by} lower than that of {other}{money}."
    else:
        lead = f"The expected reward of {name} is {by} higher than that of {other}{money}."
    if gap.sd:
        lead += f" The chance that {name} is better is {_sureness(gap)}."
    return [lead, _drawn(ranked, gap)]


def _sureness(gap: Gap) -> str:
    """Chance that the action is the better one: under a Gaussian belief never 0 or 1."""
    if gap.sureness > 0.99:
        return "more than 99\u00a0%"
    if gap.sureness < 0.01:
        return "less than 1\u00a0%"
    return percent(gap.sureness)


def _drawn(ranked: Ranked, gap: Gap) -> str:
    """Shares of knowledge and curiosity in the lead."""
    if ranked.mode != "online":
        return "The choice of today's rules is shown whatever is expected, so no sample decided."
    if ranked.cause == "lot":
        return "A random draw decided, weighted by expected reward."
    if ranked.cause == "random":
        return "This offer was random: expected rewards played no part."
    if gap.curiosity is None:
        return "It follows from what the engine knows; no sample decided."
    apart = gap.mean + gap.curiosity
    parts = f"{signed(gap.mean)} from what it knows, {signed(gap.curiosity)} from luck"
    text = f"Its sample (a plausible guess) is {abs(apart):.2f} higher: {parts}."
    if apart < 0:
        text = f"Its sample (a plausible guess) is {abs(apart):.2f} lower: {parts}."
    if gap.mean < -_ALIKE < _ALIKE < apart:
        return f"{text} Luck alone put it ahead."
    return text


def for_and_against(
    gap: Gap, names: Mapping[Source, str], world: World, action: int, against: int | None
) -> str:
    """Name the largest parts on either side."""
    parts = drawn(gap)
    sides = []
    for position, sign in ((action, 1), (against, -1)):
        largest = [(source, by) for source, by in parts if sign * by >= _ALIKE][:_NAMED]
        if largest:
            reasons = ", ".join(f"{plain(names[source])} ({abs(by):.2f})" for source, by in largest)
            sides.append(f"Reasons for {plain(named(world, position))}: {reasons}.")
    return " ".join(sides) or "Nothing learned so far separates them."


# -- what each field is worth -----------------------------------------------------------


def left_out(world: World, left: Omission) -> str:
    """Name the omitted field or group."""
    of = "the visitor" if left.side == "context" else "the actions"
    if left.kind == "all":
        return f"everything about {of}"
    labels = {field.name: field.label for field in world.fields}
    if left.kind == "namespace":
        return f"all of {left.name}"
    name = labels.get(left.name, left.name)
    return name if left.side == "context" else f"{name} (action)"


def worth(importances: Importances, world: World) -> str:
    """Summarise the measurement in a sentence or two."""
    fields = [importance for importance in importances.each if importance.left.kind == "field"]
    matter = [importance for importance in fields if importance.loss.low > 0]
    gained = importances.value.mean - importances.by_chance.mean
    text = (
        f"Measured on {counted(importances.events, 'visitor')}: its best guesses earn "
        f"**{importances.value.mean:.2f}** per visitor, a random action "
        f"**{importances.by_chance.mean:.2f}**{plain(more_money(world, gained))}."
    )
    if not matter:
        return f"{text} No single field is known to matter yet."
    most = matter[0]
    others = len(matter) - 1
    name = plain(left_out(world, most.left))
    lost = f"**{most.loss.mean:.2f}** of it{plain(in_money(world, most.loss.mean))}"
    text += f" Without {name} it would lose {lost}."
    if not others:
        return text
    return f"{text} {counted(others, 'other field matters', 'other fields matter')}, too."


def in_its_unit(world: World) -> str:
    """Scale of the world's unit after a blank; empty without a unit."""
    scale = plain(scale_of(world))
    return scale and f" {scale}"


def worth_in_words(importances: list[Importance], names: list[str]) -> str:
    """Importances as text, for screen readers."""
    return "; ".join(
        f"{name} {each.loss.mean:.2f} ({each.loss.low:.2f} to {each.loss.high:.2f}), score "
        f"{each.score:.0f}"
        for each, name in zip(importances, names, strict=True)
    )
