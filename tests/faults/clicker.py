"""A simulated user who clicks on the Play page and records the display and messages."""

import re
import time
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, Page

from tests.browser.page import WIDE
from tests.browser.play import PlayPage

Fate = Literal["counted", "refused", "silent", "hung"]
"""Effect of a press: one more visitor; a sentence; no effect; no response of the page."""

_DENIAL = re.compile(r"not saved|did not happen|not counted|counts nothing|nothing was counted")
_OF = re.compile(r"(\d+) of (?:the )?\d+")
_SILENCE = 3.0
"""Seconds after the page is done within which a sentence would have come."""
_STALE = 1.0
"""Seconds without a run after which an older sentence counts as the answer."""
_READ = 2.0
"""Minimum display time in seconds of a readable sentence."""
_TELLS = 2.0
"""Seconds after drawing within which a browser has sent its identity."""
_FRAME, _EXCEPTION = "[data-testid=stMain]", "[data-testid=stException]"
_IDLE = "() => !document.querySelector('[data-testid=stStatusWidget]')"
_PAGES = (
    "",
    "learn",
    "compare",
    "race",
    "evaluate",
    "worlds",
    "connect",
    "data",
    "why",
    "words",
    "use",
)
_UNSEEN = 6.0
"""Seconds after a press within which its run would have begun."""


@dataclass(frozen=True, slots=True)
class Look:
    """State of the page at one moment.

    Attributes:
        visitors: the displayed number, 0 before the first; None if the page has no answers.
        said: sentences in boxes and toasts.
        exceptions: number of boxes with an exception.
        runs: number of finished script runs and answers drawn without a run.
        is_idle: true if no run and no answer is in progress.
    """

    visitors: int | None
    said: frozenset[str]
    exceptions: int
    runs: int
    is_idle: bool


@dataclass(slots=True)
class Notes:
    """Records so far.

    Attributes:
        pressed: presses of a reward.
        doubled: presses that repeat an answer counted once by the app.
        denied: presses reported as not counted by the page.
        answered: presses answered by a sentence.
        hung: presses without any answer in time.
        waits: seconds until each press was answered.
        said: sentences, in order of appearance.
        exceptions: number of appearances of an exception on a page.
    """

    pressed: int = 0
    doubled: int = 0
    denied: int = 0
    answered: int = 0
    hung: int = 0
    waits: list[float] = field(default_factory=list)
    said: dict[str, None] = field(default_factory=dict)
    exceptions: int = 0


