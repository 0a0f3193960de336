"""An app under test, without a browser."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, ClassVar, ParamSpec, Self, TypeVar
from unittest.mock import MagicMock, patch

import pytest
import streamlit as st
from altair import VegaLiteSchema
from altair.utils import schemapi
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from engine.evaluation.files import reader_process
from engine.evaluation.files.reader_main import answer_to
from engine.evaluation.files.reader_messages import (
    FileAnswer,
    FileRequest,
    read_answer,
    write_answer,
)
from engine.experiments.apprentice_comparison import Comparison
from engine.pausable_steps import WAITS, Steps
from pages.parts.compare.comparison_cache import ComparisonCache, history_of
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.components.toolbar import MORE
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.lessons.lesson import Cells, Slider
from pages.parts.lessons.session import LearnSession, LessonRun
from pages.parts.play.clicks import take_clicks
from pages.parts.play.session import PlaySession
from pages.parts.race.session import RaceSession
from pages.parts.text.format import bare
from pages.parts.work import frame_scheduler, job_queue
from pages.parts.work.job_queue import SLICE, Jobs
from pages.parts.work.stage_remotes import Remote, remote_of_token
from pages.parts.worlds.session import WorldsSession
from tests.pages.presses import pressed, wished
from tests.score import Told, number_in, texts_in

P = ParamSpec("P")
R = TypeVar("R")

FRONT = Path(__file__).parents[2] / "pages" / "parts" / "shell" / "streamlit_main.py"
COME_LATER = {"undo", "redo", "look-back", "bookmark", "another-map"}
"""Buttons that are hidden until they have an effect."""
OPENED: dict[CompareSetup, Comparison] = {}
"""Initial comparisons of Compare, by set-up."""


def float_seconds() -> Callable[[], float]:
    """Return a clock that advances by three seconds at each reading, so that no test waits.

    The clock continues from the real clock, which was read when the page was opened.
    """
    seconds = count(time.monotonic() + 3.0, 3.0)
    return lambda: next(seconds)


@pytest.fixture(autouse=True)
def _own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the main module while a page runs as main: spawned processes would run the
    page again.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


class App:
    """The app in one browser session, on the Play page."""

    def __init__(self, **query: str) -> None:
        # Long, for busy machines: a hanging test is reported after ten minutes
        # (`faulthandler_timeout`).
        self.at = AppTest.from_file(str(FRONT), default_timeout=500)
        self.open(**query)
        self.session.now = float_seconds()

    def open(self, **query: str) -> None:
        """Open the page with a query string."""
        for name, value in query.items():
            self.at.query_params[name] = value
        self.run()

    def run(self) -> Self:
        """Run the page; before it, a slice of each background job, unless jobs run at once."""
        for _ in range(len(line := job_queue.jobs())):
            line.turn()
        self.at.run()
        assert not self.at.exception, self.at.exception
        return self

    def click(self, key: str) -> Self:
        """Press a button, of Streamlit's or in a panel."""
        part = self.part(key)
        if part is None:
            self.at.button(key=key).click()
        else:
            take_clicks(self.session, wished(self.session, part["wish"]))
        return self.run()

    def press_key(self, name: str) -> Self:
        """Press a key of *Next*."""
        take_clicks(self.session, wished(self.session, self.panels["next"][0]["keys"][name]))
        return self.run()

    def part(self, key: str) -> Told | None:
        """Return a part of a panel by its key."""
        every = (part for parts in self.panels.values() for part in parts)
        return next((part for part in every if part.get("key") == key), None)

    def chosen(self, key: str) -> object:
        """Return the selected value in a panel."""
        part = self.part(key)
        assert part is not None, f"no {key} on the page"
        return part["value"]

    def widget(self, key: str) -> Any:
        """Return a Streamlit widget by its key."""
        return self.at.get_by_key(key)

    def answer(self, value: float | None) -> Self:
        """Press a reward button; AppTest cannot, because the buttons are a component."""
        take_clicks(self.session, pressed(self.session, (self.bar["offer"], value)))
        return self.run()

    @property
    def told(self) -> list[dict[str, Any]]:
        """Data sent to the page's browser components."""
        every = [json.loads(part.proto.json) for part in self.at.get("bidi_component")]
        return [data for data in every if isinstance(data, dict)]

    @property
    def scene(self) -> dict[str, Any]:
        """Everything that a click can change on the page, as sent to the browser; empty on other
        pages.
        """
        return next((data["scene"] for data in self.told if "scene" in data), {"panels": {}})

    @property
    def panels(self) -> dict[str, list[Told]]:
        """The parts of each panel on the page, by panel name."""
        names = {data.get("name") for data in self.told}
        return {name: parts for name, parts in self.scene["panels"].items() if name in names}

    @property
    def charts(self) -> list[Told]:
        """The charts in panels."""
        every = (part for parts in self.panels.values() for part in parts)
        return [part for part in every if part["kind"] == "chart"]

    @property
    def remote(self) -> Remote:
        """The remote of the stage, found by the token that its browser gets."""
        remote = remote_of_token(next(data["token"] for data in self.told if "token" in data))
        assert remote is not None
        return remote

    @property
    def bar(self) -> Told:
        """Data sent to the reward buttons."""
        return next(part for part in self.panels["visit"] if part["kind"] == "answers")

    @property
    def can_answer(self) -> bool:
        """True if the reward buttons can be pressed."""
        return not self.bar["disabled"]

    def can_press(self, key: str) -> bool:
        """Return whether a button can be pressed; buttons that appear with the first answer may be
        missing.
        """
        if (part := self.part(key)) is not None:
            return not part["disabled"]
        found = [one for one in self.at.button if one.key == key]
        assert found or key in COME_LATER, f"no {key} on the page"
        return any(not one.disabled for one in found)

    def open_more(self, part: str) -> Self:
        """Open the further options at one of their parts."""
        self.at.session_state[MORE] = True
        known = self.at.session_state
        turn = known["more-turn"] if "more-turn" in known else 0  # noqa: SIM401 - no `get` here
        self.at.button_group(f"more-part-{turn}").set_value(part)
        return self.run()

    def set(self, key: str, value: object) -> Self:
        """Set a widget, or choose in a panel. If only a part of the page is drawn, run all of it
        again, because AppTest forgets the rest.
        """
        part = self.part(key)
        if part is None:
            self.widget(key).set_value(value)
        else:
            take_clicks(self.session, wished(self.session, {**part["wish"], "value": value}))
        self.run()
        return self if self.at.button else self.run()

    @property
    def session(self) -> PlaySession:
        session: PlaySession = self.at.session_state["PlaySession"]
        return session

    @property
    def text(self) -> str:
        """All headings and Markdown on the page, texts beside the answers, and texts and chart
        descriptions of the panels.
        """
        headings = [*self.at.title, *self.at.header, *self.at.subheader]
        rest = [*self.at.markdown, *self.at.caption]
        texts = [element.value for element in [*headings, *rest]]
        in_panels = [text for parts in self.panels.values() for text in texts_in(parts)]
        return "\n".join([*texts, *self.beside_the_answers, *in_panels])

    @property
    def beside_the_answers(self) -> list[str]:
        """The current offer, and the effect of the last answer."""
        if "visit" not in self.panels:
            return []
        *_, card, _, last = self.panels["visit"]
        moved = ["".join(text for text, _ in last[part]) for part in ("hint", "said", "note")]
        return [card["name"], card["features"], card["badge"][0], *moved]

    def metric(self, label: str) -> str:
        """Return a number of Play by its label; before the first visitor there is none."""
        if label == "Visitors" and not self.panels["earned"]:
            return "0"
        number = number_in(self.panels["earned"], label)
        assert number, f"no {label} on the page"
        return number

    def finish_the_crowd(self) -> Self:
        """Run like the browser's timer until no visitor waits and no job is pending."""
        while waiting := self.session.live.waiting:
            self.run()
            while self.session.live.waiting == waiting:  # Work after a visitor takes slices, too.
                assert job_queue.jobs().turn(), "the crowd stands still"
        self.run()
        for _ in range(100):
            if not self.session.is_live:
                return self
            while job_queue.jobs().turn():
                pass
            self.run()
        raise AssertionError("the crowd never ends")


