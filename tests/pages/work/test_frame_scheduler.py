"""Order of page frames."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, RLock, Thread

import pytest
from streamlit.runtime.scriptrunner import StopException

from engine.pausable_steps import Steps
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.frame_pace import FrameCosts
from pages.parts.work.frame_scheduler import drawing, frame, let_next_frame_wait, result_of
from pages.parts.work.job_queue import Jobs, jobs


def test_frames_without_a_click_are_drawn_in_sequence() -> None:
    first, second = Event(), Event()

    def draw_another() -> None:
        first.set()
        with drawing(is_clicked_for=False):
            second.set()

    with drawing(is_clicked_for=False):
        Thread(target=draw_another).start()
        assert first.wait(10)
        with drawing(is_clicked_for=True):
            assert not second.wait(0.05)
    assert second.wait(10)


@pytest.mark.parametrize(
    ("is_clicked_for", "patience"), [(True, "_SHORT_PATIENCE"), (False, "_PATIENCE")]
)
def test_all_are_drawn_one_after_the_other_but_nobody_waits_for_one_that_hangs(
    monkeypatch: pytest.MonkeyPatch, is_clicked_for: bool, patience: str
) -> None:
    begun, drawn = Event(), Event()

    def draw_another() -> None:
        begun.set()
        with drawing(is_clicked_for):
            drawn.set()

    for seconds, waits in ((60.0, True), (0.01, False)):
        monkeypatch.setattr(f"pages.parts.work.frame_scheduler.{patience}", seconds)
        begun.clear()
        drawn.clear()
        with drawing(is_clicked_for):
            Thread(target=draw_another).start()
            assert begun.wait(10)
            assert drawn.wait(0.05 if waits else 10) != waits
        assert drawn.wait(10)


class Page:
    """State of a page."""

    def __init__(self) -> None:
        self.lock, self.is_live = RLock(), True


def test_a_frame_that_finds_that_all_is_over_waits_for_its_turn_as_those_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, turns, session = FrameCosts(), list[bool](), Page()

    @contextmanager
    def noted(is_clicked_for: bool) -> Iterator[None]:
        turns.append(is_clicked_for)
        yield

    monkeypatch.setattr("pages.parts.work.frame_scheduler.frame_costs", lambda: own)
    monkeypatch.setattr("pages.parts.work.frame_scheduler.drawing", noted)
    draw = frame(lambda session: None)
    for session.is_live in (False, True, False, False):
        draw(session)
    assert turns == [True, False, False, True]


def test_runs_after_a_drawn_click_give_way_to_other_clicks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only once: the next frame counts as a click like any other."""
    turns, session = list[bool](), Page()
    session.is_live = False

    @contextmanager
    def noted(is_clicked_for: bool) -> Iterator[None]:
        turns.append(is_clicked_for)
        yield

    monkeypatch.setattr("pages.parts.work.frame_scheduler.frame_costs", FrameCosts)
    monkeypatch.setattr("pages.parts.work.frame_scheduler.drawing", noted)
    draw = frame(lambda session: None)
    let_next_frame_wait()
    draw(session)
    draw(session)
    assert turns == [False, True]


def test_changes_of_a_click_arrive_before_the_end_of_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others draw meanwhile; a full run or a page with further work does not pause."""
    session, done = Page(), list[str]()

    def draw_another() -> None:
        with session.lock:
            done.append("another drew")

    def pause(seconds: float) -> None:
        assert seconds == 0.015
        other = Thread(target=draw_another)
        other.start()
        other.join(10)
        done.append("paused")

    monkeypatch.setattr("pages.parts.work.frame_scheduler.frame_costs", FrameCosts)
    monkeypatch.setattr(
        "pages.parts.work.frame_scheduler.PAINT_TIME", 0.015
    )  # Other tests have none.
    monkeypatch.setattr("pages.parts.work.frame_scheduler.time.sleep", pause)
    draw = frame(lambda session: done.append("drawn"))
    draw(session)
    assert done == ["drawn"]
    session.is_live = False
    with drawing(is_clicked_for=True):
        draw(session)
    assert done == ["drawn", "drawn"]
    draw(session)
    assert done == ["drawn", "drawn", "drawn", "another drew", "paused"]


@pytest.mark.parametrize("is_clicked_for", [True, False])
def test_while_a_page_waits_for_a_job_others_are_drawn(
    monkeypatch: pytest.MonkeyPatch, is_clicked_for: bool
) -> None:
    """The job does not give way to the click that waits for its result."""
    line, others = Jobs(), Event()
    monkeypatch.setattr("pages.parts.work.frame_scheduler.jobs", lambda: line)
    monkeypatch.setattr(
        "pages.parts.work.frame_scheduler.submit",
        lambda steps: line.submit(steps, BrowserSession("a", "")),
    )

    def draw_another() -> None:
        with drawing(is_clicked_for):
            others.set()

    def job() -> Steps[str]:
        assert line._clicks == 0
        Thread(target=draw_another).start()
        assert others.wait(10)
        yield None
        return "opened"

    with drawing(is_clicked_for):
        assert result_of(job()) == "opened"
        assert line._clicks == is_clicked_for


def test_a_script_ends_with_the_job_that_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Jobs(is_connected=lambda session: False)
    monkeypatch.setattr("pages.parts.work.job_queue.GRACE", -1.0)
    monkeypatch.setattr(
        "pages.parts.work.frame_scheduler.submit",
        lambda steps: line.submit(steps, BrowserSession("gone", "")),
    )

    def job() -> Steps[str]:
        yield None
        return "opened"

    with drawing(is_clicked_for=True):
        with pytest.raises(StopException):
            result_of(job())
        assert jobs()._clicks == 1


def test_a_frame_lets_clicks_go_first_but_a_click_does_not_wait_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited = list[str]()
    monkeypatch.setattr(jobs(), "let_clicks_go_first", lambda: waited.append("once"))
    with drawing(is_clicked_for=False):
        assert waited == ["once"]
    with drawing(is_clicked_for=True):
        pass
    assert waited == ["once"]
