"""Sentences of the Race page; all numbers come from the engine."""

import math
from dataclasses import replace

from engine import LoopSettings
from engine.evaluation.mean_intervals import Estimate
from engine.experiments.power import EFFECT, ERROR, POWER, trial_size
from engine.experiments.race.contenders import ABTest
from engine.experiments.race.standings import NEAR, Final, Margin, Standings
from engine.simulation.baselines import usual_fields
from engine.worlds import World
from pages.parts.race.page_settings import MAX_STEPS, RaceSetup
from pages.parts.race.person_choices import YOU
from pages.parts.race.session import RaceSession
from pages.parts.settings.baseline_rules import is_example, rule_in_full, rule_in_words
from pages.parts.settings.known_worlds import label_of, world_of
from pages.parts.text.format import counted, in_a_sentence, percent, plain, unbroken_brackets
from pages.parts.text.model_names import model_name
from pages.parts.text.payback_wording import forecast_in_words
from pages.parts.text.reward_scale import RewardScale

_PLACES = ("1st", "2nd", "3rd")


def scale_of(world: World) -> RewardScale:
    """Scale of the world's mean rewards; with three digits if they are written as they are."""
    scale = RewardScale.of(world)
    return scale if scale.unit else replace(scale, digits=3)


def in_short(scale: RewardScale) -> RewardScale:
    """The same scale with two digits if rewards are written as they are."""
    return scale if scale.unit else replace(scale, digits=2)


def _scale(session: RaceSession) -> RewardScale:
    return scale_of(session.known.plan.world).in_markdown


def size_of(setup: RaceSetup) -> str:
    """Describe the size of the race, or the reason why it cannot be started; Markdown."""
    if len(setup.keys) < 2:
        return "Choose at least two methods."
    visitors, crowds = setup.size
    size = (
        f"{counted(crowds, 'repetition')} × {visitors:,} visitors × "
        f"{len(setup.keys)} methods = {setup.steps:,} choices."
    )
    if setup.one_run:
        size += " With you in it, all serve your visitors, once."
    if setup.steps <= MAX_STEPS:
        return size
    return (
        f"{size} This page races at most {MAX_STEPS:,}: use fewer visitors, "
        "repetitions or methods. There is no such limit in Python."
    )


def conditions_of(setup: RaceSetup) -> str:
    """Say how visitors of the race differ from those of a plain one; empty if they do not."""
    visitors, _ = setup.size
    said = []
    if setup.one_run is None and setup.drift == "halfway":
        said.append(
            f"Tastes change after visitor {visitors // 2:,}: each kind of visitor then prefers "
            "another action."
        )
    if setup.one_run is None and setup.drift == "slow":
        said.append("Tastes change slowly: one kind of visitor after the other.")
    if setup.one_run is None and setup.delay:
        said.append(f"Rewards arrive {setup.delay:,} visitors late.")
    return " ".join(said)


def former_race(session: RaceSession) -> str:
    """Describe the displayed race after the settings have changed; Markdown."""
    raced = session.displayed
    visitors, crowds = raced.size
    names = ", ".join(names_in_markdown(raced).values())
    return (
        f"The settings have changed. These results are of the previous race in "
        f"{plain(world_of(raced.world).title)}: {names}; {counted(crowds, 'repetition')} of "
        f"{visitors:,} visitors. {conditions_of(raced)}"
    ).strip()


def progress_of(session: RaceSession) -> str:
    """Describe the progress of a race."""
    plan, known = session.known.plan, session.known
    text = (
        f"{session.choices:,} of {plan.runs * plan.visitors:,} choices made; "
        f"{len(known.shared):,} of {counted(plan.repetitions, 'repetition')} completed"
    )
    if not session.ahead:
        return text
    if session.ahead == 1:
        return f"{text}. 1 other race is ahead of yours."
    return f"{text}. {session.ahead:,} other races are ahead of yours."


def names_in_markdown(setup: RaceSetup) -> dict[str, str]:
    """Display names of the contenders as Markdown, by key."""
    return {key: in_markdown(setup, name) for key, name in setup.names.items()}


def in_markdown(setup: RaceSetup, text: str) -> str:
    """Escape the label of the field, possibly typed by a user, in a contender's name or story."""
    label = setup.said()["field"]
    return text.replace(label, plain(label))