class OtherApp(App):
    """The app in one browser session, on another page."""

    PAGE: ClassVar[str]

    def open(self, **query: str) -> None:
        """Open the page directly, with a query string."""
        self.at.switch_page(self.PAGE)
        super().open(**query)


class AppFromPlay(OtherApp):
    """The app in one browser session, on another page with Play's session."""

    def open(self, **query: str) -> None:
        """Go to the page from Play, with a query string."""
        self.run()
        super().open(**query)


class CompareApp(OtherApp):
    """The app in one browser session, on the Compare page."""

    PAGE = "../../compare.py"

    def open(self, **query: str) -> None:
        """Open the page; see `one_opening`."""
        super().open(**query)
        comparison, essence = self.session.comparison, self.session.setup.essence
        if essence not in OPENED and history_of(comparison) == History():
            OPENED[essence] = comparison.copy()

    @property
    def session(self) -> CompareSession:  # type: ignore[override]
        session: CompareSession = self.at.session_state["CompareSession"]
        return session

    @property
    def came(self) -> str:
        """Number of visitors as stated on the page."""
        found = re.search(r"([\d,]+) visitors? came\.", self.text)
        assert found
        return found[1]

    def start(self) -> Self:
        """Restore the history in the link."""
        self.click("start-story")
        return self.finish_the_crowd()


