"""Page object common to all pages of the app."""

import csv
import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, ViewportSize, expect

from pages.parts.components.toolbar import CROWD_MENU

WIDE, NARROW = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
"""A laptop's window and a phone's."""
LYING = ViewportSize(width=844, height=390)
"""A phone in landscape orientation."""
SIZES = (
    WIDE,
    ViewportSize(width=1280, height=720),
    ViewportSize(width=1024, height=768),
    ViewportSize(width=768, height=1024),
    NARROW,
    ViewportSize(width=320, height=640),
)
"""Windows of a laptop, a small laptop, a projector, a tablet and two phones."""
PAPER = ViewportSize(width=717, height=1046)
"""An A4 page without margins."""
GROUPS = {
    **dict.fromkeys(("Lessons", "Demo for an audience", "Glossary", "When to use it"), "Learn"),
    **dict.fromkeys(("Compare", "Race", "Evaluate"), "Compare & evaluate"),
    **dict.fromkeys(("Worlds", "Connect", "Data"), "Worlds & data"),
}
"""Pages in the menu of a group."""
Scheme = Literal["light", "dark"]
PATIENCE = 60_000
"""Timeout in milliseconds for missing elements on a busy machine."""

_PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")
"""First addresses at which Streamlit looks for its server from a page other than the first."""

expect.set_options(timeout=PATIENCE)


