"""Sentences about the evaluation of a log; the engine computes all numbers."""

import math
from collections.abc import Callable, Iterable, Mapping

from engine.evaluation.estimators import Interval
from engine.evaluation.logged_decisions import COARSE
from engine.evaluation.offline_evaluation import FEW, FEW_REWARDS, Row
from pages.parts.evaluate.estimator_names import TEXTBOOKS, TITLES
from pages.parts.evaluate.log_evaluation import STAND_IN, LogEvaluation
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.play.session import PlaySession
from pages.parts.settings.baseline_rules import rule_in_words
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.format import counted, plain, unbroken_brackets
from pages.parts.text.reward_scale import RewardScale
from pages.parts.work.session_singletons import existing

_POLICIES = {
    "online": "Actual offers",
    "baseline": "Today's rules",
    "uniform": "Random",
    "greedy": "Always the best guess",
    "classic": "Azure Personalizer",
}
_ACTION = "action "
_ALL = 1 - 1e-9
"""Factor on the largest difference that is reached but for the precision of sums."""
_SURE = "Each range is a 95 % interval: for 95 of 100 such logs it contains the true value."
"""Meaning of an interval."""


def action_of(row: Row) -> str | None:
    """Return the id of a target's action; None for a policy."""
    return row.target.removeprefix(_ACTION) if row.target.startswith(_ACTION) else None


def names_of(result: LogEvaluation, setup: EvaluateSetup) -> Mapping[str, str]:
    """Return display names of all targets by key."""
    labels, names = labels_of(result), {}
    for row in result.rows:
        action = action_of(row)
        if row.target == "settings":
            names[row.target] = f"Settings of {result.also}"
        elif action is None:
            names[row.target] = _POLICIES.get(row.target) or f"Your rule: {_rule(result, setup)}"
        else:
            label = labels.get(action, action)
            names[row.target] = f"{label} (default)" if action == result.today else label
    return names


def labels_of(result: LogEvaluation) -> Mapping[str, str]:
    """Return display names of the worlds' actions by id; empty without a world."""
    return {item.id: item.label for item in result.log.items.values()}


def below_table(result: LogEvaluation) -> str:
    """Explain the words of the table."""
    said = ["Evidence: this many visitors, all served that way, would tell as much."]
    if result.today is not None:
        said.append("Default: the action that today's rules give everybody.")
    if result.log.scale.is_money:
        said.append(f"Amounts are in {plain(result.log.scale.title)}.")
    return " ".join(said)


def _rule(result: LogEvaluation, setup: EvaluateSetup) -> str:
    """Return the rule's display name within a sentence."""
    if own := result.own_rule:
        fields = " and ".join(own.fields)
        return f"by {fields}" if fields else f"always {next(iter(own.table.values()))}"
    return rule_in_words(world_of(setup.world), setup.rule, setup.item)


_LOG = "The log keeps each offer, its probability and its reward: enough to estimate other rules."


def introduction(session: EvaluateSession) -> str:
    """Name the log as Markdown, after the meaning of a log while a guess is awaited."""
    explains = session.hides and session.setup.tab == "if" and session.setup.log != "file"
    return about_log(session) if explains else _about_this_log(session)


def about_log(session: EvaluateSession) -> str:
    """Describe the evaluated log, as Markdown."""
    return f"{_LOG} {_about_this_log(session)}"


def _about_this_log(session: EvaluateSession) -> str:
    result, sentences = session.result, [_origin_of_log(session)]
    if result and result.log.decisions.unmatched:
        visitors = counted(result.log.decisions.unmatched, "visitor")
        sentences.append(
            f"Excluded: {visitors} for whom the apprentice would have chosen differently."
        )
    return " ".join(sentences)


def _origin_of_log(session: EvaluateSession) -> str:
    """Name the log, with its number of events if they are known."""
    result = session.result
    events = len(result.log.decisions) if result else None
    if session.setup.log == "file":
        if events is None:
            return "Log: your file."
        return f"Log: {counted(events, 'event')} from your file."
    visitors = "visitors" if events is None else counted(events, "visitor")
    if not session.asks_loop:
        simulated = "simulated visitors" if events is None else counted(events, "simulated visitor")
        return f"Log: {simulated}, served by a new engine."
    play = existing(PlaySession)
    if play is not None and play.open.stored is session.stored:
        return f"Log: {visitors} of the session that is open on Play."
    return f"Log: {visitors} of the session in the link."


