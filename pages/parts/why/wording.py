"""Sentences of the Why page."""

from collections.abc import Mapping

from engine.evaluation.belief_contributions import Gap
from engine.evaluation.field_importance import Importance, Importances, Omission
from engine.evaluation.mean_intervals import Estimate, Z
from engine.learners.base import Source
from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts.reasons import drawn
from pages.parts.play.why_subject import Subject
from pages.parts.text.format import counted, percent, plain
from pages.parts.text.reward_scale import RewardScale

_SMALL = 1 / 200
"""Smallest reward worth mentioning, as a part of the size of the world's rewards."""
_NAMED = 3
"""Most parts named in a sentence."""


def smallest(world: World) -> float:
    """Smallest reward worth mentioning: a small part of the size of the world's rewards, and never
    one that is rounded to 0."""
    scale = RewardScale.of(world)
    least = 0.5 / 10.0**scale.digits / scale.factor
    return max(_SMALL * world.reward_size, least)


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
        return f"{visitor} has not answered yet. Beliefs of that moment."
    return f"{visitor} gave the reward {_reward(subject)}. Beliefs of that moment."


def _reward(subject: Subject) -> str:
    """Format the reward of an event: an amount in the world's unit, or the reward as it is."""
    world, earned = subject.world, subject.earned or 0.0
    if not world.unit:
        return f"{round(earned, 2):g}"
    return plain(f"{world.in_unit(earned, 1):,.2f}".removesuffix(".00") + f"\u00a0{world.unit}")


def named(world: World, position: int | None) -> str:
    """Name of an action, or of the mean of all, for a selection."""
    return "the average offer" if position is None else world.items[position].name


def in_short(world: World, ranked: Ranked, gap: Gap, action: int, against: int | None) -> list[str]:
    """Lead of an action over another with its chance, and its share of knowledge."""
    name, other = (f"**{plain(named(world, at))}**" for at in (action, against))
    scale = RewardScale.of(world)
    by, interval = plain(_amount(scale, abs(gap.mean), Z * gap.sd)), _interval(scale, gap)
    if not can_name(scale, gap):
        lead = TOO_LARGE
    elif abs(gap.mean) < smallest(world):
        lead = f"{name} and {other} have the same expected reward{interval}."
    elif gap.mean < 0:
        lead = f"The expected reward of {name} is {by} lower than that of {other}{interval}."
    else:
        lead = f"The expected reward of {name} is {by} higher than that of {other}{interval}."
    if unpaid := name if gap.possible[1] <= 0 else other if gap.possible[0] >= 0 else "":
        lead += f" {unpaid} pays nothing; the engine learns that from rewards alone."
    elif gap.sd:
        lead += f" The chance that {name} is better is {_sureness(gap)}."
    return [lead, _drawn(ranked, gap, world)]


def beyond_pay(world: World, ranked: Ranked) -> str:
    """Name the actions of which the engine expects more than they pay; empty without a unit."""
    scale, most = RewardScale.of(world), world.worth.tolist()
    if not scale.unit:
        return ""
    pairs = zip(world.items, ranked.means, most, strict=True)
    names = [f"{plain(i.name)} ({plain(scale.value(pay))})" for i, mean, pay in pairs if mean > pay]
    if not names:
        return ""
    return (
        f"The engine still expects more of {', '.join(names)} than the offer can pay: it learns "
        "from rewards alone."
    )


TOO_LARGE = (
    "The engine cannot yet say how much more one of these two earns: what it expects is still "
    "beyond what they can pay."
)


def can_name(scale: RewardScale, gap: Gap) -> bool:
    """True if amounts are possible; always for rewards that are written as they are."""
    return not scale.unit or gap.is_possible


def _amount(scale: RewardScale, reward: float, doubt: float = 0.0) -> str:
    """Format a mean reward: money with the number of visitors that it refers to."""
    return scale.value(reward, doubt) + (scale.per if scale.is_money else "")


def _interval(scale: RewardScale, gap: Gap) -> str:
    """95 % interval of a lead in brackets, as Markdown; empty for rewards as they are."""
    if not (scale.unit and gap.sd):
        return ""
    ends = scale.range(*gap.interval, sign=True)
    return f" (95\u00a0% interval of the difference {plain(ends)})"