def on_card(setup: RaceSetup, key: str, story: str) -> tuple[str, str]:
    """Return the first sentence of a contender's story and the whole story, as Markdown; today's
    rules with the name of the rule, and with its action for each group of visitors."""
    brief = f"{story.partition('. ')[0].rstrip('.')}."
    texts = in_markdown(setup, brief), in_markdown(setup, story)
    if key != "present":
        return texts
    world = world_of(setup.world)
    rule = setup.rule or ",".join(usual_fields(world))
    name = plain(rule_in_words(world, rule, setup.item))
    return f"{texts[0]} Rule: {name}.", f"{texts[1]} {rule_in_full(world, setup.todays_rules)}."


def verdict(session: RaceSession) -> str:
    """Name the winner with its margin and the result of the bet; Markdown."""
    headline, rest = result(session)
    return f"**{headline}** {rest}" if headline else rest


def result(session: RaceSession) -> tuple[str, str]:
    """Return the headline of the verdict, empty without a comparison, and the rest of it;
    Markdown."""
    known, names = session.known, names_in_markdown(session.displayed)
    stopped = {
        "stopped": _stopped_after(known),
        "lost": "The race was stopped because this page was disconnected for too long.",
        "broken": "The race ended because its processes ended.",
    }.get(session.state, "")
    ended = f"{stopped} {_about_failures(known, names)}".strip()
    margin = known.margin()
    if margin is None:
        return "", f"{ended} {_incomparable(known, names)}".strip()
    if session.displayed.one_run and YOU in known.keys:
        headline, rest = _one_run(session)
    else:
        headline, rest = _over_crowds(session, margin)
    return headline, " ".join(filter(None, (rest, ended, _about_the_bet(session, names))))


def _over_crowds(session: RaceSession, margin: Margin) -> tuple[str, str]:
    """Name the winner and its margin over all repetitions; Markdown."""
    known, names, scale = session.known, names_in_markdown(session.displayed), _scale(session)
    leader, second = names[margin.leader], _within(names[margin.next])
    reward, differences = known.finals()[0].reward, scale.of_differences
    earned = f"{unbroken_brackets(measured(reward, scale))}{scale.per}"
    crowds = len(known.shared)
    more = _lead(margin.ahead, second, differences)
    over = f"over {counted(crowds, 'repetition')}"
    brackets = " In brackets: 95\u00a0% intervals." if crowds > 1 else ""
    if margin.is_clear:
        rest = f"That is {more}, {over}, and more than chance explains.{brackets}"
        return f"{leader} earned most: {earned}.", rest
    rest = f"{leader} earned {earned}, {more}, {over}.{brackets}"
    return "No clear winner.", f"{rest} The difference is not statistically significant."


def _incomparable(known: Standings, names: dict[str, str]) -> str:
    """Say why there is no comparison: the methods without a completed repetition, if any;
    Markdown."""
    keys = (contender.key for contender in known.plan.contenders)
    missing = ", ".join(names[key] for key in keys if key not in known.keys)
    text = "There is nothing to compare."
    return f"{text} No repetition was completed by {missing}." if missing else text


def _stopped_after(known: Standings) -> str:
    """State what a stopped race has completed; unfinished repetitions do not count."""
    done, plan = len(known.shared), known.plan
    return f"Stopped after {done:,} of {counted(plan.repetitions, 'repetition')}."


def _one_run(session: RaceSession) -> tuple[str, str]:
    """Name the winner of a single run with the person in it; Markdown."""
    finals, names = session.known.finals(), names_in_markdown(session.displayed)
    scale = _scale(session)
    earned = {final.contender: scale.mean(final.reward.mean) for final in finals}
    first, second = (final.contender for final in finals[:2])
    run = f"In this one run of {session.known.plan.visitors:,} visitors"
    if first == YOU:
        rest = f"Next came {_within(names[second])} with {earned[second]}. {ONE_RUN}"
        return f"{run} you earned most: {earned[YOU]}.", rest
    rest = f"You earned {earned[YOU]}. {ONE_RUN}"
    return f"{run} {_within(names[first])} earned most: {earned[first]}.", rest


def _within(name: str) -> str:
    """Format a method's name within a sentence."""
    return name.replace("This engine", "this engine", 1)


ONE_RUN = "One run has no interval, so the order may be chance."
"""Limit of a race with the person in it."""