class Here(Executor):
    """An executor that runs everything immediately in this thread. Results of races are cached,
    because an equal race has equal results.
    """

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        assert not kwargs
        future: Future[R] = Future()
        future.set_result(_once(fn, args))
        return future


@cache
def _once(fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return fn(*args)


class RaceApp(OtherApp):
    """The app in one browser session, on the Race page."""

    PAGE = "../../race.py"

    @property
    def session(self) -> RaceSession:  # type: ignore[override]
        session: RaceSession = self.at.session_state["RaceSession"]
        return session

    def finish_the_race(self) -> Self:
        """Run like the browser's timer until the race is over."""
        for _ in range(200):
            if not self.session.is_live:
                return self.run()
            self.run()
        raise AssertionError("the race never ends")


class EvaluateApp(OtherApp):
    """The app in one browser session, on the Evaluate page."""

    PAGE = "../../evaluate.py"

    @property
    def session(self) -> EvaluateSession:  # type: ignore[override]
        session: EvaluateSession = self.at.session_state["EvaluateSession"]
        return session


class WorldsApp(AppFromPlay):
    """The app in one browser session, on the Worlds page."""

    PAGE = "../../worlds.py"

    @property
    def session(self) -> WorldsSession:  # type: ignore[override]
        session: WorldsSession = self.at.session_state["WorldsSession"]
        return session

    @property
    def owner(self) -> str:
        """Owner of the worlds stored by this session."""
        session: PlaySession = self.at.session_state["PlaySession"]
        return session.owner

    @property
    def bare(self) -> str:
        """The text of the page without escape characters."""
        warnings = [element.value for element in self.at.warning]
        return bare("\n".join([self.text, *warnings]))

    @property
    def bare_errors(self) -> str:
        """Error messages without escape characters."""
        return bare("\n".join(element.value for element in self.at.error))


class LearnApp(OtherApp):
    """The app in one browser session, on the Learn page."""

    PAGE = "../../learn.py"

    @property
    def session(self) -> LearnSession:  # type: ignore[override]
        session: LearnSession = self.at.session_state["LearnSession"]
        return session

    @property
    def bare(self) -> str:
        """The text of the page without escape characters."""
        return bare(self.text)

    def run_of(self, lesson: str) -> LessonRun:
        """The session's run of a lesson."""
        return next(run for run in self.session.runs if run.lesson.key == lesson)

    def guess(self, lesson: str) -> Self:
        """Guess the first number or answer of a lesson; cells stay unmarked."""
        asked = self.run_of(lesson).lesson.guess
        if not isinstance(asked, Cells):
            values = asked.values if isinstance(asked, Slider) else asked.options
            self.set(f"lesson-guess-{lesson}", values[0])
        return self.click("lesson-guessed")


@pytest.fixture(scope="session", autouse=True)
def one_scan() -> Iterator[None]:
    """Let Streamlit scan the installed packages for components once, not for each app.

    The packages do not change meanwhile, and a scan takes longer than opening a page.
    """
    scan = manifest_scanner.scan_component_manifests
    with patch.object(manifest_scanner, "scan_component_manifests", cache(scan)):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_table_of_classes() -> Iterator[None]:
    """Altair looks a schema's class up in a table of all classes, made once, not for each part of a
    chart: no class is added meanwhile."""
    make = schemapi._FromDict
    table = cache(lambda: make(VegaLiteSchema._default_wrapper_classes()))
    with patch.object(schemapi, "_FromDict", lambda _: table()):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_wait() -> Iterator[None]:
    """Join the script thread instead of AppTest's polling, a thousand times a second, which takes
    the interpreter from the script.
    """

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        thread = runner._script_thread
        assert thread is not None
        thread.join(timeout)
        if thread.is_alive():
            runner.request_stop()
            thread.join(timeout)  # Which may wait for an event without end.
            raise RuntimeError(f"AppTest script run timed out after {timeout}(s)")

    with patch.object(local_script_runner, "require_widgets_deltas", wait):
        yield


@pytest.fixture(scope="session", autouse=True)
def no_painting() -> Iterator[None]:
    """Skip the wait for the browser's painting, because AppTest has no browser."""
    with patch.object(frame_scheduler, "PAINT_TIME", 0.0):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_compilation() -> Iterator[None]:
    """AppTest compiles each script once, not for each run: scripts do not change meanwhile."""
    compiled = ScriptCache()
    with patch.object(app_test, "ScriptCache", lambda: compiled):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_runtime() -> Iterator[None]:
    """Reuse a single mock of Streamlit's runtime; each run of AppTest configures the mock anew."""
    mock = MagicMock(spec=Runtime)

    def forgetting(spec: type[Runtime]) -> MagicMock:
        assert spec is Runtime
        mock.reset_mock()
        return mock

    with patch.object(app_test, "MagicMock", forgetting):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_opening() -> Iterator[None]:
    """Serve the initial visitors of Compare once per set-up, and copy the three loops for later
    sessions. Further steps of a link are not cached.
    """
    find = ComparisonCache.find

    def found(known: ComparisonCache, essence: CompareSetup, story: History) -> Comparison | None:
        if story == History() and essence in OPENED:
            return OPENED[essence].copy()
        return find(known, essence, story)

    with patch.object(ComparisonCache, "find", found):
        yield


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Store the loops of each test in a separate folder."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def _at_once(work: Callable[[], None]) -> None:
    work()


def _by_hand(work: Callable[[], None]) -> None:
    """Leave jobs to the test, which runs them slice by slice with `Jobs.turn`."""


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run heavy work synchronously in the calling thread, however slow the tests are."""
    line = Jobs(_at_once, rest=lambda seconds: None)
    monkeypatch.setattr(job_queue, "jobs", lambda: line)
    monkeypatch.setattr("pages.parts.work.crowd_arrivals._BUDGET", 2.0)


@pytest.fixture(autouse=True)
def no_reader_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read uploaded files in this process. The separate process, whose start takes longer than most
    tests, has its own (``tests/engine/evaluation/files/test_reader_process.py``)."""

    def answering(file: BinaryIO, request: FileRequest) -> Steps[FileAnswer]:
        yield None
        message = BytesIO()
        write_answer(answer_to(request, file), message)
        yield WAITS
        return read_answer(BytesIO(message.getvalue()))

    monkeypatch.setattr(reader_process, "_answering", answering)


@contextmanager
def many_frames() -> Iterator[None]:
    """While it lasts, visitors come in forty a frame, however fast or slowly the tests run."""
    seconds, visitors = count(0.0, SLICE), count(0.0, 1 / 40)
    line = Jobs(_by_hand, now=lambda: next(seconds))
    with (
        patch.object(job_queue, "jobs", lambda: line),
        patch(
            "pages.parts.work.crowd_arrivals.time",
            SimpleNamespace(perf_counter=lambda: next(visitors)),
        ),
        patch("pages.parts.work.crowd_arrivals._BUDGET", 1.0),
    ):
        yield


@pytest.fixture
def open_app(data_folder: Path) -> Callable[..., App]:
    """Opens the app as a new session, with a query string."""
    st.cache_data.clear()
    st.cache_resource.clear()
    return App


@pytest.fixture
def open_compare(open_app: Callable[..., App]) -> Callable[..., CompareApp]:
    """Opens the Compare page in a new session, with a query string."""
    return CompareApp


@pytest.fixture
def open_evaluate(open_app: Callable[..., App]) -> Callable[..., EvaluateApp]:
    """Opens the Evaluate page in a new session, with a query string."""
    return EvaluateApp


@pytest.fixture
def open_learn(open_app: Callable[..., App]) -> Callable[..., LearnApp]:
    """Opens the Learn page in a new session, with a query string."""
    return LearnApp


@pytest.fixture
def open_race(
    open_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RaceApp]:
    """Opens the Race page in a new session, with a query string; it races without processes."""
    monkeypatch.setattr("pages.parts.work.race_pool.open_processes", Here)
    return RaceApp