def _sureness(gap: Gap) -> str:
    """Chance that the action is the better one: under a Gaussian belief never 0 or 1."""
    if gap.sureness > 0.99:
        return "more than 99\u00a0%"
    if gap.sureness < 0.01:
        return "less than 1\u00a0%"
    return percent(gap.sureness)


def _drawn(ranked: Ranked, gap: Gap, world: World) -> str:
    """Shares of knowledge and curiosity in the lead."""
    if ranked.mode != "online":
        return "The choice of today's rules is shown whatever is expected, so no sample decided."
    if ranked.cause == "lot":
        return "A random draw decided, weighted by expected reward."
    if ranked.cause == "random":
        return "This offer was random: expected rewards played no part."
    if gap.curiosity is None:
        return "It follows from what the engine knows; no sample decided."
    apart, scale, alike = gap.mean + gap.curiosity, RewardScale.of(world), smallest(world)
    direction = "lower" if apart < 0 else "higher"
    if scale.unit:
        # A sample is a guess, and often more than an offer can pay: it has no amount.
        text = f"Its sample is {direction}: {_cause(gap.mean, gap.curiosity)}."
    else:
        known, luck = scale.signed(gap.mean), scale.signed(gap.curiosity)
        text = (
            f"Its sample is {_amount(scale, abs(apart))} {direction}: "
            f"{known} from what it knows, {luck} from luck."
        )
    if gap.mean < -alike < alike < apart:
        return f"{text} By expected reward alone, it would be behind."
    return text


def _cause(known: float, luck: float) -> str:
    """Whether knowledge or luck set two samples apart."""
    if known * luck >= 0:
        return "both what it knows and luck point that way"
    return "luck outweighs what it knows" if abs(luck) > abs(known) else "luck brought it closer"


def for_and_against(
    gap: Gap, names: Mapping[Source, str], world: World, action: int, against: int | None
) -> str:
    """Name the largest parts on either side."""
    scale, least = RewardScale.of(world), smallest(world)
    parts, sides, named_too = drawn(gap, least), [], can_name(scale, gap)
    for position, sign in ((action, 1), (against, -1)):
        largest = [(source, by) for source, by in parts if sign * by >= least][:_NAMED]
        if largest:
            amounts = [f" ({plain(scale.value(abs(by)))})" * named_too for _, by in largest]
            reasons = ", ".join(
                plain(names[source]) + amount
                for (source, _), amount in zip(largest, amounts, strict=True)
            )
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
    scale = RewardScale.of(world)
    text = (
        f"Measured on {counted(importances.events, 'visitor')}: its best guesses earn "
        f"{_estimate(scale, importances.value)}{scale.per}, a random action "
        f"{_estimate(scale, importances.by_chance)}."
    )
    if not importances.is_known:
        return f"{text} Too early to tell which field matters."
    if not matter:
        return f"{text} No single field is known to matter yet."
    most = matter[0]
    others = len(matter) - 1
    name = plain(left_out(world, most.left))
    text += f" Without {name} it would lose {_estimate(scale, most.loss)} of it."
    if not others:
        return text
    return f"{text} {counted(others, 'other field matters', 'other fields matter')}, too."


def _estimate(scale: RewardScale, estimate: Estimate) -> str:
    """Format a mean in bold Markdown, with its interval unless rewards are written as they are."""
    doubt = (estimate.high - estimate.low) / 2
    if not scale.unit:
        return f"**{scale.value(estimate.mean)}**"
    interval = scale.range(estimate.low, estimate.high)
    return f"**{plain(scale.value(estimate.mean, doubt))}** ({plain(interval)})"


def in_its_unit(world: World) -> str:
    """Unit of the numbers of a chart after a blank, as Markdown; empty for rewards as they are."""
    scale = RewardScale.of(world)
    return f" Numbers are in {plain(scale.unit)}{scale.per}." if scale.unit else ""


def worth_in_words(importances: list[Importance], names: list[str], scale: RewardScale) -> str:
    """Importances as text, for screen readers."""
    return "; ".join(
        f"{name} {scale.estimate(each.loss.mean, each.loss.low, each.loss.high)}, score "
        f"{each.score:.0f}"
        for each, name in zip(importances, names, strict=True)
    )
