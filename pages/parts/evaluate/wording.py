"""What a log tells, in sentences; every number in them is the engine's."""

from collections.abc import Callable, Mapping

from engine.evaluation.decisions import COARSE
from engine.evaluation.estimators import Interval
from engine.evaluation.offline import FEW, Row
from pages.parts.evaluate.estimators import TEXTBOOKS, TITLES
from pages.parts.evaluate.log_evaluation import STAND_IN, LogEvaluation
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.rules import tables_of
from pages.parts.text.format import counted, in_a_sentence, plain, signed
from pages.parts.text.money import in_money
from pages.parts.work.session_state import existing

_POLICIES = {
    "online": "As it was served",
    "baseline": "Today's rules",
    "uniform": "Any, at random",
    "greedy": "Its best guess now",
    "classic": "The service's learner",
}
_ACTION = "action "
_SURE = (
    "Each range is a 95 % interval: it is made so that of 100 such logs 95 give one that holds "
    "what everybody would really bring."
)
"""Meaning of an interval."""


def action_of(row: Row) -> str | None:
    """Id of the one action of a target; None for a policy."""
    return row.target.removeprefix(_ACTION) if row.target.startswith(_ACTION) else None


def names_of(result: LogEvaluation, setup: EvaluateSetup) -> Mapping[str, str]:
    """What each target is called, by its key."""
    world = result.log.world
    labels = {item.id: item.label for item in world.items} if world is not None else {}
    names = {}
    for row in result.rows:
        action = action_of(row)
        if row.target == "settings":
            names[row.target] = f"Settings of {result.also}"
        elif action is None:
            names[row.target] = _POLICIES.get(row.target) or f"Your rule: {_rule(setup)}"
        else:
            today = " (today's)" if world is not None and action == result.today else ""
            names[row.target] = labels.get(action, action) + today
    return names


def _rule(setup: EvaluateSetup) -> str:
    """What the rule goes by, within a sentence."""
    return in_a_sentence(tables_of(world_of(setup.world))[setup.rule])


def about_log(session: EvaluateSession) -> str:
    """Which log is asked; Markdown."""
    result = session.result
    said = "The log tells how likely each offer was, so it can be asked what was never tried. "
    visitors = counted(len(result.log.decisions), "visitor") if result else "visitors"
    if session.setup.log == "file":
        events = counted(len(result.log.decisions), "event") if result else "a file"
        said += f"Asked: {events} of your own."
    elif session.asks_loop:
        play = existing(PlaySession)
        is_there = play is not None and play.open.stored is session.stored
        whose = "that is open on Play" if is_there else "that the link leads to"
        said += f"Asked: {visitors} of the loop {whose}."
    else:
        said += f"Asked: {visitors}, simulated, whom a new loop of ours served."
    if result and result.log.decisions.unmatched:
        more = counted(result.log.decisions.unmatched, "visitor")
        said += f" Left out: {more} for whom the apprentice would have chosen otherwise."
    return said