def where_you_raced(setup: RaceSetup) -> str:
    """World and seed in which the person can race; empty if already selected or without a record.
    Markdown."""
    yours = setup.yours
    if yours is None or setup.can_have_you:
        return ""
    return (
        f"You have chosen for {len(yours.choices)} visitors of {label_of(yours.world)} with random "
        f"seed {yours.seed}: you can race only there."
    )


def _about_failures(known: Standings, names: dict[str, str]) -> str:
    """Number of failed runs, and the error of the first."""
    if not known.failures:
        return ""
    count, first = len(known.failures), known.failures[0]
    return (
        f"{count:,} of {len(known):,} runs failed; the first, {names[first.contender]} in "
        f"repetition {first.repetition + 1:,}: {plain(first.error.removesuffix('.'))}."
    )


def _about_the_bet(session: RaceSession, names: dict[str, str]) -> str:
    if session.bet is None:
        return ""
    order = [final.contender for final in session.known.finals()]
    name = names[session.bet]
    if session.bet not in order:
        return f":orange-badge[You bet on {name}: it failed in every repetition.]"
    place = order.index(session.bet)
    if place == 0:
        return f":green-badge[You bet on {name}, and were right.]"
    rank = _PLACES[place] if place < len(_PLACES) else f"{place + 1}th"
    return f":orange-badge[You bet on {name}: it came {rank} of {len(order)}.]"


def interval(value: Estimate, scale: RewardScale) -> str:
    """Format the 95 % interval in brackets after a blank; empty without one, and for one of zero
    width, as of equal repetitions."""
    if not value.low < value.high:
        return ""
    return f" (95\u00a0% interval {scale.range(value.low, value.high)})"


def measured(value: Estimate, scale: RewardScale) -> str:
    """Format a mean with its 95 % interval; without one of zero width, as of equal repetitions."""
    if not value.low < value.high:
        return scale.value(value.mean)
    return scale.estimate(value.mean, value.low, value.high)


def _lead(ahead: Estimate, second: str, differences: RewardScale) -> str:
    """Format how much more a method earned than the second, "74 € more than Random (−144 to +292
    €)"; without an interval of zero width."""
    more = f"{differences.value(ahead.mean, _doubt(ahead))} more than {second}"
    if not ahead.low < ahead.high:
        return more
    return f"{more} ({differences.range(ahead.low, ahead.high, sign=True)})"


def _doubt(value: Estimate) -> float:
    """Half the width of the 95 % interval; 0 without one."""
    return 0.0 if math.isnan(value.low) else (value.high - value.low) / 2


OURS = "ours"
PER_DAY = 1_000
"""Visitors a day for which times are stated."""


def about_chance(session: RaceSession) -> str:
    """Explain a lag of our learner by the cost of exploration; empty if that is not the cause.
    Markdown."""
    cost = session.known.cost_of_chance(OURS)
    if cost is None:
        return ""
    scale = _scale(session)
    behind = scale.of_differences.value(cost.behind)
    return (
        "**This engine keeps 5 % of offers for exploration, so its log stays usable.** Those "
        f"offers cost {scale.mean(cost.lost)}; it is {behind} behind."
    )


def about_payback(session: RaceSession) -> str:
    """State after how many visitors learning has paid for itself beside today's rules; empty unless
    both have raced. Markdown."""
    time = session.known.payback(OURS, "present")
    if time is None:
        return ""
    if time.visitors is None:
        return (
            f"**Learning has not paid for itself within {session.known.plan.visitors:,} visitors.**"
            " At the end of the race this engine has earned what today's rules earn in "
            f"{time.paid:,} of {counted(time.crowds, 'repetition')}. {_forecast(session)}"
        )
    if time.visitors == 0:
        return "**Learning cost nothing.** On average this engine was never behind today's rules."
    if time.low is None or time.high is None:
        low = "" if time.low is None else f" (95 % interval {time.low:,} to beyond the race)"
        return (
            "**When learning pays for itself is not known yet.** On average it had by visitor "
            f"{time.visitors:,}{low}. More repetitions or visitors would tell."
        )
    interval = f" (95 % interval {time.low:,} to {time.high:,})"
    days, *ends = (_days(number) for number in (time.visitors, time.low, time.high))
    days += f" ({' to '.join(end.partition(' ')[0] for end in ends)})"
    return (
        f"**Learning has paid for itself after {time.visitors:,} visitors**{interval}: from then "
        "on this engine has earned at least what today's rules earn. "
        f"At {PER_DAY:,} visitors a day: {days}."
    )


