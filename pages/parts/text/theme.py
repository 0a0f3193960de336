"""Theme: the table of colours, light and dark, and the logo."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_LOGO = Path(__file__).with_name("logo.svg").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one theme, as ``#rrggbb``; `.streamlit/config.toml` repeats some of them.

    Attributes:
        actions: of a world's actions in their order; any two differ for colour-blind readers, and
            the first four differ in greyscale as well.
        ink: of text and outlines.
        ground: of the page.
        faint: of marks for comparison.
        accent: of the loop itself.
        grid: of the lines behind a chart.
        empty: of a cell without data.
        code: of the parts of code, by the keys of `_TOKENS`.
    """

    actions: tuple[str, ...]
    ink: str
    ground: str
    faint: str
    accent: str
    grid: str
    empty: str
    code: Mapping[str, str]

    def action(self, place: int) -> str:
        """Return the colour of an action by its position in the world; colours repeat after the
        last."""
        return self.actions[place % len(self.actions)]

    @property
    def other(self) -> str:
        """Colour of a second loop beside the first."""
        return self.actions[1]


_LIGHT = Theme(
    actions=(
        "#015fb0", "#cc7623", "#0a8b61", "#995381", "#ff3f77", "#581d20",
        "#3f197c", "#877dee", "#b94b39", "#764007", "#084050", "#3b5f50",
    ),
    ink="#14171c", ground="#fcfbf8", faint="#5c6370", accent="#5b3fd0",
    grid="#e9e4da", empty="#efebe2",
    code={"name": "#0b6285", "word": "#1d5fb8", "text": "#1a7032", "sign": "#9a4a00"},
)  # fmt: skip
_DARK = Theme(
    actions=(
        "#25b5f1", "#fa9f5f", "#56e3bc", "#da72b4", "#ffcc1b", "#af696a",
        "#3b8085", "#958321", "#8567df", "#d9eba1", "#62713f", "#fcd4f5",
    ),
    ink="#eceae4", ground="#15171c", faint="#a9afba", accent="#ab98f7",
    grid="#2c303a", empty="#262a33",
    code={"name": "#7cc7ea", "word": "#8ab8ff", "text": "#7fd49a", "sign": "#ffb27a"},
)  # fmt: skip


def theme(dark: bool) -> Theme:
    """Return the dark or the light theme."""
    return _DARK if dark else _LIGHT


def on_paper() -> Mapping[str, str]:
    """Map the dark theme's colours to the light theme's, for printing on white paper."""
    names = ("ink", "ground", "faint", "accent", "grid", "empty")
    pairs = ((getattr(_DARK, name), getattr(_LIGHT, name)) for name in names)
    return dict([*zip(_DARK.actions, _LIGHT.actions, strict=True), *pairs])


def is_dark() -> bool:
    """Return True if the browser displays the dark theme."""
    return st.context.theme.type == "dark"


def logo(dark: bool) -> str:
    """Return the logo as SVG: three beliefs, the winning draw and the app's name.

    The name is drawn as paths, since an SVG image cannot use the page's fonts.
    """
    return _LOGO.replace('"ink"', f'"{theme(dark).ink}"')


# -- colours without an option in Streamlit's theme -----------------------------------

_TOKENS = {
    "name": ("property", "attr-name", "variable", "number", "boolean", "constant"),
    "word": ("keyword", "function", "class-name", "builtin"),
    "text": ("string", "triple-quoted-string", "char", "attr-value"),
    "sign": ("operator", "decorator", "punctuation", "comment"),
}


_PAPER = (
    "@media print{"
    f":root{{--ground:#fff;--ink:{_LIGHT.ink};--accent:{_LIGHT.accent}}}"
    f".stApp *{{color:{_LIGHT.ink}!important}}"
    ".stApp :not(.stHtml *){background-color:transparent!important}"
    ".stApp [role=radio][aria-checked=true]{background-color:#eae6f9!important}"
    ".stDataFrame{filter:invert(1) hue-rotate(180deg)}}"
)
"""Print style of a dark page; `pages.parts.components.theme_watch` redraws the charts."""


def style() -> str:
    """Return the theme's colours as CSS variables, for the style sheets of all pages."""
    look = theme(is_dark())
    rules = [f":root{{--ground:{look.ground};--ink:{look.ink};--accent:{look.accent}}}"]
    rules += [
        ",".join(f".stCode code .token.{token}" for token in tokens)
        + f"{{color:{look.code[kind]}}}"
        for kind, tokens in _TOKENS.items()
    ]
    if is_dark():
        rules.append(_PAPER)
    return f"<style>{''.join(rules)}</style>"
