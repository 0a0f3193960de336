"""Each screen of Play's talk: log, counter and picture agree after double presses and leaves."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.store import GoneError, Store
from tests.browser.app import Server, running
from tests.browser.conftest import NewTab
from tests.browser.stage import PROJECTORS, StagePage

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

DELAYS = (0, 20, 50)
"""Milliseconds between the two presses; they take turns on each screen."""
MOST_SCREENS = 30


@dataclass(frozen=True, slots=True)
class State:
    """State of a talk at rest.

    Attributes:
        screen: name in the address.
        sentence: with the counter of answers.
        picture: numbers of the chart, for screen readers.
        events: number of events in the store.
    """

    screen: str
    sentence: str
    picture: str
    events: int


class Presses:
    """A talk whose keys are pressed, and the store of its loop."""

    def __init__(self, stage: StagePage, store: Store) -> None:
        self.stage, self._store = stage, store

    def press(self, *keys: str, delay: float = 0) -> State:
        """Press keys one after the other; return the state after the last."""
        before = self.stage.drawn_presses
        for place, key in enumerate(keys):
            if place and delay:
                self.stage.page.wait_for_timeout(delay)
            self.stage.page.keyboard.press(key)
        self.stage.page.wait_for_function(_DRAWN, arg=before + len(keys))
        return self.state()

    def state(self) -> State:
        """Return the state once visitors and charts have come to rest."""
        page, before = self.stage.page, None
        for _ in range(100):
            self.stage.settle()
            now = self._state()
            if now == before and "have answered" not in now.sentence:
                return now
            before = now
            page.wait_for_timeout(60)
        raise AssertionError(f"the talk does not come to rest: {before}")

    def _state(self) -> State:
        stage, query = self.stage, parse_qs(urlsplit(self.stage.page.url).query)
        caption = stage.keyed("stage-hero").get_by_test_id("stCaptionContainer")
        return State(
            query.get("screen", ["visitor-1"])[0],
            stage.sentence.inner_text(),
            caption.text_content() or "",
            self._events(query.get("loop", [""])[0]),
        )

    def _events(self, view: str) -> int:
        try:
            return self._store.loop_info(view).events if view else 0
        except GoneError:
            return 0

    def walk(self) -> Sequence[State]:
        """Step to the last screen; return the state at each."""
        states = [self.state()]
        while (now := self.press("PageDown")) != states[-1]:
            states.append(now)
        return states


_DRAWN = "presses => Number(document.documentElement.dataset.drawn) >= presses"


def faults_of(talk: Presses, states: Sequence[State], delays: Iterable[int]) -> list[str]:
    """Press twice at each screen, to and fro; return the states that are not those of a screen two
    steps away, or one if the first step lets a crowd in."""
    faults, last = [], len(states) - 1
    for start in range(len(states)):
        while (at := states.index(talk.state())) != start:
            talk.press("PageDown" if at < start else "PageUp")
        for number, delay in enumerate(delays):
            key, by = ("PageDown", 2) if number % 2 == 0 else ("PageUp", -2)
            allowed = [states[min(max(at + by, 0), last)]]
            if by > 0 and at < last and states[at + 1].screen.startswith("crowd"):
                allowed.append(states[at + 1])
            now = talk.press(key, key, delay=delay)
            if now not in allowed:
                faults.append(f"{states[at].screen}, {key} twice, {delay} ms apart: {now}")
                if now not in states:
                    return faults
            at = states.index(now)
    return faults


ACROSS = (0, 20, 100, 200)
"""Milliseconds between two presses of which the first leads to another page."""


@pytest.fixture
def talk(new_tab: NewTab, tmp_path: Path) -> Iterator[Presses]:
    """Play's talk on a server with a store of its own."""
    with running(data=tmp_path) as server:
        stage = StagePage(new_tab(viewport=PROJECTORS[0]), server.address).show("/?stage=1")
        stage.page.wait_for_function("() => document.documentElement.dataset.drawn")
        with closing(Store.open(f"sqlite:///{tmp_path}/events.db")) as store:
            yield Presses(stage, store)


def test_two_presses_on_any_screen_are_two_steps(talk: Presses) -> None:
    states = talk.walk()
    assert len({state.screen for state in states}) == len(states)
    assert not (faults := faults_of(talk, states, DELAYS)), "\n".join(faults)


def test_the_stage_comes_back_to_any_screen_on_which_it_was_left(talk: Presses) -> None:
    page, stage = talk.stage.button("let-in-100"), talk.stage.sentence
    before = talk.state()
    for _ in range(MOST_SCREENS):
        talk.stage.leave_or_enter("f", page)
        talk.stage.leave_or_enter("f", stage)
        assert talk.state() == before
        now = talk.press("PageDown")
        if now == before:
            return
        before = now
    raise AssertionError("the talk does not end")


def test_a_press_waits_while_the_show_goes_to_another_page(server: Server, new_tab: NewTab) -> None:
    stage = StagePage(new_tab(viewport=PROJECTORS[0]), server.address).show("/show?stage=1")
    stage.page.wait_for_function(_DRAWN, arg=0)

    def press(*keys: str, delay: float = 0) -> str:
        before = stage.drawn_presses
        for key in keys:
            stage.page.keyboard.press(key)
            stage.page.wait_for_timeout(delay)
        stage.page.wait_for_function(_DRAWN, arg=before + len(keys))
        stage.settle()
        address = urlsplit(stage.page.url)
        return f"{address.path} {parse_qs(address.query).get('screen', [''])[0]}"

    while press("PageDown") != "/evaluate report":
        pass
    for delay in ACROSS:
        assert press("PageUp", "PageUp", delay=delay) == "/ truth"
        assert press("PageDown", "PageDown", delay=delay) == "/evaluate report"