def _forecast(session: RaceSession) -> str:
    """Forecast the time of payback beyond the race; Markdown."""
    forecast = session.known.payback_forecast(OURS, "present")
    if forecast is None:
        return "A race of more visitors may show when it does."
    return forecast_in_words(forecast, _scale(session))


def about_trial(session: RaceSession) -> str:
    """State the size of an A/B test by a power analysis; empty if nothing is earned. Markdown."""
    world = session.known.plan.world
    size = trial_size(world)
    if not size.difference:
        return ""
    planned = (
        f"An A/B test of these {counted(len(world.items), 'action')} needs "
        f"**{size.visitors:,} visitors** to find an action that earns "
        f"{_scale(session).mean(size.difference)} more than another, {percent(EFFECT)} of what "
        f"random offers earn ({percent(POWER)} power, {percent(ERROR)} error)."
    )
    return f"{planned} {_end_of_trial(session, size.visitors)}".strip()


def _end_of_trial(session: RaceSession, planned: int) -> str:
    """State when the A/B test of the race stopped, and why; empty if none has raced. Markdown."""
    plan, setup = session.known.plan, session.displayed
    test = next((one for one in plan.contenders if isinstance(one, ABTest)), None)
    if test is None:
        return ""
    end = plan.end_of_trial(test)
    if end >= plan.visitors:
        return "**In this race its trial did not end**: the race has too few visitors."
    stopped = f"**In this race its trial stopped after {end:,} visitors**"
    if setup.trial:
        return f"{stopped}, as set, and its best action was offered from then on."
    if test.trial >= planned:
        return f"{stopped}, as planned."
    return (
        f"{stopped}, half of the race. That is {percent(test.trial / planned)} of the {planned:,} "
        "needed, so it may miss the best action."
    )


def _days(visitors: int) -> str:
    return counted(math.ceil(visitors / PER_DAY), "day")


def about_hypotheses(session: RaceSession) -> str:
    """Describe the hypothesis with the highest weight; Markdown."""
    belief = session.known.believed(OURS) if OURS in session.known.keys else None
    if belief is None:
        return ""
    names = {h.key: model_name(h) for h in LoopSettings().compared}
    idea = in_a_sentence(names[belief.hypothesis])
    weights = (
        f"This engine runs {belief.others + 1} models and weights each by how well it predicts. "
        f"At the end, one model has {percent(belief.weight)} of the weight: *{idea}*."
    )
    if not belief.since:
        return f"{weights} It had the highest weight from the first visitor on."
    return f"{weights} It had the highest weight after visitor {belief.since:,}."


def recovery_in_words(visitors: int | None) -> str:
    """Format the number of visitors until recovery from the drift."""
    if visitors is None:
        return "not within the race"
    return "did not fall" if visitors == 0 else f"{visitors:,} visitors"


RECOVERY_HELP = (
    "Visitors from the change until the expected reward of the offers, over a "
    f"twentieth of the race, is at most {percent(NEAR)} of the best offers' mean reward below its "
    "value just before."
)


def about_finals(session: RaceSession) -> str:
    """Describe the data behind the bars; Markdown."""
    known = session.known
    if session.displayed.one_run is not None:
        text = (
            f"One run: the {known.plan.visitors:,} visitors you served, random seed "
            f"{known.plan.seed}, with the same random numbers."
        )
    elif all(math.isnan(final.reward.low) for final in known.finals()):
        text = f"One repetition, random seed {known.plan.seed}, is luck; many are evidence."
    else:
        text = (
            f"Mean over {counted(len(known.shared), 'repetition')}, random seed "
            f"{known.plan.seed}. "
            "The thin line is the 95 % interval of the mean."
        )
    return f"{text} These are the rewards that visitors gave, chance included."


def about_losses() -> str:
    """Explain why regret does not add up with the rewards of the bars; Markdown."""
    return (
        "Missed rewards leave chance out: what the best offer earns on average, minus what the "
        "chosen offer earns on average. So they do not add up exactly with *Who earns most*."
    )


