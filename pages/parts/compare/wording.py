"""Sentences of the Compare page; all numbers come from the engine."""

from collections.abc import Mapping, Sequence

from engine.arrays import Array
from engine.evaluation.apprentice_agreement import LATEST, RECENT_EVENTS
from engine.evaluation.mean_intervals import Estimate, estimate_in_observed_range
from engine.evaluation.switch_value import SwitchValue
from engine.experiments.apprentice_comparison import Comparison
from engine.loop.event import EventState
from engine.simulation.baselines import expected_reward
from engine.worlds import World
from pages.parts.compare.page_settings import END, CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.settings.baseline_rules import is_example, rule_in_full, rule_in_words
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.format import counted, duration, percent, plain
from pages.parts.text.item_picture import labelled
from pages.parts.text.reward_scale import RewardScale

_ENOUGH = 300
"""Apprentice visitors before a match rate is judged."""
_FEWEST = 50
"""Visitors online before its uplift is judged."""
_SECONDS = 0.002
"""Approximate seconds per visitor for all three loops."""
_NEAR = 0.95
"""Share of the ceiling that counts as reached."""


def prepared(session: CompareSession) -> str:
    """Describe the link's history and the cost of replaying it; Markdown."""
    story, left = session.story, session.story.came - len(session.comparison)
    holds = f"**This link holds {story.came:,} visitors.**"
    if story.switches:
        switches = counted(len(story.switches), "switch", "switches")
        holds = f"**This link holds {story.came:,} visitors and {switches}.**"
    return (
        f"{holds} Start simulates the other {left:,}: about {duration(left * _SECONDS)}, longer on "
        "a busy server."
    )


def headline(session: CompareSession) -> str:
    """Say what came of it so far: the agreement or, online, the uplift; Markdown."""
    comparison = session.comparison
    if not len(comparison):
        return "No visitors yet"
    if comparison.is_apprentice:
        recent = comparison.record.performance(RECENT_EVENTS)
        share = percent(recent.match_rate)
        return f"Like today's rules for {share} of the latest {counted(recent.events, 'visitor')}"
    *_, now = comparison.stretches()
    uplift = now.uplift("apprentice")
    if now.end == now.start:
        return "Online from the next visitor on"
    if uplift is None or now.end - now.start < _FEWEST:
        return f"Online since visitor {now.start:,}"
    if not uplift.mean:
        return f"It earns {'the same' if is_equal(uplift) else 'as much'} as today's rules"
    scale = RewardScale.of(session.world).in_markdown
    more = scale.more(uplift.mean, _doubt(uplift))
    gain = f"{more}{scale.per} than today's rules ({interval(scale, uplift)})"
    return gain if is_significant(uplift) else f"{NO_DIFFERENCE}: {gain}"


NO_DIFFERENCE = "No difference yet"
"""Result while the interval of a difference includes 0."""


def situation(session: CompareSession) -> str:
    """Describe the current situation in a few sentences; Markdown."""
    comparison = session.comparison
    if not len(comparison):
        return (
            "Simulate 100: two of the three systems follow today's rules, and the apprentice "
            "watches."
        )
    if comparison.is_apprentice:
        return _as_apprentice(session)
    return _online(comparison)


def _as_apprentice(session: CompareSession) -> str:
    record = session.comparison.record
    recent, latest = record.performance(RECENT_EVENTS), record.performance(LATEST)
    match, highest = recent.match_rate, recent.highest_match_rate
    if _has_nothing_to_learn(session):
        return (
            f"**No better than chance,** {percent(1 / len(session.world.items))}: today's rules do "
            "not depend on anything that it can see. Watching longer will not help."
        )
    text = f"Random offers limit the long-run average to about {percent(highest)}."
    if match >= _NEAR * highest and recent.events >= 50:
        more = "**It chooses like today's rules.** Watching cannot teach it more: go online."
    elif latest.events < _ENOUGH:
        more = "Users are not affected."
    else:
        more = (
            f"It is still {100 * (highest - match):.0f} points away. Simulate more "
            "visitors, or let it combine more fields (… → Settings), if today's rules "
            "look at several together."
        )
    return f"{text} {more}"


def _has_nothing_to_learn(session: CompareSession) -> bool:
    """Return whether, after enough visitors, the match rate is no better than a uniform choice."""
    record = session.comparison.record
    recent, latest = record.performance(RECENT_EVENTS), record.performance(LATEST)
    is_near = recent.match_rate >= _NEAR * recent.highest_match_rate
    return latest.events >= _ENOUGH and latest.is_chance(len(session.world.items)) and not is_near


def _online(comparison: Comparison) -> str:
    *_, now = comparison.stretches()
    if now.end == now.start:
        return "The vertical line marks this moment."
    scale = RewardScale.of(comparison.world).in_markdown
    text = (
        f"Since visitor {now.start:,} it earns "
        f"**{scale.value(now.mean('apprentice'))}**{scale.per}; the always-online engine earns "
        f"{scale.value(now.mean('online'))}."
    )
    return text if now.end - now.start >= _FEWEST else f"{text} Too few visitors to conclude more."


