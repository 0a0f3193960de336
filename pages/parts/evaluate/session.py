"""State of a browser session on the Evaluate page."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import RLock

from engine import LoopSettings, PersonalizerError
from engine.evaluation.log_rules import depends_on_columns
from engine.evaluation.target_policies import replaying
from engine.loop.lock import locked
from engine.pausable_steps import Steps, finish
from engine.simulation.baselines import Baseline, Mood, RuleTable
from engine.store import StoredLoop
from engine.worlds import key_of
from pages.parts.evaluate import log_file
from pages.parts.evaluate.evaluation_logs import (
    EvaluationLog,
    LoopSource,
    ReadyMade,
    logs,
    making,
    reading,
)
from pages.parts.evaluate.interval_coverage_runs import CoverageRuns
from pages.parts.evaluate.log_evaluation import Also, LogEvaluation, evaluating
from pages.parts.evaluate.log_file import FileSource
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.settings_trials import Tuning
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.loop_library_access import open_settings_of, settings_of
from pages.parts.work.frame_pace import pace
from pages.parts.work.job_queue import Job, Submit, submit
from pages.parts.work.uploads import Upload

PACE = 0.3
"""Seconds between frames while a log is made or evaluated."""
_AT_ONCE = 5_000
"""Largest number of events that are evaluated within the click's own run."""


