"""Sentences of the Why page."""

from collections.abc import Mapping

from engine.evaluation.explanation import Gap
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
        return "Nobody has answered yet. This is what the engine believes now."
    gave = "has not answered yet"
    if subject.earned is not None:
        gave = f"gave {round(subject.earned, 2):g}{plain(in_all(subject.world, subject.earned))}"
    visitor = f"Visitor {subject.number:,} of {come:,}, who {gave}."
    return f"{visitor} This is what the engine believed then."


def named(world: World, position: int | None) -> str:
    """Name of an action, or of the mean of all, for a selection."""
    return "the average offer" if position is None else world.items[position].name


def in_short(world: World, ranked: Ranked, gap: Gap, action: int, against: int | None) -> list[str]:
    """Lead of an action over another, and its share of knowledge."""
    name, other = (f"**{plain(named(world, at))}**" for at in (action, against))
    behind = gap.mean < 0
    first = (
        f"The expected reward of {name} is {abs(gap.mean):.2f} {'lower' if behind else 'higher'} "
        f"than that of {other}{plain(in_money(world, abs(gap.mean)))}"
    )
    if abs(gap.mean) < _ALIKE:
        first = f"{name} and {other} have the same expected reward"
    if gap.sd:
        first += f"; {name} is better with a probability of {_sureness(gap)}"
    return [f"{first}.", _drawn(ranked, gap)]


def _sureness(gap: Gap) -> str:
    """Probability that the action is the better one: under a Gaussian belief never 0 or 1."""
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
    text = (
        f"Its sample is {abs(apart):.2f} {'lower' if apart < 0 else 'higher'}: "
        f"{signed(gap.mean)} from what it knows, {signed(gap.curiosity)} from luck."
    )
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
    rests = f"Measured on {counted(importances.events, 'visitor')}"
    fields = [importance for importance in importances.each if importance.left.kind == "field"]
    matter = [importance for importance in fields if importance.loss.low > 0]
    gained = importances.value.mean - importances.by_chance.mean
    text = (
        f"{rests}: its best guesses earn **{importances.value.mean:.2f}** per visitor, a random "
        f"action **{importances.by_chance.mean:.2f}**{plain(more_money(world, gained))}."
    )
    if not matter:
        return f"{text} No single field is known to matter yet."
    most = matter[0]
    others = len(matter) - 1
    name = plain(left_out(world, most.left))
    more = (
        f" {counted(others, 'other field matters', 'other fields matter')}, too." if others else ""
    )
    lost = f"**{most.loss.mean:.2f}** of it{plain(in_money(world, most.loss.mean))}"
    return f"{text} Without {name} it would lose {lost}.{more}"


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
