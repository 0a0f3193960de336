"""Accessibility of pages in the listed states: no serious or moderate violation for axe-core, and
no faults in the windows of `cramped`. Each tab stop has a name and a ring of 3:1.

States that other tests reach anyway are checked there (`violations`): Play, Compare, Race, Evaluate
and Data in the tests of their looks, lessons and *Why* on their journeys.

The other colour scheme changes colours only. Contrast is measured text by text by `cramped` and by
the tests of a page's look; axe-core checks both schemes of the remaining states.
"""

from collections.abc import Iterator
from functools import partial
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab, OpenCompare, OpenPage, OpenWorlds
from tests.browser.legibility import cramped
from tests.browser.page import NARROW, AppPage, Scheme

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

BAD = {"moderate", "serious", "critical"}
NOT_OURS = ("[disabled]", "[aria-disabled=true]", "[data-disabled=true]")
"""Disabled elements need no contrast (WCAG 1.4.3)."""
ALL = {"resultTypes": ["violations"]}
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules about colours: a scheme changes colours only."""


def violations(page: AppPage, state: str, options: dict[str, list[str]] = ALL) -> Iterator[str]:
    """Violations found by axe-core in the current state."""
    page.settle()
    page.page.mouse.move(0, 0)
    for fault in sorted(page.lasting(partial(_found, page, options))):
        yield f"{state}, {page.schemes[0]}: {fault}"


def in_both_schemes(page: AppPage, state: str) -> Iterator[str]:
    """Violations in the current scheme, and colour violations in the other."""
    yield from violations(page, state)
    page.turn(page.schemes[1])
    yield from violations(page, state, COLOURS)


def wrong(page: AppPage, state: str) -> Iterator[str]:
    """Violations in the current scheme, and faults of fit and contrast in the other."""
    yield from violations(page, state)
    page.turn(page.schemes[1])
    yield from (f"{state}, {fault}" for fault in sorted(cramped(page)))


def _found(page: AppPage, options: dict[str, list[str]]) -> set[str]:
    page.stand_still()
    # Half a megabyte of script, loaded once per page.
    axe = Axe("0") if page.page.evaluate("'axe' in window") else Axe()
    found = axe.run(page.page, {"exclude": [[each] for each in NOT_OURS]}, options)
    return {
        f"{one['id']} ({one['impact']}): {'; '.join(n['html'][:120] for n in one['nodes'][:3])}"
        for one in found.response["violations"]
        if one["impact"] in BAD
    }


def test_the_first_screen_of_worlds(open_worlds: OpenWorlds) -> None:
    found = list(wrong(open_worlds(), "Worlds"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "path",
    [
        "/learn",
        "/learn?lesson=barista&step=reveal",
        "/words",
        "/use",
        "/show",
        "/?you=1",
    ],
)
def test_lessons_and_words_and_where_you_choose(new_tab: NewTab, server: Server, path: str) -> None:
    page = AppPage(new_tab(), server.address).visit(f"{server.address}{path}")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    page.come_to_rest()
    found = list(wrong(page, path))
    assert not found, "\n".join(found)
    assert not page.complaints


PATHS = ["/", "/learn", "/learn?lesson=barista", "/compare", "/worlds"]
FURTHER = ["/race", "/evaluate", "/why", "/data", "/connect"]


@pytest.mark.parametrize(
    ("path", "scheme"),
    [*product(PATHS, ("light", "dark")), *((path, "light") for path in FURTHER)],
)
def test_each_tab_stop_has_a_name_and_a_ring(
    new_tab: NewTab, server: Server, path: str, scheme: Scheme
) -> None:
    page = AppPage(new_tab(color_scheme=scheme), server.address).visit(f"{server.address}{path}")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    page.come_to_rest()
    stops, faults = 0, set[str]()
    for _ in range(80):
        page.page.keyboard.press("Tab")
        page.stand_still()
        name, contrast = page.page.evaluate(_RING)
        if name is None:  # The end of the page.
            break
        stops += 1
        faults |= {f"no name: {contrast}"} if not name else set()
        faults |= {f"{name}: a ring of {contrast:.1f}"} if contrast < 3 else set()
    assert stops > 8
    assert not faults


@pytest.mark.parametrize("path", [*PATHS, *FURTHER])
def test_controls_are_as_large_as_a_finger_on_a_phone(
    new_tab: NewTab, server: Server, path: str
) -> None:
    """Help, the tools of charts and tables, and more than six bets on a race are smaller."""
    tab = new_tab(viewport=NARROW, has_touch=True, is_mobile=True)
    page = AppPage(tab, server.address).visit(f"{server.address}{path}")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    page.come_to_rest()
    sizes: dict[str, float] = page.page.evaluate(_SMALLER)
    assert not sizes


def test_the_switch_of_the_apprentice_is_a_few_stops_into_the_page(
    open_compare: OpenCompare,
) -> None:
    page = open_compare()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")  # Skip to main content.
    for _ in range(13):
        page.page.keyboard.press("Tab")
        if page.page.evaluate("document.activeElement.closest('.st-key-switch') !== null"):
            return
    raise AssertionError("the switch is more than 15 presses away")


def test_the_end_of_a_crowd_is_announced(open_page: OpenPage) -> None:
    page = open_page()
    for crowd, visitors in ((10, 10), (100, 110)):
        page.simulate(crowd)
        page.expect_visitors(visitors)
        mean = page.page.locator(".score > div", has_text="Mean reward").locator("dd").inner_text()
        said = f"{crowd} visitors simulated. Mean reward {mean}."
        expect(page.page.locator(".announced")).to_have_text(said)


_RING = r"""() => {
    const luminance = colour => {
        const parts = colour.match(/[\d.]+/g).slice(0, 3).map(v => v / 255).map(
            v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const at = document.activeElement;
    if (at === document.body) return [null, 0];
    const name = [at.ariaLabel, at.innerText, at.alt, at.title, at.placeholder].find(Boolean) ?? "";
    let ring = at;
    const isSeen = style => style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2;
    while (ring && !isSeen(getComputedStyle(ring))) ring = ring.parentElement;
    if (!ring) return [name.trim(), 0];
    const ground = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    const [dark, light] = [getComputedStyle(ring).outlineColor, ground].map(luminance)
        .sort((a, b) => a - b);
    return [name.trim(), (light + 0.05) / (dark + 0.05)];
}"""
"""Name of what has the focus, None at the end of a page, and the contrast of its ring."""
_SMALLER = """() => Object.fromEntries(
    [...document.querySelectorAll(`.stMainBlockContainer :is(button, [role=radio], .stPageLink a,
        .react-aria-ComboBox > div, .stTextInputRootElement, [data-testid=stNumberInputContainer],
        .stExpander summary, .stCheckbox label)`)]
        .filter(e => !e.closest(".stElementToolbar, .stTooltipIcon, .stCode"))
        .filter(e => !e.matches(".stSelectbox button, [data-testid=stNumberInputContainer] button"))
        .map(e => [e.innerText || e.getAttribute("aria-label"), e.getBoundingClientRect()])
        .filter(([, box]) => box.width && Math.min(box.width, box.height) < 43.5)
        .map(([name, box]) => [name, Math.min(box.width, box.height)])
)"""
"""Names and shorter sides of controls in a page's content that are below 44 pixels."""