def estimate_of(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> Interval | None:
    """What the chosen estimator makes of a row; None where the log says too little."""
    if row.doubt == "no_overlap":
        return None
    return row.intervals[result.estimator_of(row.target, setup.estimator)]


def headline_row(result: LogEvaluation, setup: EvaluateSetup) -> Row | None:
    """The row that the sentence is about, and the guess: the one that is set, else the action whose
    average where it was shown is farthest above what it would earn."""
    chosen = next((row for row in result.rows if row.target == setup.about), None)
    return chosen or _flattered(result, setup)


def _flattered(result: LogEvaluation, setup: EvaluateSetup) -> Row | None:

    def gap(row: Row) -> float:
        naive, told = row.intervals["naive"], estimate_of(result, row, setup)
        return naive.estimate - told.estimate if naive and told else -1.0

    actions = [row for row in result.rows if action_of(row) is not None]
    known = [row for row in actions if row.intervals["naive"] and estimate_of(result, row, setup)]
    return max(known, key=gap, default=None)


def about_rule(session: EvaluateSession, result: LogEvaluation) -> str:
    """What the log says of the rule, beside what was earned; Markdown."""
    if session.hides:
        return "It is told once you have guessed."
    if any(row.is_off for row in result.rows if row.target == "rules"):
        return "This is not known, as the probabilities in this log cannot be right."
    rows = {row.target: estimate_of(result, row, session.setup) for row in result.rows}
    told, earned = rows["rules"], rows["online"]
    if told is None or earned is None:
        return "The log says nothing of this rule: it never shows what the rule would."
    truth = result.truths.get("rules") if session.setup.truth else None
    would, did = (plain(in_money(result.log.world, one.estimate)) for one in (told, earned))
    said = (
        f"**The rule {plain(_rule(session.setup))} would earn about {told.estimate:.2f}, from "
        f"{told.low:.2f} to {told.high:.2f}{would}.** The loop earned "
        f"{earned.estimate:.2f}{did} while it learned."
    )
    return said if truth is None else f"{said} The truth is {truth:.2f}."


def about_difference(result: LogEvaluation, setup: EvaluateSetup, one: str, other: str) -> str:
    """Whether a policy is better than another, by how much, and how sure that is; Markdown."""
    told, names = result.beside(one, other), names_of(result, setup)
    first, second = (f"“{plain(names[key])}”" for key in (one, other))
    if any(row.is_off for row in result.rows if row.target in (one, other)):
        return "This is not known, as the probabilities in this log cannot be right."
    if told is None:
        return "This is not known, as the log never shows what one of them would show."
    amount = f"{signed(told.estimate)} ({signed(told.low)} to {signed(told.high)})"
    amount += plain(in_money(result.log.world, told.estimate, sign=True))
    if told.low > 0:
        said = f"**{first} would earn more than {second}: by {amount}.**"
    elif told.high < 0:
        said = f"**{first} would earn less than {second}: by {amount}.**"
    else:
        said = (
            f"**Which is better is not known: {first} would earn {amount} beside {second}.** Zero "
            "is within."
        )
    if setup.truth and {one, other} <= result.truths.keys():
        said += f" The truth is {signed(result.truths[one] - result.truths[other])}."
    return said


def about_marks(setup: EvaluateSetup) -> str:
    """Meaning of the forest's marks and intervals, for a report; plain text."""
    return (
        "Circles: what it looks like where it was shown. Squares: what it would earn if everybody "
        f"were served so ({TITLES[setup.estimator].lower()}), with 95 % intervals."
    )


def about_intervals(result: LogEvaluation, setup: EvaluateSetup) -> str:
    """The first reason why estimates are missing or in doubt, else the meaning of an interval;
    Markdown."""
    return next(iter(what_counts(result, setup)), _SURE)


def looks_in_short(session: EvaluateSession) -> str:
    """Average where the action was shown, or why there is none, for a headline; Markdown."""
    return _in_short(session, looks)


def served_in_short(session: EvaluateSession) -> str:
    """Estimate of the action if everybody were served it, for a headline; Markdown."""
    return _in_short(session, served)


def _in_short(
    session: EvaluateSession, said: Callable[[LogEvaluation, Row, EvaluateSetup], str]
) -> str:
    result, setup = session.result, session.setup
    row = headline_row(result, setup) if result else None
    if result is None or row is None:
        return "Visitors are served" if session.is_live else "This log says too little."
    return said(result, row, setup)


def looks(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> str:
    """Average reward of an action where it was shown, as on a dashboard; Markdown."""
    naive = row.intervals["naive"]
    looks = f"{naive.estimate:.2f}" if naive else "nothing"
    return f"{plain(names_of(result, setup)[row.target])} looks like {looks} where it was shown."


def served(result: LogEvaluation, row: Row, setup: EvaluateSetup) -> str:
    """What the log says of it; Markdown."""
    if row.is_off:
        return (
            f"{looks(result, row, setup)} What it would earn, served to everybody, is not known, "
            "as the probabilities in this log cannot be right."
        )
    told = estimate_of(result, row, setup)
    if told is None:
        return looks(result, row, setup)
    return (
        f"{looks(result, row, setup)} Served to everybody it would earn about {told.estimate:.2f}, "
        f"from {told.low:.2f} to {told.high:.2f}"
        f"{plain(in_money(result.log.world, told.estimate))}."
    )


def headline(session: EvaluateSession, result: LogEvaluation, row: Row | None) -> str:
    """The one sentence that a presenter can read out; Markdown.

    Args:
        row: the action or policy that it is about; None if the log says too little of any.
    """
    if row is None:
        return "**This log says too little of any one action.**"
    setup, told = session.setup, estimate_of(result, row, session.setup)
    if session.hides:
        return f"**{looks(result, row, setup)}** What would it earn, served to everybody?"
    said = f"**{served(result, row, setup)}**"
    if setup.truth and row.target in result.truths:
        said += f" The truth is {result.truths[row.target]:.2f}."
    if session.guess is not None and told is not None:
        said += f" {_about_guess(session.guess, told)}"
    return said


def _about_guess(guess: float, told: Interval) -> str:
    """How far the person was off; Markdown."""
    if told.holds(guess):
        return f":green-badge[You guessed {guess:.2f}: within the interval.]"
    off = signed(guess - told.estimate)
    return f":orange-badge[You guessed {guess:.2f}, which is off by {off}.]"


def measured(told: Interval) -> str:
    """An estimate with its interval."""
    return f"{told.estimate:.2f} ({told.low:.2f} to {told.high:.2f})"


def is_wide(result: LogEvaluation, told: Interval | None) -> bool:
    """Whether an interval leaves open more than half of what is possible."""
    low, high = result.bounds
    return told is not None and told.width > (high - low) / 2


def is_thin(row: Row, setup: EvaluateSetup) -> bool:
    """Whether too few events tell of a row for an estimator whose interval does not say so."""
    return row.doubt is not None and row.target != "online" and setup.estimator in TEXTBOOKS


def is_proven(row: Row) -> bool:
    """Whether the interval that our own estimator tells is the betting sequence's."""
    ours, betting = row.intervals["strata"], row.intervals["betting"]
    if row.target == "online" or row.doubt == "no_overlap" or ours is None or betting is None:
        return False
    return (ours.low, ours.high) == (betting.low, betting.high)


def what_counts(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """What is not asked, and why some rows are empty, or none is to be believed; Markdown."""
    names, said, unknown = names_of(result, setup), list[str](), list[str]()
    if off := [row for row in result.rows if row.is_off]:
        most = max(off, key=lambda row: row.mean)
        said.append(
            "**The probabilities in this log cannot be those with which actions were shown**: by "
            f"them, {plain(names[most.target])} would have been served to "
            f"{100 * (most.mean - 1):,.2f} % more visitors than came, which neither rounding nor "
            "chance explains. No figure here is to be believed."
        )
    elif result.decisions.rounding >= COARSE:
        said.append(
            "The probabilities in this log have few digits. They are corrected as far as the log "
            "tells, and each interval is as much wider as their rounding makes it."
        )
    if setup.window:
        first, last = setup.span
        said.append(f"Only visitors {first:,} to {last:,} count: see *Along the log*.")
    for row in result.rows:
        name = plain(names[row.target])
        if row.doubt == "no_overlap":
            said.append(f"{name}: the log never shows what it would show, so it cannot tell.")
        elif estimate_of(result, row, setup) is None and not row.is_off:
            unknown.append(name)
    if unknown:
        said.append(
            f"Unknown for {', '.join(unknown)}: this estimator needs what was believed of each "
            "action, which the log does not tell."
        )
    if setup.estimator == "strata" and not result.tells_all:
        said.append(
            f"{TITLES['strata']} needs the probability of each action. This log tells that of the "
            f"shown one, so it is {TITLES[STAND_IN].lower()} that is told."
        )
    return said


def doubts(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """The same, and why some rows are grey, or told by another estimator; Markdown."""
    names, said = names_of(result, setup), what_counts(result, setup)
    proven = [plain(names[row.target]) for row in result.rows if is_proven(row)]
    if setup.estimator == "strata" and proven:
        said.append(
            f"Told by {TITLES['betting'].lower()}, a stricter estimator whose intervals are "
            f"proven: {', '.join(proven)}."
        )
    return said + why_grey(result, setup)


def why_grey(result: LogEvaluation, setup: EvaluateSetup) -> list[str]:
    """Why some rows are grey; Markdown."""
    names, said = names_of(result, setup), list[str]()
    if any(is_wide(result, estimate_of(result, row, setup)) for row in result.rows):
        said.append(
            "Grey: too few events tell of it, so more than half of all that is possible is open."
        )
    if thin := [plain(names[row.target]) for row in result.rows if is_thin(row, setup)]:
        said.append(
            f"Grey: {', '.join(thin)}: resting on fewer than {FEW} events, of which a textbook's "
            "interval promises too much."
        )
    return said
