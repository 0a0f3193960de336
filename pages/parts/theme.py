"""The look: the one table of colours, light and dark, and the logo."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, as ``#rrggbb``; `.streamlit/config.toml` repeats some of them.

    Attributes:
        actions: of a world's actions in their order; safe for the colour-blind by pairs.
        ink: of text and outlines.
        ground: of the page.
        faint: of what is there for comparison.
        accent: of the loop itself.
        grid: of the lines behind a chart.
        empty: of a cell about which nothing is known.
        code: of its parts, by the keys of `_TOKENS`.
    """

    actions: tuple[str, ...]
    ink: str
    ground: str
    faint: str
    accent: str
    grid: str
    empty: str
    code: Mapping[str, str]

    @property
    def other(self) -> str:
        """Colour of a second loop beside the first."""
        return self.actions[1]


_LIGHT = Theme(
    actions=(
        "#0072b2", "#d05a00", "#00855f", "#b8508c", "#9a6d00", "#6a4fc9",
        "#a3293e", "#4c6272", "#6d7600", "#007f8c", "#7a4e2d", "#c2416b",
    ),
    ink="#14171c", ground="#fcfbf8", faint="#5c6370", accent="#5b3fd0",
    grid="#e9e4da", empty="#efebe2",
    code={"name": "#0b6285", "word": "#1d5fb8", "text": "#1a7032", "sign": "#9a4a00"},
)  # fmt: skip
_DARK = Theme(
    actions=(
        "#55aee6", "#ff9147", "#35c79b", "#e792c4", "#e3b63a", "#ab98f7",
        "#f07a88", "#a6b7c5", "#bac44e", "#48c3ce", "#c9a07e", "#f58bb0",
    ),
    ink="#eceae4", ground="#15171c", faint="#a9afba", accent="#ab98f7",
    grid="#2c303a", empty="#262a33",
    code={"name": "#7cc7ea", "word": "#8ab8ff", "text": "#7fd49a", "sign": "#ffb27a"},
)  # fmt: skip


def theme(dark: bool) -> Theme:
    """The dark theme, or the light one."""
    return _DARK if dark else _LIGHT


def is_dark() -> bool:
    """Whether the person looks at the dark theme."""
    return st.context.theme.type == "dark"


# -- the logo -------------------------------------------------------------------------


def _bell(centre: int, height: int, half: int, colour: str) -> str:
    place = f"translate({centre} 30) scale({half} {height})"
    bell = "M-2 0 C-1 0 -.5 -1 0 -1 S1 0 2 0 Z"
    return f'<path d="{bell}" transform="{place}" fill="{colour}" fill-opacity="0.75"/>'


LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 276 34" width="276" height="34">'
    f"{_bell(13, 14, 6, '#3f93cc')}{_bell(25, 19, 6, '#e2793a')}{_bell(36, 25, 5, '#2ca37c')}"
    '<circle cx="39" cy="10" r="3" fill="#8f7bf0" stroke="white" stroke-width="1.2"/>'
    '<text x="56" y="25" font-family="Source Serif, Georgia, serif" font-size="19" '
    'font-weight="700" fill="#8773e6" textLength="216" lengthAdjust="spacingAndGlyphs">'
    "Personalizer Playground</text></svg>"
)
"""Three beliefs and the draw that wins, with the name beside them."""


# -- what Streamlit's theme has no option for -----------------------------------------

_TOKENS = {
    "name": ("property", "attr-name", "variable", "number", "boolean", "constant"),
    "word": ("keyword", "function", "class-name", "builtin"),
    "text": ("string", "triple-quoted-string", "char", "attr-value"),
    "sign": ("operator", "decorator", "punctuation", "comment"),
}


_SHOW_DATA = "[data-testid=stElementToolbarButton]:has([aria-label^='Show data'])"
"""A chart's button for its rows as a table, whose CSV is Streamlit's: names would be formulas."""


_STAGE = "[data-testid=stHorizontalBlock]:has(>.stColumn .st-key-offer)"
"""Play's columns: who is offered what, the picture of it, what was learned."""
_WIDTHS = (
    ".st-key-offer{min-height:10rem}"
    "@media (min-width:641px) and (max-width:1500px){"
    ".stMainBlockContainer{padding-inline:2rem}}"
    "@media (min-width:641px) and (max-width:1399px){"
    f"{_STAGE}{{display:grid;grid-template:auto 1fr/minmax(17rem,1fr) 2.3fr;column-gap:1.5rem}}"
    f"{_STAGE}>.stColumn{{width:auto;min-width:0}}"
    ".st-key-offer{min-height:12rem}"
    f"{_STAGE}>.stColumn:first-child{{grid-row:span 2}}}}"
)
"""Less margin where a screen is no wider than a laptop's; what was learned goes below the picture
where it would leave the picture no room. Offers are as high as the longest, so that the buttons
below stay where they are."""


def style() -> str:
    """Code that can be read, notices that cover no button, charts without a raw table, and columns
    that leave room for what they show."""
    colours = theme(is_dark()).code
    rules = [
        ",".join(f".stCode code .token.{token}" for token in tokens) + f"{{color:{colours[kind]}}}"
        for kind, tokens in _TOKENS.items()
    ]
    rules.append(".stToastContainer{inset:auto 1rem 1rem auto}")
    rules.append(f"{_SHOW_DATA}{{display:none}}")
    return f"<style>{''.join(rules)}{_WIDTHS}</style>"
