"""How the Play page looks: what is in sight, how large, how readable."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenPage
from tests.browser.play import BARS, BELLS, MAP, REGRET, WORLDS, PlayPage

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EITHER_THEME = pytest.mark.parametrize("scheme", ["light", "dark"])
REWARDS = ("reward-1", "reward-2", "reward-3")
SMALLEST = 12
"""Pixels of the smallest text."""


def open_at(open_page: OpenPage, size: dict[str, int], scheme: str) -> PlayPage:
    return open_page(viewport=size, color_scheme=scheme)


def bottom(element: Locator) -> float:
    """Where an element ends, in pixels from the top of the page."""
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def lowest(play: PlayPage, *others: str) -> float:
    """Where the offer, its reward buttons and some charts end."""
    parts = [play.keyed("offer"), *map(play.button, REWARDS), *map(play.chart, others)]
    return max(map(bottom, parts))


def in_every_world(play: PlayPage, scheme: str, check: Callable[[str], None]) -> None:
    """Before and after a click in each world; the dark theme has the same sizes as the light."""
    for title in WORLDS if scheme == "light" else WORLDS[:1]:
        play.choose_world(title)
        check(f"{title}, at first")
        play.press("reward-1")
        play.expect_visitors(1)
        check(f"{title}, after a click")


@EITHER_THEME
def test_on_a_phone_nothing_scrolls_sideways_and_the_offer_can_be_answered_at_once(
    open_page: OpenPage, scheme: str
) -> None:
    play = open_at(open_page, NARROW, scheme)
    offenders = []

    def check(when: str) -> None:
        width = play.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        if width > 0:
            offenders.append(f"{when}: {width} px wider than the screen")
        if (end := lowest(play)) > NARROW["height"]:
            offenders.append(f"{when}: the reward buttons end at {end:.0f} px")

    in_every_world(play, scheme, check)
    assert not offenders, offenders


@EITHER_THEME
def test_on_a_laptop_offer_rewards_beliefs_and_map_are_on_the_first_screen(
    open_page: OpenPage, scheme: str
) -> None:
    play = open_at(open_page, WIDE, scheme)
    offenders = []

    def check(when: str) -> None:
        if (end := lowest(play, BARS, BELLS, MAP)) > WIDE["height"]:
            offenders.append(f"{when}: ends at {end:.0f} px")

    in_every_world(play, scheme, check)
    assert not offenders, offenders


def test_the_reward_buttons_stay_where_they_are(open_page: OpenPage) -> None:
    play = open_at(open_page, WIDE, "light")
    offenders = []
    for title in WORLDS:
        play.choose_world(title)
        places = set()
        for visitors in range(1, 6):
            places.add(bottom(play.button("reward-3")))
            play.press("step")
            play.expect_visitors(visitors)
        if len(places) > 1:
            offenders.append(f"{title}: end at {sorted(places)} px")
    assert not offenders, offenders


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")],
    ids=["laptop-light", "laptop-dark", "phone-light"],
)
def test_all_text_is_large_and_distinct_enough_to_read(
    open_page: OpenPage, size: dict[str, int], scheme: str
) -> None:
    play = open_at(open_page, size, scheme)
    offenders: set[str] = set()

    def look() -> None:
        for text in play.page.evaluate(TEXTS):
            offenders.update(faults(text))

    look()
    play.press("let-in-100")
    play.expect_visitors(100)
    expect(play.button("start")).to_be_enabled()
    play.press("reward-1")
    play.expect_visitors(101)
    play.switch("truth")
    expect(play.chart(REGRET).locator("svg")).to_be_visible()
    look()
    for key, shown in (("log", "Download"), ("code", "POST /rank")):
        play.keyed(key).locator("summary").click()
        expect(play.keyed(key)).to_contain_text(shown)
    look()
    play.open_settings()
    look()
    assert not offenders, "\n".join(sorted(offenders))


def faults(text: dict[str, Any]) -> list[str]:
    """What is wrong with a text: too small, or too close to its background."""
    found = []
    if text["size"] < SMALLEST:
        found.append(f"{text['size']:.1f} px: {text['where']} {text['text']!r}")
    large = text["size"] >= 24 or (text["size"] >= 18.66 and text["weight"] >= 700)
    if text["contrast"] is not None and text["contrast"] < (3 if large else 4.5):
        found.append(f"contrast {text['contrast']:.2f}: {text['where']} {text['text']!r}")
    return found


TEXTS = r"""async () => {
    const passing = document.getAnimations().filter(each => each.effect.getTiming().iterations < 9);
    await Promise.allSettled(passing.map(each => each.finished));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const brush = canvas.getContext("2d", {willReadFrequently: true});
    const rgba = colour => {  // whatever way CSS writes it
        brush.clearRect(0, 0, 1, 1);
        brush.fillStyle = "rgba(0, 0, 0, 0)";
        brush.fillStyle = colour;
        brush.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
    const luminance = colour => {
        const [r, g, b] = colour.slice(0, 3).map(v => v / 255).map(
            v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ancestors = function* (element) {
        for (; element; element = element.parentElement) yield element;
    };
    const background = (element, box) => {  // null if a picture is in between
        const layers = [];
        for (const each of ancestors(element)) {
            if (each.getBoundingClientRect().height < box.height - 2) continue;  // text sticks out
            const style = getComputedStyle(each);
            if (style.backgroundImage !== "none") return null;
            const colour = rgba(style.backgroundColor);
            if (colour[3] > 0) layers.push(colour);
            if (colour[3] === 1) break;
        }
        return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
    };
    const opacity = element => {
        let product = 1;
        for (const each of ancestors(element)) product *= Number(getComputedStyle(each).opacity);
        return product;
    };
    const skipped = "[disabled], [aria-disabled=true], [data-disabled], [inert], .stCode";
    const contrast = (element, box, inChart) => {
        if (element.closest(skipped)) return null;
        const onMark = inChart && !element.closest(".role-axis, .role-legend");
        const below = onMark ? null : background(element, box);
        if (below === null) return null;
        const style = getComputedStyle(element);
        const colour = rgba(inChart ? style.fill : style.color);
        colour[3] *= opacity(element);
        const [dark, light] = [over(colour, below), below].map(luminance).sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    const where = element => {
        const keyed = element.closest("[class*=st-key-]");
        const key = keyed ? [...keyed.classList].find(name => name.startsWith("st-key-")) : "page";
        const id = element.closest("[data-testid]")?.dataset.testid ?? "";
        return `${key} ${id} <${element.tagName.toLowerCase()}>`;
    };
    const found = [];
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
        const text = nodes.currentNode.textContent.trim();
        const element = nodes.currentNode.parentElement;
        if (!/[\p{L}\p{N}]/u.test(text)) continue;  // pictures have their own colours
        const style = getComputedStyle(element);
        const range = document.createRange();
        range.selectNodeContents(nodes.currentNode);
        const box = range.getBoundingClientRect();
        const hidden = !element.checkVisibility({opacityProperty: true, visibilityProperty: true})
            || box.width < 2 || box.height < 2 || /script|style|template/i.test(element.tagName)
            || /Material/.test(style.fontFamily);  // icons
        if (hidden) continue;
        const inChart = element instanceof SVGElement;
        const {a, b} = inChart ? element.getScreenCTM() : {a: 1, b: 0};
        found.push({
            text: text.slice(0, 40),
            where: where(element),
            size: parseFloat(style.fontSize) * Math.hypot(a, b),
            weight: Number(style.fontWeight),
            contrast: contrast(element, box, inChart),
        });
    }
    return found;
}"""
"""Every visible text node: size on screen, weight, and contrast where it can be computed.

Not computed: what is disabled, texts on the marks of a chart, and the colours of code, which
Streamlit has fixed.
"""