class Clicker:
    """A tab with the Play page, and its records.

    Attributes:
        notes: all records.
        shown: the last number of visitors displayed.

    Args:
        page: an empty tab.
        address: URL of the server.
    """

    def __init__(self, page: Page, address: str) -> None:
        self._play = PlayPage(page, address)
        self._page, self._address = page, address
        self.notes, self.shown = Notes(), 0
        self._had_exception = self._is_once = False
        page.set_viewport_size(WIDE)
        page.add_init_script(_COUNT_RUNS)

    def open(self, loop: str | None = None, patience: float = 30) -> Self:
        """Open the page, and wait until the number of visitors or a message appears.

        Args:
            loop: id of an existing loop to open.
        """
        self._page.goto(f"{self._address}/?{f'loop={loop}' if loop else 'seed=7'}")
        until = time.monotonic() + patience
        while time.monotonic() < until:
            look = self.look()
            if look.is_idle and (look.visitors is not None or look.said or look.exceptions):
                break
            self._page.wait_for_timeout(100)
        return self

    @property
    def loop(self) -> str:
        """The loop id in the address, once present."""
        self._page.wait_for_url(re.compile("loop="))
        return parse_qs(urlsplit(self._page.url).query)["loop"][0]

    def look(self) -> Look:
        """Read the state of the page, and record it."""
        try:
            seen = self._page.evaluate(_LOOK)
        except Error:  # The page is being reloaded.
            return Look(None, frozenset(), 0, 0, is_idle=False)
        look = Look(**(seen | {"said": frozenset(map(_tidy, seen["said"]))}))
        if look.visitors is not None:
            self.shown = look.visitors
        self.notes.said.update(dict.fromkeys(sorted(look.said)))
        self.notes.exceptions += look.exceptions > 0 and not self._had_exception
        self._had_exception = look.exceptions > 0
        return look

    def press(self, patience: float = 30) -> Fate:
        """Press *Loved it*, wait for the effect, and record it."""
        self._settle()
        before, start = self.look(), time.monotonic()
        if not self._click(1):
            return "silent"
        fate = self._fate(before, patience)
        self.notes.waits.append(time.monotonic() - start)
        return fate

    def _fate(self, before: Look, patience: float) -> Fate:
        pressed = time.monotonic()
        done: float | None = None
        idle_since: float | None = None
        while (now := time.monotonic()) < pressed + patience:
            look = self.look()
            if look.visitors is not None and look.visitors > (before.visitors or 0):
                return "counted"
            idle_since = (idle_since or now) if look.is_idle else None
            # A run can be too short to be observed.
            is_over = look.runs > before.runs or (idle_since or now) < now - _UNSEEN
            done = (done or now) if look.is_idle and is_over else None
            if done is not None:
                # An earlier sentence may be about to disappear.
                is_said = look.said - before.said or (look.said and now - done > _STALE)
                if is_said or look.exceptions:
                    self.notes.answered += 1
                    self.notes.denied += any(map(_DENIAL.search, look.said))
                    return "refused"
                if now - done > _SILENCE:
                    return "silent"
            self._page.wait_for_timeout(40)
        self.notes.hung += 1
        return "hung"

    def double_click(self) -> None:
        """Press twice on an offer: the second press may count as a new answer or as a
        repetition.
        """
        before = self.shown
        self._click(2, every=0)
        self.wait(3)
        if self.shown == before + 1:
            self._is_once = True
            self.notes.doubled += 1

    def press_quickly(self, times: int, every: int = 50, patience: float = 60) -> None:
        """Press *Loved it* many times, so many milliseconds apart, and record messages meanwhile.

        A sentence with a number counts for as many presses, any other sentence for one; a sentence
        removed before it can be read counts for none.
        """
        runs, start = self.look().runs, time.monotonic()
        self._click(times, every)
        stood: dict[str, float] = {}
        before, latest = time.monotonic(), frozenset[str]()
        while (now := time.monotonic()) < start + patience:
            look = self.look()
            for sentence in look.said:
                stood[sentence] = stood.get(sentence, 0.0) + now - before
            before, latest = now, look.said
            if look.is_idle and look.runs > runs and self._stays_idle():
                break
            self._page.wait_for_timeout(40)
        else:
            self.notes.hung += 1
        self.notes.waits.append(time.monotonic() - start)
        read = {said: _presses(said) for said in stood if said in latest or stood[said] >= _READ}
        denied = (count for said, count in read.items() if _DENIAL.search(said))
        self.notes.answered += max(read.values(), default=0)
        self.notes.denied += max(denied, default=0)

    def until_asked(self, patience: float = 60) -> Self:
        """Wait for the reward buttons, which appear after the text."""
        self._page.wait_for_selector(_BUTTON, timeout=1_000 * patience)
        return self

    def until_counted(self, patience: float = 30) -> float | None:
        """Press until a press counts; return the seconds needed, or None after the timeout."""
        start = time.monotonic()
        while time.monotonic() - start < patience:
            if self.press(patience) == "counted":
                return time.monotonic() - start
            self._page.wait_for_timeout(200)
        return None

    def let_in(self, visitors: int) -> None:
        """Let a crowd in."""
        self._play.simulate(visitors)

    def beside(self, path: str) -> Page:
        """Open another tab of the same browser."""
        page = self._page.context.new_page()
        page.goto(f"{self._address}{path}")
        return page

    def load_each_page(self) -> None:
        """Load each page in a new session of the same browser, which sends its identity, and record
        pages with an exception.
        """
        for path in _PAGES:
            page = self.beside(f"/{path}")
            page.locator(_FRAME).wait_for(state="attached", timeout=60_000)
            page.wait_for_function(_IDLE, timeout=60_000)
            self.wait(_TELLS)
            page.wait_for_function(_IDLE, timeout=60_000)
            self.notes.exceptions += page.locator(_EXCEPTION).count() > 0
            page.close()

    def wait(self, seconds: float) -> None:
        """Look on for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            self._page.wait_for_timeout(100)

    def close(self) -> None:
        """Close the tab."""
        self._page.context.close()

    def _click(self, times: int, every: int = 50) -> bool:
        """Click inside the browser; return False if there was no button."""
        offers: list[int | None] = self._page.evaluate(_CLICK, [_BUTTON, times, every])
        self.notes.pressed += len(offers)
        self.notes.doubled += self._is_once * (len(offers) - len(set(offers)))
        return bool(offers)

    def _settle(self, patience: float = 5) -> None:
        """Wait until the page is idle, or for the given time."""
        until = time.monotonic() + patience
        while not self.look().is_idle and time.monotonic() < until:
            self._page.wait_for_timeout(40)

    def _stays_idle(self) -> bool:
        runs = self.look().runs
        self._page.wait_for_timeout(1_000)
        look = self.look()
        return look.is_idle and look.runs == runs


def _presses(said: str) -> int:
    """Of how many presses a sentence tells."""
    named = _OF.search(said)
    return int(named[1]) if named else 1


def _tidy(said: str) -> str:
    return " ".join(said.split())


_BUTTON = ".st-key-reward-1 button:not([disabled])"
_COUNT_RUNS = """
window.runs = 0;
window.visitors = () => {
    const names = [...document.querySelectorAll(".score dt")];
    const number = names.find(({textContent}) => textContent === "Visitors")?.nextSibling;
    if (number) return Number(number.textContent.replaceAll(",", ""));
    return document.querySelector(".reward-bar") && 0;
};
new MutationObserver(changes => {
    for (const {target} of changes) {
        const state = target.getAttribute("data-test-script-state");
        if (state === "notRunning" && window.lastState !== state) window.runs += 1;
        window.lastState = state;
    }
}).observe(document, {subtree: true, attributeFilter: ["data-test-script-state"]});
addEventListener("playground-answer", ({ detail }) => { window.runs += "length" in detail; });
"""
_LOOK = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const texts = "[data-testid=stAlert], [data-testid=stToast]";
    const app = document.querySelector("[data-testid=stApp]");
    return {
        visitors: visitors(),
        said: all(texts).flatMap(box =>
            [...box.querySelectorAll("[data-testid=stMarkdownContainer]")].map(p => p.innerText)),
        exceptions: all("[data-testid=stException]").length,
        runs: window.runs,
        is_idle: app?.getAttribute("data-test-script-state") === "notRunning"
            && !document.querySelector(".reward-bar[aria-busy=true]"),
    };
}"""
_CLICK = """async ([selector, times, every]) => {
    const offers = [];
    for (let i = 0; i < times; i++) {
        const button = document.querySelector(selector);
        if (button) {
            offers.push(visitors());
            button.click();
        }
        if (i < times - 1) await new Promise(resolve => setTimeout(resolve, every));
    }
    return offers;
}"""
"""Click; return the visitor at the time of each click."""
