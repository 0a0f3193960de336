"""Sentences of the Why page."""

from collections.abc import Mapping

from engine.evaluation.explanation import Gap
from engine.evaluation.importance import Importance, Importances, Omission
from engine.learners.base import Source
from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts.reasons import drawn
from pages.parts.play.why_subject import Subject
from pages.parts.text.format import counted, percent, plain, signed
from pages.parts.text.money import in_all, in_money, more_money, scale_of

_ALIKE = 0.005
"""Reward that is not worth telling."""
_NAMED = 3
"""Parts that are told in words, at most."""


def asked_about(subject: Subject) -> str:
    """The question of the page."""
    label = plain(subject.world.items[subject.ranked.shown].name)
    # No line begins with a dot.
    who = plain("\u00a0· ".join(subject.context.values()))
    if subject.number is None:
        return f"Why would {label} be offered to {who}?"
    return f"Why was {label} offered to {who}?"


def answered(subject: Subject, come: int) -> str:
    """Which visitor it was, and what they gave."""
    if subject.number is None:
        return "Nobody has answered yet, and nothing is logged. All is as it is believed now."
    gave = "has not answered yet"
    if subject.earned is not None:
        gave = f"gave {round(subject.earned, 2):g}{plain(in_all(subject.world, subject.earned))}"
    return f"Visitor {subject.number:,} of {come:,}, who {gave}. All is as it was believed then."


def named(world: World, position: int | None) -> str:
    """An action, or the mean of all, as it is written in a choice."""
    return "the average offer" if position is None else world.items[position].name


def in_short(world: World, ranked: Ranked, gap: Gap, action: int, against: int | None) -> list[str]:
    """How far an action is ahead of another, and how much of it is knowledge."""
    one, other = (f"**{plain(named(world, at))}**" for at in (action, against))
    behind = gap.mean < 0
    first = (
        f"{one} is believed to earn {abs(gap.mean):.2f} {'less' if behind else 'more'} than {other}"
        f"{plain(in_money(world, abs(gap.mean)))}"
    )
    joint = ", and is"
    if abs(gap.mean) < _ALIKE:
        first, joint = f"{one} and {other} are believed to earn the same", f": {one} is"
    if gap.sd:
        first += f"{joint} the better one with a chance of {_sureness(gap)}"
    return [f"{first}.", _drawn(ranked, gap)]


def _sureness(gap: Gap) -> str:
    """Probability that the action is the better one: under a Gaussian belief never 0 or 1."""
    if gap.sureness > 0.99:
        return "more than 99\u00a0%"
    if gap.sureness < 0.01:
        return "less than 1\u00a0%"
    return percent(gap.sureness)


def _drawn(ranked: Ranked, gap: Gap) -> str:
    """How much was knowledge, and how much curiosity."""
    if ranked.mode != "online":
        return "The choice of today's rules is shown whatever is believed, so no draw decided."
    if ranked.cause == "lot":
        return "A lot decided, likelier for what is believed to earn more: both had a say."
    if ranked.cause == "random":
        return "Chance decided this offer: neither knowledge nor curiosity had a say."
    if gap.curiosity is None:
        return "All of it is knowledge: no draw decided."
    apart = gap.mean + gap.curiosity
    told = (
        f"Its draw is {abs(apart):.2f} {'lower' if apart < 0 else 'higher'}: {signed(gap.mean)} is "
        f"knowledge, {signed(gap.curiosity)} curiosity, the luck of the draw."
    )
    if gap.mean < -_ALIKE < _ALIKE < apart:
        return f"{told} Curiosity alone put it ahead."
    return told


def for_and_against(
    gap: Gap, names: Mapping[Source, str], world: World, action: int, against: int | None
) -> str:
    """The largest parts in words, on either side."""
    parts = drawn(gap)
    sides = []
    for position, sign in ((action, 1), (against, -1)):
        largest = [(one, by) for one, by in parts if sign * by >= _ALIKE][:_NAMED]
        if largest:
            told = ", ".join(f"{plain(names[one])} ({abs(by):.2f})" for one, by in largest)
            sides.append(f"For {plain(named(world, position))} speak {told}.")
    return " ".join(sides) or "Nothing that was learned tells them apart."


# -- what each field is worth -----------------------------------------------------------


def left_out(world: World, left: Omission) -> str:
    """What was left out."""
    of = "the visitor" if left.side == "context" else "the actions"
    if left.kind == "all":
        return f"all about {of}"
    labels = {field.name: field.label for field in world.fields}
    if left.kind == "namespace":
        return f"all of {left.name}"
    name = labels.get(left.name, left.name)
    return name if left.side == "context" else f"{name} (action)"


def worth(found: Importances, world: World) -> str:
    """What the measurement says in a sentence or two."""
    rests = f"Measured on {counted(found.events, 'visitor')}"
    fields = [one for one in found.each if one.left.kind == "field"]
    matter = [one for one in fields if one.loss.low > 0]
    gained = found.value.mean - found.by_chance.mean
    told = (
        f"{rests}: its best guesses earn **{found.value.mean:.2f}** a visitor, any action "
        f"**{found.by_chance.mean:.2f}**{plain(more_money(world, gained))}."
    )
    if not matter:
        return f"{told} No single field is known to be worth anything yet."
    most = matter[0]
    others = len(matter) - 1
    name = plain(left_out(world, most.left))
    more = (
        f" {counted(others, 'other field matters', 'other fields matter')}, too." if others else ""
    )
    lost = f"**{most.loss.mean:.2f}** of it{plain(in_money(world, most.loss.mean))}"
    return f"{told} Without {name} it would lose {lost}.{more}"


def in_its_unit(world: World) -> str:
    """What rewards in a picture or a table come to, after a blank; nothing where no unit is."""
    told = plain(scale_of(world))
    return told and f" {told}"


def worth_in_words(each: list[Importance], names: list[str]) -> str:
    """All of them, for those who cannot see the picture."""
    return "; ".join(
        f"{name} {one.loss.mean:.2f} ({one.loss.low:.2f} to {one.loss.high:.2f}), score "
        f"{one.score:.0f}"
        for one, name in zip(each, names, strict=True)
    )
