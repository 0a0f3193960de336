"""Legibility of a page: size and contrast of all texts, and no sideways scrolling."""

from typing import Any

from tests.browser.page import SIZES, AppPage

SMALLEST = 14
"""Minimum size of text in pixels, also in charts."""

TWO_ROWS = 640
"""Pixels of a window up to which the toolbar has a second row."""


def offenders(page: AppPage) -> set[str]:
    """Faults in the visible part of a page, on a laptop and a phone, light and dark."""

    def found() -> set[str]:
        page.stand_still()
        unread = {fault for text in page.page.evaluate(TEXTS) for fault in faults(text)}
        return unread | ({f"scrolls sideways by {page.excess} px"} if page.excess > 0 else set())

    return {f"{look}: {fault}" for look in page.in_all_looks() for fault in page.lasting(found)}


def cramped(page: AppPage) -> set[str]:
    """Faults of size, contrast and fit in any window, in the current colour scheme."""

    def found() -> set[str]:
        page.stand_still()
        unread = {fault for text in page.page.evaluate(TEXTS) for fault in faults(text)}
        wide = {f"scrolls sideways by {page.excess} px"} if page.excess > 0 else set()
        if size["width"] > TWO_ROWS and page.bar_rows > 1:
            wide.add(f"a toolbar of {page.bar_rows} rows")
        return unread | set(page.clipped) | set(page.page.evaluate(_ALONE)) | wide

    wrong: set[str] = set()
    before = page.page.viewport_size
    for size in reversed(SIZES):  # The usual window comes last, and stays.
        page.page.set_viewport_size(size)
        wrong |= {f"{size['width']} px: {fault}" for fault in page.lasting(found)}
    if before:
        page.page.set_viewport_size(before)
    return wrong


def faults(text: dict[str, Any]) -> list[str]:
    """Faults of a text: too small, or too little contrast."""
    found = []
    if text["size"] < SMALLEST - 0.01:
        found.append(f"{text['size']:.1f} px: {text['where']} {text['text']!r}")
    large = text["size"] >= 24 or (text["size"] >= 18.66 and text["weight"] >= 700)
    if text["contrast"] is not None and text["contrast"] < (3 if large else 4.5):
        found.append(f"contrast {text['contrast']:.2f}: {text['where']} {text['text']!r}")
    return found


_ALONE = """() => [...document.querySelectorAll(".stMarkdown p")].filter(text => {
    const icon = text.querySelector("[data-testid=stTooltipIcon]")?.getBoundingClientRect();
    return icon?.width && text.innerText && icon.left < text.getBoundingClientRect().left + 16;
}).map(text => `an icon alone below: ${text.innerText}`)"""
"""Texts whose icon with help stands alone on their last line."""

TEXTS = r"""() => {
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
    const skipped = "[disabled], [aria-disabled=true], [data-disabled], [inert]";
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
            || /Material/.test(style.fontFamily)  // icons
            || [...ancestors(element)].some(each => getComputedStyle(each).clipPath !== "none");
        if (hidden) continue;
        const inChart = element instanceof SVGElement;
        const {a, b} = inChart ? element.getScreenCTM() : {a: 1, b: 0};
        found.push({
            text: text.slice(0, 40),
            where: where(element),
            inChart,
            size: parseFloat(style.fontSize) * Math.hypot(a, b),
            weight: Number(style.fontWeight),
            contrast: contrast(element, box, inChart),
        });
    }
    return found;
}"""
"""Every visible text node: size on screen, weight, and contrast if it can be computed. Disabled
elements and texts on the marks of a chart have no contrast."""