def about_bands(session: RaceSession, names: str) -> str:
    """Explain the dotted lines; Markdown."""
    return (
        f"{in_markdown(session.displayed, names)}: the dotted lines enclose the middle 80 "
        "% of repetitions. The thin lines of *Who earns most* show the uncertainty of the "
        "mean."
    )


# -- in a report ----------------------------------------------------------------------------


def about(session: RaceSession) -> str:
    """Describe the race for a report; Markdown."""
    known = session.known
    rules = ""
    if "present" in known.keys:
        raced = session.displayed
        kind = "an example, " if is_example(raced.world, raced.rule, raced.table) else ""
        rules = f" Today's rules: {kind}{rule_in_full(known.plan.world, raced.todays_rules)}."
    return (
        f"{counted(len(known.keys), 'method')} served the same "
        f"{counted(known.plan.visitors, 'visitor')}, with the same random numbers, in "
        f"{counted(len(known.shared), 'repetition')}.{rules}"
    )


def first_and_last(session: RaceSession) -> tuple[str, str]:
    """Latest mean reward of the best and the worst contender, and the reward that each missed."""
    known, names, scale = session.known, session.displayed.names, in_short(_scale(session))
    finals, plan = known.finals(), known.plan
    ends = (finals[0], finals[-1]) if len(finals) > 1 else finals
    late = f"the last {counted(known.latest_visitors, 'visitor')}"
    if len(known.shared) > 1:
        late += " of each repetition"

    def earned(final: Final) -> str:
        latest = known.latest(final.contender)
        return (
            f"{names[final.contender]} earned {scale.mean(latest.mean, _doubt(latest))} from {late}"
            f"{interval(latest, scale)}."
        )

    def missed(final: Final) -> str:
        rewards = scale.of_sums.value(final.regret.mean, _doubt(final.regret))
        if not scale.is_money:
            rewards += " reward" if rewards == "1" else " rewards"
        return (
            f"{names[final.contender]} missed {rewards} over {counted(plan.visitors, 'visitor')}, "
            f"compared with the best offer for each{interval(final.regret, scale.of_sums)}."
        )

    return " ".join(map(earned, ends)), " ".join(map(missed, ends))


# -- on the stage: one sentence a screen ----------------------------------------------------

_NOTHING = "No race yet."


def leader_in_short(session: RaceSession) -> str:
    """Progress of the race; after its end, the winner and the margin."""
    if session.raced is None:
        return _NOTHING
    known, names = session.known, session.displayed.names
    if session.is_live:
        if session.ahead:
            return f"{counted(session.ahead, 'other race')} first, then this one."
        share = session.choices / (known.plan.runs * known.plan.visitors)
        return f"{percent(share)} of the race is done."
    margin, finals = known.margin(), known.finals()
    if margin is None:
        return "There is nothing to compare."
    first, second = names[margin.leader], _within(names[margin.next])
    scale = _scale(session)
    earned = f"{measured(finals[0].reward, scale)}{scale.per}"
    more = _lead(margin.ahead, second, scale.of_differences)
    if not margin.is_clear:
        return f"No clear winner: {first} earned {earned}, {more}."
    return f"{first} earned most: {earned}, {more}."


def latest_in_short(session: RaceSession) -> str:
    """Latest mean reward of the best and the worst contender."""
    if not (order := _order(session)):
        return _NOTHING
    names, known = session.displayed.names, session.known
    scale = in_short(_scale(session))
    gave = [
        f"{names[key]} {scale.value(float(known.recent(key).mean[-1]))}"
        for key in (order[0], order[-1])
    ]
    return f"Mean reward of the last visitors: {', '.join(gave)}{scale.per * scale.is_money}."


def losses_in_short(session: RaceSession) -> str:
    """Regret of the best and the worst contender in a crowd."""
    if not (order := _order(session)):
        return _NOTHING
    names, known = session.displayed.names, session.known
    sums = _scale(session).of_sums
    first, last = (
        (names[key], sums.value(float(known.regret(key).mean[-1]))) for key in (order[0], order[-1])
    )
    missed = f"{first[0]} {first[1]}, {last[0]} {last[1]}"
    return f"Rewards missed over {known.plan.visitors:,} visitors: {missed}."


def _order(session: RaceSession) -> list[str]:
    """Keys of the contenders in the race, the highest mean first."""
    return [] if session.raced is None else [final.contender for final in session.known.finals()]