class EvaluateSession:
    """The evaluated log and the results.

    Attributes:
        setup: settings of the page.
        stored: the open loop, or None.
        result: results; None until known.
        refused: error that prevented the evaluation, or the evaluation of further settings.
        guess: the person's guess, once revealed.
        coverage_runs: coverage experiments.
        tuning: trials of settings.
        drawn: `page_state` at the last drawing of the page.

    Args:
        submit: queues a job.
    """

    def __init__(
        self,
        setup: EvaluateSetup,
        submit: Submit = submit,
    ) -> None:
        self.lock, self._submit = RLock(), submit
        self.setup = setup
        self.stored: StoredLoop | None = None
        self.result: LogEvaluation | None = None
        self.refused: PersonalizerError | None = None
        self.guess: float | None = None
        self.drawn: tuple[object, ...] = ()
        self.coverage_runs, self.tuning = CoverageRuns(submit), Tuning(submit)
        self._log: EvaluationLog | None = None
        self._file: tuple[Upload, FileSource] | None = None
        self._file_rule: tuple[str, RuleTable | None] = ("", None)
        self._question: tuple[object, ...] = (None,)
        self._outcome: (
            tuple[object, EvaluationLog | None, LogEvaluation | None, PersonalizerError | None]
            | None
        ) = None
        self._also: tuple[EvaluationLog, str, LoopSettings, Also] | None = None
        self._last_settings: tuple[str, LoopSettings | None] = ("", None)
        self._job: Job[None] | None = None

    @property
    def loop(self) -> StoredLoop | None:
        """The open loop, if it has events in the chosen world."""
        stored = self.stored
        if stored is None or stored.world is None or not stored.loop.events:
            return None
        return stored if key_of(stored.world) == self.setup.world else None

    @property
    def log(self) -> EvaluationLog | None:
        """The log under evaluation, once available."""
        return self._log

    @property
    def asks_loop(self) -> bool:
        """True if the open loop's log is evaluated."""
        return self.setup.log == "play" and self.loop is not None

    @locked
    def adopt(self, setup: EvaluateSetup, stored: StoredLoop | None) -> None:
        """Follow the page's settings and the open loop."""
        if setup.about != self.setup.about:
            self.guess = None
        self.setup, self.stored = setup, stored
        loop = self.loop if setup.log == "play" else None
        if setup.log == "file":
            self._follow_file()
        elif loop is not None:
            self._follow(LoopSource(loop.id, loop.loop.log.position), partial(reading, loop))
        else:
            source = ReadyMade(setup.world, setup.seed, setup.visitors)
            self._follow(source, partial(making, source))
        if not setup.guess:
            self.guess = None

    @locked
    def ask_file(self, upload: Upload, source: FileSource) -> None:
        """Evaluate an uploaded file."""
        self._file = upload, source
        self._follow_file()

    @locked
    def ask_rule(self, rule: RuleTable) -> None:
        """Evaluate a rule over the columns of the present file in addition."""
        if self._file is not None:
            self._file_rule = self._file[1].token, rule
        self._follow_file()

    @property
    def file_rule(self) -> RuleTable | None:
        """The person's rule over the columns of the present file, or None."""
        token, rule = self._file_rule
        return rule if self._file is not None and self._file[1].token == token else None

    def _follow_file(self) -> None:
        """Evaluate the latest file; without a complete and interpreted file, clear the results."""
        if self._file is None:
            self._forget()
            return
        upload, source = self._file
        if not upload.is_whole or upload.token != source.token:
            self._forget()
            return
        self._follow(source, partial(log_file.reading, upload, source))
        unit = self.setup.unit.strip()
        if self._log is not None and self._log.unit != unit:
            self._log = replace(self._log, unit=unit)
            if self.result is not None:
                self.result = replace(self.result, log=replace(self.result.log, unit=unit))

    def _forget(self) -> None:
        """Cancel the work and clear log and results."""
        if self._job is not None:
            self._job.cancel()
        self._question, self._log, self.result = (None,), None, None
        self._job, self.refused = None, None

    def _follow(self, source: object, read: Callable[[], Steps[EvaluationLog]]) -> None:
        """Evaluate a log with the present settings, unless done already.

        Args:
            read: makes or reads the log.
        """
        self._take_over()
        setup = self.setup
        settings = setup.settings, self._settings_now(setup.settings)
        of_world = setup.rule, setup.item, setup.table, setup.seed
        rule = self.file_rule if setup.log == "file" else of_world
        question = source, setup.span, rule, settings, setup.unpaid_actions
        if question == self._question and not self._was_cut_off:
            return
        if source != self._question[0]:
            self._log, self.result, self.guess = logs().find(source), None, None
        if self._job is not None:
            self._job.cancel()
        self._question, self._job, self.refused = question, None, None
        known = self._log
        work = self._asking(question, read)
        learned = not setup.settings or self._also_of(known, setup.settings) is not None
        if known is not None and len(known.decisions) <= _AT_ONCE and learned:
            finish(work)
        else:
            self._job = self._submit(work)
        self._take_over()

    @property
    def _was_cut_off(self) -> bool:
        """True if the work was cancelled because the connection was lost for long; other errors are
        raised."""
        if self._job is None or not self._job.done():
            return False
        if self._job.cancelled():
            return True
        self._job.result()
        return False

    def _asking(self, question: object, read: Callable[[], Steps[EvaluationLog]]) -> Steps[None]:
        """Read and evaluate the log; `_take_over` stores the outcome."""
        log, result, refused = self._log, None, None
        setup, span = self.setup, self.setup.span
        try:
            if log is None:
                log = yield from read()
            rule = self._rule(log)
            try:
                also = yield from self._settings(log, setup.settings)
            except PersonalizerError as error:  # Other targets do not need the settings.
                also, refused = None, error
            try:
                evaluated = self._as_stated(log)
            except PersonalizerError as error:
                evaluated, refused = log, error
            result = yield from evaluating(evaluated, span, rule, also)
        except PersonalizerError as error:
            refused = error
        # A frame stores the outcome, as it holds the lock. A job must not wait for the lock, as a
        # frame that holds it may wait for a job.
        self._outcome = question, log, result, refused

    def _as_stated(self, log: EvaluationLog) -> EvaluationLog:
        """Return the log of a file with the actions that always pay 0, as stated."""
        if self.setup.log != "file":
            return log
        return replace(log, decisions=log.decisions.without_pay(self.setup.unpaid_actions))

    def _rule(self, log: EvaluationLog) -> Baseline | None:
        """Return today's rules, if the log began in their world and they name present actions; for
        a file the person's rule, if its columns are still context."""
        if self.setup.log == "file":
            own = self.file_rule
            return own if own and depends_on_columns(own, log.decisions) else None
        if log.worlds is None or log.worlds.worlds[0] != world_of(self.setup.world):
            return None
        rule, present = self.setup.baseline(), {item.id for item in log.worlds.now.items}
        return rule if isinstance(rule, Mood) or present >= {*rule.table.values()} else None

    def _settings(self, log: EvaluationLog, view: str) -> Steps[Also | None]:
        """Train a loop's settings on the log as a target; None if no loop is named or the log has
        no events."""
        if not view or log.loop is None:
            return None
        known = self._also_of(log, view)
        if known is None:
            name, settings = yield from settings_of(view)
            learned = yield from replaying(log.events, settings, "settings", log.loop.seed)
            known = name, learned
            self._also = log, view, settings, known
        return known

    def _also_of(self, log: EvaluationLog | None, view: str) -> Also | None:
        """Return the target trained last, if the log, the loop and the loop's settings are
        unchanged."""
        if self._also is None or self._also[:2] != (log, view):
            return None
        _, _, settings, known = self._also
        now = self._settings_now(view)
        return known if now is None or now == settings else None

    def _settings_now(self, view: str) -> LoopSettings | None:
        """Return a loop's settings when last open in this process; None if unknown."""
        now = open_settings_of(view) if view else None
        if now is not None or view != self._last_settings[0]:
            self._last_settings = view, now
        return self._last_settings[1]

    @property
    def share(self) -> float:
        """Share of the log that is made or read, from 0 to 1."""
        return self._job.progress if self._job is not None else 0.0

    def _take_over(self) -> None:
        """Store the work's outcome, unless the question has changed since."""
        outcome, self._outcome = self._outcome, None
        if outcome is not None and outcome[0] == self._question:
            _, self._log, self.result, self.refused = outcome

    @property
    def is_live(self) -> bool:
        """True while a log is made or evaluated."""
        return self._job is not None and not self._job.done()

    @property
    def awaits(self) -> bool:
        """True if a log is under evaluation without result or error yet."""
        return self._question != (None,) and self.result is None and self.refused is None

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None if no work is under way."""
        return pace(PACE) if self.is_live else None

    @property
    def page_state(self) -> tuple[object, ...]:
        """State that the page shows outside of the fragment."""
        return self.pace, self._question, self.result, self.setup.tab, self.hides

    @property
    def hides(self) -> bool:
        """True if results are hidden until the person guesses; there is nothing to guess in a log
        that contradicts its probabilities."""
        if self.result is not None and self.result.contradicts:
            return False
        return self.setup.guess and self.guess is None

    @locked
    def reveal(self, guess: float) -> None:
        """Reveal the results after the person's guess."""
        self.guess = guess

    @locked
    def hide(self) -> None:
        """Hide the results for another guess."""
        self.guess = None