def estimate_of(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> Interval | None:
    """Return the interval of the chosen estimator for a row; None without overlap or interval, and
    if it needs probabilities that the log contradicts."""
    if row.doubt == "no_overlap" or (result.contradicts and not row.is_observed):
        return None
    return row.intervals[result.estimator_of(row.target, setup.estimator)]


def headline_row(result: LogEvaluation, setup: EvaluateSetup) -> Row | None:
    """Return the row for headline and guess: the chosen target, or else the most overestimated
    action.

    An action is overestimated by the excess of the naive average over the estimate; one that can
    only earn 0 is the last choice.
    """
    chosen = next((row for row in result.rows if row.target == setup.about), None)
    return chosen or _flattered(result, setup)


def _flattered(result: LogEvaluation, setup: EvaluateSetup) -> Row | None:

    def gap(row: Row) -> float:
        naive, interval = row.intervals["naive"], estimate_of(result, row, setup)
        return naive.estimate - interval.estimate if naive and interval else -1.0

    actions = [row for row in result.rows if action_of(row) is not None]
    known = [row for row in actions if row.intervals["naive"] and estimate_of(result, row, setup)]
    uncertain = [row for row in known if math.isfinite(row.rewards)]
    return max(uncertain or known, key=gap, default=None)


def about_rule(session: EvaluateSession, result: LogEvaluation) -> str:
    """Compare the rule's estimate with the reward earned, as Markdown."""
    if session.hides:
        return "Shown after your guess."
    if result.contradicts:
        return contradiction(result)
    rows = {row.target: estimate_of(result, row, session.setup) for row in result.rows}
    expected, earned = rows["rules"], rows["online"]
    if expected is None or earned is None:
        return "The log says nothing about this rule: it never shows what the rule would choose."
    truth = result.truths.get("rules") if session.setup.truth else None
    scale = result.log.scale
    who, when = ("The engine", " while it learned") if result.own_rule is None else ("The log", "")
    said = (
        f"**The rule “{plain(_rule(result, session.setup))}” would earn about "
        f"{_with_interval(scale, expected)}.** {who} earned "
        f"{_with_interval(scale, earned)}{when}."
    )
    return said if truth is None else f"{said} {_about_truth(scale, truth)}"


def contradiction(result: LogEvaluation) -> str:
    """State that the log does not agree with its probabilities, and what to do; Markdown."""
    whose, remedy = "its", "Log the probability that each offer was drawn with, and every visitor."
    if result.log.is_stated:
        whose, remedy = "the stated", "Correct how each action was chosen."
    return f"The log and {whose} probabilities do not agree: no estimate can be relied on. {remedy}"


NOT_USABLE = "**Not to be used:** this log contradicts its probabilities."
"""Mark at figures of a log that does not agree with its probabilities."""


def usable(result: LogEvaluation, row: Row, estimator: str) -> str:
    """Whether an estimate of the CSV file may be used: "yes", or "no" with the reason."""
    if result.contradicts and estimator != "naive" and not row.is_observed:
        return "no: the log contradicts its probabilities"
    return "no: the log never shows what it would choose" if row.doubt == "no_overlap" else "yes"


def about_difference(
    result: LogEvaluation, setup: EvaluateSetup, first_key: str, second_key: str
) -> str:
    """State the difference between two policies with its uncertainty, as Markdown."""
    if result.contradicts:
        return contradiction(result)
    difference, names = result.beside(first_key, second_key), names_of(result, setup)
    first, second = (f"“{plain(names[key])}”" for key in (first_key, second_key))
    if difference is None:
        return "Unknown: the log never shows what one of them would choose."
    scale = result.log.scale
    if difference.low > 0:
        more = _with_interval(scale, difference)
        said = f"**{first} would earn more than {second}: by {more}.**"
    elif difference.high < 0:
        less = Interval(-difference.estimate, -difference.high, -difference.low)
        said = f"**{first} would earn less than {second}: by {_with_interval(scale, less)}.**"
    else:
        more = _with_interval(scale, difference, sign=True)
        said = (
            f"**It is not known which is better: {first} would earn {more} compared "
            f"with {second}.**\n\nThe interval contains zero."
        )
    rows = {row.target: estimate_of(result, row, setup) for row in result.rows}
    ends, doubt = (rows[first_key], rows[second_key]), difference.width / 2
    least, most = result.possible_differences(first_key, second_key)
    if difference.low <= _ALL * least < 0 or difference.high >= _ALL * most > 0:
        said += (
            "\n\nThe interval ends at the largest difference that is possible: the full reward "
            "for the better choice, and none for the other, wherever the two differ."
        )
    if ends[0] is not None and ends[1] is not None:
        apart = scale.signed(ends[0].estimate - ends[1].estimate, doubt)
        if apart != scale.signed(difference.estimate, doubt):
            said += (
                f"\n\nIn *What if* the difference is {markdown(scale, apart)}. There, each is "
                "estimated for itself; here only visitors for whom the two choose differently "
                "count."
            )
    if setup.truth and {first_key, second_key} <= result.truths.keys():
        truth = result.truths[first_key] - result.truths[second_key]
        said += f"\n\n{_about_truth(scale, truth, sign=True)}"
    return said


def about_marks(setup: EvaluateSetup) -> str:
    """Explain the forest's marks and intervals, for a report; plain text."""
    return (
        "Circles: average where it was shown. Squares: estimate if everybody had got "
        f"it ({TITLES.get(setup.estimator, setup.estimator).lower()}), with 95 % intervals."
        f"{' Diamonds: the truth.' if setup.truth else ''}"
        " An arrow: the interval continues beyond the axis."
    )


def about_intervals(result: LogEvaluation, setup: EvaluateSetup) -> str:
    """Return the first reason for missing or doubtful estimates, else the meaning of an interval,
    as Markdown."""
    return next(iter(exclusions(result, setup)), _SURE)


def looks_in_short(session: EvaluateSession) -> str:
    """Return the naive average of the headline's action, or the reason for its absence, as
    Markdown."""
    return _in_short(session, looks)


def served_in_short(session: EvaluateSession) -> str:
    """Return the estimate of the headline's action served to everybody, as Markdown."""
    return _in_short(session, served)


def truth_in_short(session: EvaluateSession) -> str:
    """Return the naive average of the headline's action and its true mean reward, as Markdown."""
    return _in_short(session, _revealed)


def _revealed(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> str:
    if row.target not in result.truths:
        return served(result, row, setup)
    truth = _about_truth(result.log.scale, result.truths[row.target])
    return f"{looks(result, row, setup)} {truth}"


def _in_short(
    session: EvaluateSession, sentence_of: Callable[[LogEvaluation, Row, EvaluateSetup], str]
) -> str:
    result, setup = session.result, session.setup
    row = headline_row(result, setup) if result else None
    if result is None or row is None:
        return "Simulating visitors" if session.is_live else "This log has too few events."
    return sentence_of(result, row, setup)


def looks(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> str:
    """State the naive average reward of an action, as on a dashboard; Markdown."""
    name, naive = plain(names_of(result, setup)[row.target]), row.intervals["naive"]
    if naive is None:
        return f"{name} was never shown."
    scale = result.log.scale
    # An average is known exactly, and is written as in the table.
    doubt = 0.0 if scale.is_money else naive.width / 2
    average = markdown(scale, amount(scale, naive.estimate, doubt))
    return f"{name} averaged {average} where it was shown."


def served(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> str:
    """State the naive average and the estimate of a row, as Markdown."""
    if result.contradicts:
        return contradiction(result)
    interval = estimate_of(result, row, setup)
    if interval is None:
        return looks(result, row, setup)
    return (
        f"{looks(result, row, setup)} If everybody had got it, it would have earned about "
        f"{_with_interval(result.log.scale, interval)}."
    )


def headline(session: EvaluateSession, result: LogEvaluation, row: Row | None) -> str:
    """Return the headline for a presenter to read out, as Markdown.

    Args:
        row: action or policy of the headline; None if the log is insufficient.
    """
    if result.contradicts:
        return f"**{contradiction(result)}**"
    if row is None:
        return "**This log has too few events for any one action.**"
    setup, interval = session.setup, estimate_of(result, row, session.setup)
    if session.hides:
        return f"**{looks(result, row, setup)}**\n\nWhat would it earn if everybody got it?"
    said = f"**{served(result, row, setup)}**"
    if setup.truth and row.target in result.truths:
        said += f" {_about_truth(result.log.scale, result.truths[row.target])}"
    if session.guess is not None and interval is not None:
        said += f" {_about_guess(result.log.scale, session.guess, interval)}"
    return said


def _about_truth(scale: RewardScale, truth: float, sign: bool = False) -> str:
    return f"The truth is {markdown(scale, amount(scale, truth, sign=sign))}."


def _about_guess(scale: RewardScale, guess: float, interval: Interval) -> str:
    """State the error of the person's guess, as Markdown."""
    guessed = markdown(scale, amount(scale, guess))
    if interval.holds(guess):
        return f":green-badge[You guessed {guessed}: within the interval.]"
    off = markdown(scale, scale.signed(guess - interval.estimate))
    return f":orange-badge[You guessed {guessed}, which is off by {off}.]"


def markdown(scale: RewardScale, text: str) -> str:
    """Escape a text of the scale for Markdown if it has a unit, which a user may have typed."""
    return plain(text) if scale.unit else text


def amount(scale: RewardScale, reward: float, doubt: float = 0.0, sign: bool = False) -> str:
    """Format a mean reward, or a difference with its sign, as plain text: money with the number of
    visitors that it refers to."""
    text = scale.signed(reward, doubt) if sign else scale.value(reward, doubt)
    return text + (scale.per if scale.is_money else "")


def measured(scale: RewardScale, interval: Interval, sign: bool = False) -> str:
    """Format an estimate with its interval, as plain text; without one of no width."""
    if not interval.width:
        return scale.signed(interval.estimate) if sign else scale.value(interval.estimate)
    return scale.estimate(interval.estimate, interval.low, interval.high, sign)


def _with_interval(scale: RewardScale, interval: Interval, sign: bool = False) -> str:
    """Format an estimate with its interval for a sentence, as Markdown."""
    estimate = markdown(scale, amount(scale, interval.estimate, interval.width / 2, sign))
    if not interval.width:
        return f"{estimate} (without an interval: all rewards that counted are equal)"
    ends = markdown(scale, scale.range(interval.low, interval.high, sign))
    return unbroken_brackets(f"{estimate} ({ends})")


def chart_ends(result: LogEvaluation, setup: EvaluateSetup) -> tuple[float, float]:
    """Return the ends of an axis of mean rewards; see `ends_around`."""
    intervals = [estimate_of(result, row, setup) for row in result.rows]
    naives = [row.intervals["naive"] for row in result.rows]
    values = [naive.estimate for naive in naives if naive is not None]
    return ends_around(result.bounds, intervals, [*values, *result.truths.values()])


def ends_around(
    bounds: tuple[float, float], intervals: Iterable[Interval | None], values: Iterable[float] = ()
) -> tuple[float, float]:
    """Return the ends of an axis around 0, estimates and further values: the bounds of the rewards,
    or a smaller range if less than half of theirs is needed.

    Intervals that reach beyond three times the largest value are cut.
    """
    known = [interval for interval in intervals if interval is not None]
    centres = [0.0, *values, *(interval.estimate for interval in known)]
    most = 3 * max(map(abs, centres))
    least, largest = min(centres), max(centres)
    if most:
        least = min([least, *(max(interval.low, -most) for interval in known)])
        largest = max([largest, *(min(interval.high, most) for interval in known)])
    low, high = max(bounds[0], least), min(bounds[1], largest)
    if not most or high - low >= (bounds[1] - bounds[0]) / 2:
        return bounds
    return low, min(bounds[1], high + (high - low) / 20)


def is_wide(result: LogEvaluation, interval: Interval | None, setup: EvaluateSetup) -> bool:
    """Return True if an interval covers more than half of the chart."""
    low, high = chart_ends(result, setup)
    return interval is not None and interval.width > (high - low) / 2


def is_thin(row: Row, setup: EvaluateSetup) -> bool:
    """Return True if a row has too few events for a textbook estimator's interval."""
    return row.doubt is not None and row.target != "online" and setup.estimator in TEXTBOOKS


def is_proven(row: Row) -> bool:
    """Return True if our own estimator's interval equals that of the betting sequence, and is not
    the only possible value."""
    ours, betting = row.intervals["strata"], row.intervals["betting"]
    if row.is_observed or row.doubt == "no_overlap" or ours is None or betting is None:
        return False
    return ours.width > 0 and (ours.low, ours.high) == (betting.low, betting.high)


def exclusions(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """List excluded events and reasons for missing or invalid rows, as Markdown."""
    names, said, unknown = names_of(result, setup), list[str](), list[str]()
    if off := [row for row in result.rows if row.is_off]:
        most = max(off, key=lambda row: row.mean)
        said.append(
            f"**The {'stated' if result.log.is_stated else 'logged'} probabilities cannot be the "
            "ones that were used.** With "
            f"them, {plain(names[most.target])} would have been served to "
            f"{_times(most.mean)} visitors as came, which neither "
            "rounding nor chance explains. Do not rely on any figure here."
        )
    elif result.decisions.rounding >= COARSE:
        said.append(
            "The probabilities in this log have few digits. They are corrected as far "
            "as the log allows, and intervals are widened for the rounding."
        )
    if setup.window:
        first, last = setup.span
        said.append(f"Only visitors {first:,} to {last:,} are included: see *Reliable?*.")
    for row in result.rows:
        name = plain(names[row.target])
        if row.doubt == "no_overlap":
            said.append(
                f"{name}: the log never shows what it would choose, so its value is unknown."
            )
        elif estimate_of(result, row, setup) is None and not result.contradicts:
            unknown.append(name)
    if unknown:
        said.append(
            f"Unknown for {', '.join(unknown)}: this estimator needs the expected "
            "reward of each action, which the log does not have."
        )
    if setup.estimator == "strata" and not result.tells_all:
        said.append(
            f"*{TITLES['strata']}* needs the probability of each action. This log has "
            f"only that of the shown action, so *{TITLES[STAND_IN]}* is used instead."
        )
    return said


def _times(mean: float) -> str:
    """Format a mean weight above 1 as a multiple: more digits the closer to 1."""
    number = f"{mean:.2g}" if 2 <= mean < 10 else f"{mean:,.0f}" if mean >= 10 else f"{mean:.4f}"
    return f"about {number} times as many"


def doubts(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """List the sentences of `exclusions`, then reasons for grey rows and replaced estimators, as
    Markdown."""
    names, said = names_of(result, setup), exclusions(result, setup)
    said += _about_changes(result, setup)
    proven = [plain(names[row.target]) for row in result.rows if is_proven(row)]
    if setup.estimator == "strata" and proven:
        said.append(
            f"Estimated with *{TITLES['betting']}*, a stricter method with proven "
            f"intervals: {', '.join(proven)}."
        )
    largest = result.decisions.largest
    if result.log.world is None and largest is not None and max(largest) < math.inf:
        said.append(
            "In this log each action pays one amount or nothing: intervals end at its amount."
        )
    if result.log.world is None and largest is not None and not all(largest):
        pays_0 = zip(result.decisions.actions, largest, strict=True)
        unpaid = ", ".join(plain(action) for action, most in pays_0 if not most)
        said.append(f"{unpaid}: always pays 0, as stated beside the range of rewards.")
    return said + _about_few_rewards(result, setup) + why_grey(result, setup)


def _about_few_rewards(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """Name the policies whose estimates rest on few rewards, with their numbers; Markdown."""
    names = names_of(result, setup)
    shown = [row for row in result.rows if estimate_of(result, row, setup) is not None]
    few = [row for row in shown if row.rewards < FEW_REWARDS]
    if not few:
        return []
    named = ", ".join(f"{plain(names[row.target])} ({int(row.rewards)})" for row in few)
    return [
        f"These estimates rest on fewer than {FEW_REWARDS} rewards: {named}. "
        "Only their intervals can be relied on."
    ]


def _about_changes(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """State changes of the world during the log, and what rewards and truth then refer to."""
    worlds = result.log.worlds
    if worlds is None or not (changes := sorted({*worlds.since} - {0})):
        return []
    whom = ", ".join(f"{number:,}" for number in changes)
    said = f"The world changed after visitor {whom}. Each reward counts at the price of its time"
    if not setup.truth:
        return [f"{said}."]
    return [f"{said}, and the truth is the mean over visitors before and after."]


def why_grey(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """List reasons for grey rows, as Markdown."""
    names, said = names_of(result, setup), list[str]()
    if any(is_wide(result, estimate_of(result, row, setup), setup) for row in result.rows):
        said.append(
            "Grey: too few visitors or rewards, so the interval covers more than half of the chart."
        )
    if thin := [plain(names[row.target]) for row in result.rows if is_thin(row, setup)]:
        said.append(
            f"Grey: {', '.join(thin)}: based on fewer than {FEW} events, too few for a "
            "textbook interval."
        )
    return said