class AppPage:
    """A tab with a page of the app.

    Attributes:
        complaints: errors reported by the browser, and requests to other hosts.
    """

    PATH: ClassVar[str] = "/"
    CHARTS: ClassVar[tuple[str, ...]] = ()
    """Parts of the descriptions of the page's initial charts."""

    def __init__(self, page: Page, address: str) -> None:
        page.set_default_timeout(PATIENCE)
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on("console", self._listen)
        page.on("request", lambda request: self._check_host(request.url))
        page.on("websocket", lambda socket: self._check_host(socket.url))

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not _PROBE.search(said.location["url"]):
            self.complaints.append(f"console: {said.text} ({said.location['url']})")

    def _check_host(self, url: str) -> None:
        asked = urlsplit(url)
        if asked.scheme not in {"data", "blob"} and asked.netloc != urlsplit(self.address).netloc:
            self.complaints.append(f"request to another host: {url}")

    def open(self, query: str = "") -> Self:
        """Open the page with a query string, or by a link, and wait until its charts are drawn."""
        is_link = query.startswith(self.address)
        return self.visit(query if is_link else f"{self.address}{self.PATH}{query}")

    def visit(self, url: str) -> Self:
        """Open an address of the page, and wait until all its charts are drawn."""
        self.page.goto(url)
        for name in self.CHARTS:
            expect(self.chart(name).locator("svg")).to_be_visible()
        return self

    def go_to(self, title: str) -> None:
        """Go to another page by the top menu, and check that the group of the new page is
        highlighted within a frame: a late frame would highlight the previous group again.
        """
        menu = self.page.get_by_test_id("stTopNav")
        if title in GROUPS:
            menu.get_by_text(GROUPS[title], exact=True).click()
            self.stand_still()
        self.page.get_by_test_id("stTopNavLinkContainer").filter(has_text=title).click()
        lit = menu.locator("[data-testid=stTopNavSection][aria-current]")
        expect(lit).to_have_text([GROUPS[title]] if title in GROUPS else [])
        expect(self.page.locator(".announced")).to_have_count(1)

    def in_all_looks(self) -> Iterator[str]:
        """Show the page on a laptop and a phone, light and dark; yield the description of each.

        A laptop is the first and the last; the colour scheme changes once.
        """
        for scheme, sizes in zip(self.schemes, ((WIDE, NARROW), (NARROW, WIDE)), strict=True):
            self.turn(scheme)
            for size in sizes:
                self.page.set_viewport_size(size)
                yield f"{size['width']} px, {scheme}"

    @property
    def schemes(self) -> tuple[Scheme, Scheme]:
        """The current colour scheme of the page, and the other."""
        dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        return ("dark", "light") if dark else ("light", "dark")

    def turn(self, scheme: Scheme) -> None:
        """Turn the system light or dark, and wait until the charts have followed."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(_FOLLOWED, arg=scheme)

    def lasting(self, faults: Callable[[], set[str]]) -> set[str]:
        """Faults that persist for longer than the page needs for its layout."""
        for _ in range(30):
            if not (found := faults()):
                break
            self.page.wait_for_timeout(100)
        return found

    @property
    def excess(self) -> int:
        """Excess width of the page or its toolbar in pixels."""
        width: int = self.page.evaluate(_EXCESS)
        return width

    @property
    def bar_rows(self) -> int:
        """Number of rows in the toolbar."""
        rows: int = self.page.evaluate(_BAR_ROWS)
        return rows

    @property
    def clipped(self) -> list[str]:
        """Texts of buttons, headings and charts that are truncated."""
        cut: list[str] = self.page.evaluate(_CLIPPED)
        return cut

    def cut_on_paper(self) -> set[str]:
        """Tables wider than an A4 page, and charts squeezed flat on paper."""
        size = self.page.viewport_size
        assert size
        tables: list[float] = self.page.evaluate(_TABLES)
        self.page.emulate_media(media="print")
        self.page.set_viewport_size(PAPER)
        cut = self.lasting(lambda: set(self.page.evaluate(_ON_PAPER, tables)))
        self.page.emulate_media(media="screen")
        self.page.set_viewport_size(size)
        return cut

    def keyed(self, key: str) -> Locator:
        """The element with a key in the app's code."""
        return self.page.locator(f".st-key-{key}").first

    def chart(self, name: str) -> Locator:
        """A chart by a part of its description; the large chart, if there is a small copy."""
        return self.page.locator(
            f':is(.stVegaLiteChart, .panel-picture)[aria-label*="{name}"]'
        ).first

    def button(self, key: str) -> Locator:
        """A button; buttons with help occur twice in the page, once hidden."""
        return self.keyed(key).locator("button:visible").first

    def press(self, key: str) -> None:
        """Press a button as soon as possible."""
        self.button(key).click()

    def tab_to(self, key: str) -> int:
        """Press Tab until the element with a key, or a part of the element, has the focus; return
        the number of presses."""
        for presses in range(60):
            if self.page.evaluate(_IS_IN, f".st-key-{key}"):
                return presses
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {key}")

    def table(self, key: str) -> list[dict[str, str]]:
        """Rows of the CSV file behind a link."""
        self.come_to_rest()  # A link redrawn between press and release saves no file.
        with self.page.expect_download() as download:
            self.keyed(key).get_by_role("link").click()
        with download.value.path().open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def choose(self, key: str, option: str) -> None:
        """Choose one of several options."""
        radio = self.page.locator(f"[class*=st-key-{key}]").get_by_role("radio", name=option)
        radio.click()
        expect(radio).to_be_checked()

    def settle(self) -> None:
        """Wait until the page's script is done."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )

    def come_to_rest(self) -> None:
        """Wait until no script has run for a while: all messages of a new tab have been handled."""
        self.promised(_AT_REST)

    def stand_still(self) -> None:
        """Wait until all animations have ended."""
        self.promised(_STILL)

    def promised(self, script: str, argument: object = None) -> Any:
        """Return the result of an asynchronous function in the page.

        Playwright itself would wait without a timeout.
        """
        return self.page.evaluate(_BOUNDED % script, [argument, PATIENCE])

    def switch(self, key: str) -> None:
        """Turn a switch."""
        self.keyed(key).locator("label").first.click()

    def close_popover(self) -> None:
        """Close an open popover, and leave no field in focus."""
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_hidden()
        self.page.evaluate("document.activeElement?.blur()")

    def open_tool(self, key: str) -> Locator:
        """Open a menu of the toolbar; return the box."""
        self.come_to_rest()
        box = self.page.get_by_test_id("stPopoverBody")
        self.press(key)
        expect(box).to_be_visible()
        self.stand_still()
        return box

    def press_in_menu(self, menu: str, key: str) -> None:
        """Press a button in a menu of the toolbar, which closes by itself."""
        self.open_tool(menu)
        self.press(key)

    def simulate(self, visitors: int) -> None:
        """Let simulated visitors in, by the button in sight or from its menu."""
        key = f"let-in-{visitors}"
        if visitors == 100:
            self.press(key)
        else:
            self.press_in_menu(CROWD_MENU, key)

    def expect_crowd_over(self) -> None:
        """Wait until no visitors come without a click."""
        expect(self.button("let-in-100")).to_be_enabled()

    def open_more(self, part: str) -> Locator:
        """Open the further options at one of their parts; return the box."""
        self.press("more")
        box = self.page.get_by_role("dialog", name="More")
        radio = box.get_by_role("radio", name=part)
        radio.click()
        expect(radio).to_be_checked()
        return box

    def reset(self) -> None:
        """Start over; the box closes by itself."""
        self.press("more")
        self.come_to_rest()
        self.press("reset")
        expect(self.page.get_by_role("dialog", name="More")).to_be_hidden()

    @property
    def link(self) -> str:
        """The link to this set-up from the popover."""
        return self.links[0]

    @property
    def links(self) -> list[str]:
        """All links in the popover."""
        codes = self.open_more("Link").locator("code")
        expect(codes.first).to_contain_text("seed=")
        return codes.all_inner_texts()

    @property
    def visitors(self) -> Locator:
        """Number of visitors; absent before the first visitor."""
        return self.page.locator(".score > div", has_text=re.compile("^Visitors")).locator("dd")

    def expect_visitors(self, number: int) -> None:
        """Wait until so many visitors have been served, and the offer is the next one's.

        The offer may come into the page a moment after the number.
        """
        expect(self.visitors).to_have_text([f"{number:,}"] if number else [])
        self.settle()


_TABLES = """() => [...document.querySelectorAll("[data-testid=stDataFrameResizable]")].map(each =>
    Math.min(each.offsetWidth, each.closest("[data-testid=stFullScreenFrame]").clientWidth))"""

_ON_PAPER = """tables => {
    const cut = [], width = each => parseFloat(getComputedStyle(each).width);
    document.querySelectorAll("[data-testid=stDataFrame]").forEach((each, place) => {
        const room = width(each.parentElement);
        if (room < tables[place] - 1) cut.push(`a table of ${tables[place]} px in ${room} px`);
    });
    for (const chart of document.querySelectorAll(".stVegaLiteChart svg.marks")) {
        const ground = getComputedStyle(chart).backgroundColor;
        if (ground !== "rgb(255, 255, 255)") cut.push(`a chart on ${ground}`);
    }
    return cut;
}"""

_IS_IN = "place => Boolean(document.activeElement.closest(place))"

_BOUNDED = """([argument, patience]) => Promise.race([
    (%s)(argument),
    new Promise((_, fail) => setTimeout(() => fail(new Error("it never comes")), patience)),
])"""

_STILL = """async () => {
    // Of one whose element has gone, Chromium may leave the promise `finished` open for ever.
    const passes = each => each.playState === "running" && each.effect.getTiming().iterations < 9;
    while (document.getAnimations().some(passes)) await new Promise(done => setTimeout(done, 20));
}"""

_AT_REST = """() => new Promise(done => {
    const app = document.querySelector("[data-testid=stApp]"), state = "data-test-script-state";
    let timer = null;
    const look = () => {
        clearTimeout(timer);
        if (app.getAttribute(state) === "notRunning") timer = setTimeout(end, 700);
    };
    const observer = new MutationObserver(look);
    const end = () => { observer.disconnect(); done(); };
    observer.observe(app, {attributeFilter: [state]});
    look();
})"""


_EXCESS = """() => {
    const bar = document.querySelector(".st-key-toolbar");
    const main = document.querySelector("[data-testid=stMain]");
    const scrolls = [document.scrollingElement, main].map(one => one.scrollWidth - one.clientWidth);
    return Math.max(...scrolls, bar ? bar.scrollWidth - bar.clientWidth : 0);
}"""


_BAR_ROWS = """() => {
    const buttons = [...document.querySelectorAll(".st-key-toolbar button")];
    const boxes = buttons.map(one => one.getBoundingClientRect()).filter(box => box.height > 1);
    return new Set(boxes.map(box => Math.round((box.top + box.bottom) / 24))).size;
}"""


_CLIPPED = r"""() => {
    const cut = [];
    const unseen = each => getComputedStyle(each).clipPath !== "none" || !each.checkVisibility();
    const texts = "button p, label p, h1, h2, [data-testid=stMetric] p, .score *, "
        + ".reward-label, .panel :is(p, button), .stMarkdownBadge, .stPageLink a span";
    for (const text of document.querySelectorAll(texts)) {
        // In the toolbar of a phone a world is its picture.
        const isWorld = text.closest(".st-key-world-menu");
        if (unseen(text) || (isWorld && innerWidth <= 640)) continue;
        if (text.scrollWidth > text.clientWidth + 1) cut.push(`cut off: ${text.innerText}`);
    }
    const charts = ":is(.stVegaLiteChart, .panel-picture) svg.marks";
    for (const chart of document.querySelectorAll(charts)) {
        const frame = chart.getBoundingClientRect();
        for (const text of chart.querySelectorAll("text")) {
            const box = text.getBoundingClientRect();
            if (!text.textContent || getComputedStyle(text).opacity === "0") continue;
            if (box.left < frame.left - 2 || box.right > frame.right + 2)
                cut.push(`sticks out of its chart: ${text.textContent}`);
        }
    }
    return cut;
}"""


_FOLLOWED = r"""scheme => {
    const app = document.querySelector("[data-testid=stApp]");
    const {color, backgroundColor} = getComputedStyle(app);
    const [red] = backgroundColor.match(/\d+/);
    if ((red < 128) !== (scheme === "dark")) return false;
    const ink = document.body.appendChild(document.createElement("i"));
    ink.style.color = "var(--ink)";
    const sheet = getComputedStyle(ink).color;
    ink.remove();
    if (sheet !== color) return false;
    const charts = ":is(.stVegaLiteChart, .panel-picture)";
    const texts = [...document.querySelectorAll(`${charts} .role-axis-label text`)];
    return texts.every(text => getComputedStyle(text).fill === color);
}"""
"""True if background, style sheet and charts follow the colour scheme."""
