"""The state of one browser session on the Evaluate page."""

from collections.abc import Callable
from functools import partial
from threading import RLock

from engine import LoopSettings, PersonalizerError
from engine.evaluation.targets import replaying
from engine.loop.lock import locked
from engine.steps import Steps, finish
from engine.store import StoredLoop
from engine.worlds import key_of
from pages.parts.evaluate import file
from pages.parts.evaluate.file import OfFile
from pages.parts.evaluate.found import Also, Found, finding
from pages.parts.evaluate.logs import Log, OfLoop, ReadyMade, logs, making, reading
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.evaluate.tuning import Tuning
from pages.parts.evaluate.watch import Watch
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.library import open_settings_of, settings_of
from pages.parts.work.frames import pace
from pages.parts.work.jobs import Job, Submit, submit
from pages.parts.work.uploads import Upload

PACE = 0.3
"""Seconds from one frame to the next while a log is made or asked."""
_AT_ONCE = 5_000
"""Events of a log that is asked within a click."""


class EvaluateSession:
    """The log that is asked, and what it tells.

    Attributes:
        setup: what is set on the page.
        stored: the loop that is open, if one is.
        found: what the log tells; None while it is not known.
        refused: why it tells nothing.
        guess: what the person believed, once it is revealed.
        watch: experiments that are repeated.
        tuning: settings that are tried.
        drawn: `page_state` as the page shows it.

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
        self.found: Found | None = None
        self.refused: PersonalizerError | None = None
        self.guess: float | None = None
        self.drawn: tuple[object, ...] = ()
        self.watch, self.tuning = Watch(submit), Tuning(submit)
        self._log: Log | None = None
        self._file: tuple[Upload, OfFile] | None = None
        self._question: tuple[object, ...] = (None,)
        self._told: tuple[object, Log | None, Found | None, PersonalizerError | None] | None = None
        self._also: tuple[Log, str, LoopSettings, Also] | None = None
        self._of: tuple[str, LoopSettings | None] = ("", None)
        self._job: Job[None] | None = None

    @property
    def loop(self) -> StoredLoop | None:
        """The open loop, if it has a log of the world that is set."""
        stored = self.stored
        if stored is None or stored.world is None or not stored.loop.events:
            return None
        return stored if key_of(stored.world) == self.setup.world else None

    @property
    def log(self) -> Log | None:
        """The log that is asked, once it is there."""
        return self._log

    @property
    def asks_loop(self) -> bool:
        """Whether it is the open loop's log that is asked."""
        return self.setup.log == "play" and self.loop is not None

    @locked
    def adopt(self, setup: EvaluateSetup, stored: StoredLoop | None) -> None:
        """Follow what is set on the page, and the loop that is open."""
        if setup.about != self.setup.about:
            self.guess = None
        self.setup, self.stored = setup, stored
        loop = self.loop if setup.log == "play" else None
        if setup.log == "file":
            self._follow_file()
        elif loop is not None:
            self._follow(OfLoop(loop.id, loop.loop.log.position), partial(reading, loop))
        else:
            asked = ReadyMade(setup.world, setup.seed, setup.visitors)
            self._follow(asked, partial(making, asked))
        if not setup.guess:
            self.guess = None

    @locked
    def ask_file(self, upload: Upload, asked: OfFile) -> None:
        """Ask a file that was sent, as it is to be read."""
        self._file = upload, asked
        self._follow_file()

    def _follow_file(self) -> None:
        """Ask the file that was sent last; nothing is told while there is none, or it is not known
        yet how to read it."""
        if self._file is None:
            self._forget()
            return
        upload, asked = self._file
        if not upload.is_whole or upload.token != asked.token:
            self._forget()
            return
        self._follow(asked, partial(file.reading, upload, asked))

    def _forget(self) -> None:
        """Ask no log."""
        if self._job is not None:
            self._job.cancel()
        self._question, self._log, self.found = (None,), None, None
        self._job, self.refused = None, None

    def _follow(self, asked: object, read: Callable[[], Steps[Log]]) -> None:
        """Ask a log what is asked, unless that was done.

        Args:
            read: makes or reads the log.
        """
        self._take_over()
        setup = self.setup
        settings = setup.settings, self._settings_now(setup.settings)
        question = asked, setup.span, setup.rule, setup.table, settings
        if question == self._question and not self._was_cut_off:
            return
        if asked != self._question[0]:
            self._log, self.found, self.guess = logs().find(asked), None, None
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
        """Whether the work ended before its time, as the connection was gone for long; what else
        ended it is raised here."""
        if self._job is None or not self._job.done():
            return False
        if self._job.cancelled():
            return True
        self._job.result()
        return False

    def _asking(self, question: object, read: Callable[[], Steps[Log]]) -> Steps[None]:
        """What comes of it is told when it is there; see `_take_over`."""
        log, found, refused = self._log, None, None
        setup, span = self.setup, self.setup.span
        try:
            if log is None:
                log = yield from read()
            rule = setup.rule_table if log.world == world_of(setup.world) else None
            try:
                also = yield from self._settings(log, setup.settings)
            except PersonalizerError as error:  # All else can be told without them.
                also, refused = None, error
            found = yield from finding(log, span, rule, also)
        except PersonalizerError as error:
            refused = error
        # Stored under the session's lock by a frame: a job must not wait for the lock, as a frame
        # that holds it may wait for a job.
        self._told = question, log, found, refused

    def _settings(self, log: Log, view: str) -> Steps[Also | None]:
        """What the settings of a loop would have done; None where no loop is named, or the log has
        no events to learn from."""
        if not view or log.loop is None:
            return None
        known = self._also_of(log, view)
        if known is None:
            name, settings = yield from settings_of(view)
            learned = yield from replaying(log.events, settings, "settings", log.loop.seed)
            known = name, learned
            self._also = log, view, settings, known
        return known

    def _also_of(self, log: Log | None, view: str) -> Also | None:
        """The same, if it was learned last, and the loop's settings have not changed since."""
        if self._also is None or self._also[:2] != (log, view):
            return None
        _, _, settings, known = self._also
        now = self._settings_now(view)
        return known if now is None or now == settings else None

    def _settings_now(self, view: str) -> LoopSettings | None:
        """A loop's settings, as they were when it was open here last; None if it was not."""
        now = open_settings_of(view) if view else None
        if now is not None or view != self._of[0]:
            self._of = view, now
        return self._of[1]

    @property
    def share(self) -> float:
        """Share of the log that is made or read, from 0 to 1."""
        return self._job.progress if self._job is not None else 0.0

    def _take_over(self) -> None:
        """What the work has told, unless something else was asked meanwhile."""
        told, self._told = self._told, None
        if told is not None and told[0] == self._question:
            _, self._log, self.found, self.refused = told

    @property
    def is_live(self) -> bool:
        """Whether a log is being made or asked."""
        return self._job is not None and not self._job.done()

    @property
    def awaits(self) -> bool:
        """Whether a log is asked that has told nothing yet, not even why it does not."""
        return self._question != (None,) and self.found is None and self.refused is None

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing comes about by itself."""
        return pace(PACE) if self.is_live else None

    @property
    def page_state(self) -> tuple[object, ...]:
        """All that the page shows around the interactive part."""
        return self.pace, self._question, self.found

    @property
    def hides(self) -> bool:
        """Whether the person is to guess before anything is told."""
        return self.setup.guess and self.guess is None

    @locked
    def reveal(self, guess: float) -> None:
        """Tell, now that the person has guessed."""
        self.guess = guess

    @locked
    def hide(self) -> None:
        """Let the person guess again."""
        self.guess = None