def is_significant(uplift: Estimate) -> bool:
    """Return whether the 95 % interval of a difference excludes 0."""
    return uplift.low > 0 or uplift.high < 0


def is_equal(uplift: Estimate) -> bool:
    """Return whether each visitor gave the same reward as to today's rules."""
    return not uplift.mean and not uplift.error


def _doubt(uplift: Estimate) -> float:
    return (uplift.high - uplift.low) / 2


def over_today(scale: RewardScale, uplift: Estimate | None) -> str:
    """Uplift of a loop over today's rules with its 95 % interval, in short form."""
    if uplift is None:
        return "–"
    if is_equal(uplift):
        return "same as today's rules"
    ends = scale.of_differences.range(uplift.low, uplift.high, sign=True)
    return f"{scale.more(uplift.mean, _doubt(uplift))} ({ends})"


def unit_of(scale: RewardScale) -> str:
    """Unit of a mean reward, in short form."""
    return scale.per.strip() if scale.is_money else "reward per visitor"


ARM_NAMES = {"baseline": "Today's rules", "apprentice": "Apprentice", "online": "Always online"}
"""Display names of the three systems."""


def came_alone(world: World, events: Mapping[str, EventState]) -> str:
    """Describe one visitor's action and reward in each loop; Markdown."""
    context = world.context_of(events["baseline"].ranked.request)
    items = {
        arm: world.items[world.position(event.ranked.action_id)] for arm, event in events.items()
    }
    given = (
        f"{ARM_NAMES[arm]} {labelled(items[arm])} **{event.earned:g}**"
        for arm, event in events.items()
    )
    visitor = plain(" · ".join(context.values()))
    return f"**Step:** {visitor} gave these rewards: {'; '.join(given)}."


def interval(scale: RewardScale, value: Estimate) -> str:
    """Format the 95 % interval of a difference."""
    return f"95\u00a0% interval {scale.of_differences.range(value.low, value.high, sign=True)}"


def _rule(setup: CompareSetup) -> str:
    """Name today's rules within a sentence; Markdown."""
    name = plain(rule_in_words(world_of(setup.world), setup.rule, setup.item))
    return f"an example, {name}" if is_example(setup.world, setup.rule, setup.table) else name


def summary(session: CompareSession) -> str:
    """Return a summary for presenters to read out; Markdown."""
    comparison, setup = session.comparison, session.setup
    visitors = len(comparison)
    if not visitors:
        return "No visitors yet."
    rewards, scale = comparison.rewards(), RewardScale.of(session.world).in_markdown

    def earned(part: Array) -> str:
        known = estimate_in_observed_range(part)
        return scale.estimate(known.mean, known.low, known.high)

    sentences = [
        f"{visitors:,} visitors came ({session.world.title}, random seed {setup.seed}). "
        f"Today's rules ({_rule(setup)}) earned {earned(rewards['baseline'])}{scale.per}; in "
        "brackets: 95\u00a0% intervals.",
        _matching(session),
    ]
    for stretch in comparison.stretches()[1:]:
        if stretch.end == stretch.start:
            continue
        if stretch.mode == "online":
            sentences.append(
                f"After visitor {stretch.start:,} it went online. Over the next "
                f"{stretch.end - stretch.start:,} visitors it earned "
                f"{earned(stretch.rewards['apprentice'])}, today's rules "
                f"{earned(stretch.rewards['baseline'])}, and the always-online engine "
                f"{earned(stretch.rewards['online'])}{scale.per}. "
                f"{counted(stretch.worse('apprentice'), 'visitor')} gave it less than they gave "
                f"today's rules, {stretch.better('apprentice'):,} gave more."
            )
        else:
            sentences.append(f"After visitor {stretch.start:,} it went back to watching.")
    worse = int((rewards["online"] < rewards["baseline"]).sum())
    sentences.append(
        "The always-online engine earned "
        f"{earned(rewards['online'])}{scale.per} over all visitors, and "
        f"{worse:,} of them gave it less than they gave today's rules."
    )
    return " ".join(sentences)


def _matching(session: CompareSession) -> str:
    record = session.comparison.record
    watched, recent, latest = map(record.performance, (None, RECENT_EVENTS, LATEST))
    if not watched.events:
        return "The apprentice never watched."
    watching = (
        f"The apprentice watched {watched.events:,} of them and changed nothing that they saw."
    )
    if session.setup.explore:
        watching = (
            f"The apprentice watched {watched.events:,} of them and changed few of the offers "
            "they saw."
        )
    return (
        f"{watching} It agreed with today's rules for {percent(recent.match_rate)} of the latest "
        f"{recent.events:,}. Random offers limit the long-run average to about "
        f"{percent(recent.highest_match_rate)}. Its reward achievement ratio was "
        f"{percent(latest.reward_achievement_ratio, unknown='undefined')}."
    )


def came(session: CompareSession) -> str:
    """Number of visitors, and the period of the numbers shown; Markdown."""
    latest, events = session.latest(), session.alone()
    sentences = [f"{counted(latest.end, 'visitor')} came."]
    if latest.start:
        sentences.append(f"Means cover the visitors since it went online, after {latest.start:,}.")
    if session.is_full and latest.end < END:
        sentences.append("This server has no room for a longer comparison at present.")
    if events:
        sentences.append(came_alone(session.world, events))
    if session.setup.truth:
        sentences.append(_true_values(session))
    return " ".join(sentences)


def _true_values(session: CompareSession) -> str:
    """State what rules and best offers earn by the true rates; Markdown."""
    world, scale = session.world, RewardScale.of(session.world).in_markdown
    rule = expected_reward(world, session.comparison.baseline)
    return (
        f"By the true rates, random offers earn {scale.value(world.uniform_value)}, today's rules "
        f"{scale.value(rule)}, the best offer for each visitor "
        f"{scale.value(world.best_value)}{scale.per}."
    )


def outlook_title(watching: bool) -> str:
    """Heading of the forecast figure."""
    return "If it went online now" if watching else "Forecast and result"


def outlook(scale: RewardScale, value: SwitchValue, watching: bool) -> str:
    """Describe the forecast of going online; Markdown."""
    scale = scale.in_markdown
    forecast = (
        f"{percent(value.same)} of visitors would get the same offer as before. From the log "
        f"alone, the mean reward could be anything from "
        f"{scale.range(value.low_limit, value.high_limit)}; today's rules earned "
        f"{scale.estimate(value.today.mean, value.today.low, value.today.high)}."
    )
    if watching:
        return forecast
    return (
        f"This was the forecast before it went online. {forecast} It went on learning, so the "
        "result may be higher."
    )


def about(session: CompareSession) -> str:
    """Describe the comparison for a report; Markdown."""
    return (
        f"Three systems served the same {counted(len(session.comparison), 'visitor')}: today's "
        f"rules ({_rule(session.setup)}), an apprentice that watched them, and an engine "
        "that was always online. Today's rules: "
        f"{rule_in_full(session.world, session.comparison.baseline)}."
        f"{f' {_true_values(session)}' if session.setup.truth else ''}"
    )


# -- on the stage: one sentence a screen ----------------------------------------------------


def _coming(session: CompareSession) -> str:
    """Progress of the arriving crowd; empty if no crowd is arriving."""
    waiting, whole = session.live.waiting, session.live.enqueued
    return f"{whole - waiting:,} of {whole:,} visitors have come." if waiting else ""


def prepared_in_short(session: CompareSession) -> str:
    """Describe the link's history for the stage."""
    return f"This link holds {session.story.came:,} visitors: they come with the next step."


def match_in_short(session: CompareSession) -> str:
    """Match rate of the apprentice for the stage."""
    recent = session.comparison.record.performance(RECENT_EVENTS)
    if coming := _coming(session):
        return coming
    if not recent.events:
        return "No visitors yet."
    ceiling = percent(recent.highest_match_rate)
    return (
        f"The apprentice would choose as today's rules for {percent(recent.match_rate)} of "
        f"visitors. Random offers limit the long-run average to about {ceiling}."
    )


def online_in_short(session: CompareSession) -> str:
    """Mean reward of the apprentice since it went online, and its uplift over today's rules."""
    if coming := _coming(session):
        return coming
    latest = session.latest()
    uplift = latest.uplift("apprentice")
    if session.comparison.is_apprentice or uplift is None:
        return "It watches: today's rules choose, and nobody is served worse."
    scale = RewardScale.of(session.world).in_markdown
    earns = f"Online since visitor {latest.start:,}, it earns "
    earns += scale.mean(latest.mean("apprentice"))
    if is_equal(uplift):
        return f"{earns}: the same as today's rules."
    if not uplift.mean:
        return f"{earns}: as much as today's rules ({interval(scale, uplift)})."
    result = "" if is_significant(uplift) else f" {NO_DIFFERENCE}."
    return f"{earns}: {over_today(scale, uplift)} than today's rules.{result}"


def gains_in_short(session: CompareSession, arms: Sequence[Mapping[str, float]]) -> str:
    """Sum of the rewards more or less than those of today's rules, for each learning loop."""
    if not arms:
        return "No visitors yet."
    sums = RewardScale.of(session.world).of_sums.in_markdown
    ours, others = (sums.more(arms[-1][f"{arm}_gain"]) for arm in ("apprentice", "online"))
    return (
        f"Compared with today's rules, the apprentice has earned {ours}, the always-online engine "
        f"{others}{'' if sums.unit else ', in rewards'}."
    )


def worse_in_short(session: CompareSession, arms: Sequence[Mapping[str, float]]) -> str:
    """Visitors served worse than by today's rules, for each learning loop."""
    if not arms:
        return "No visitors yet."
    ours, others = (int(arms[-1][f"{arm}_worse"]) for arm in ("apprentice", "online"))
    return (
        f"Served worse than by today's rules: {counted(ours, 'visitor')} by the apprentice, "
        f"{others:,} by the always-online engine."
    )
