"""Parts of a scene as values: the content of a panel, from top to bottom."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pyarrow as pa

from pages.parts.charts.base import Keys, Spec
from pages.parts.scene.part_types import Figure
from pages.parts.text.answer_names import Answer
from pages.parts.text.format import pieces

Part = Mapping[str, Any]
"""JSON of one part: its ``kind``, and the content."""
Pieces = Sequence[tuple[str, bool]]
"""Pieces of a sentence, each with True if it is bold."""
Badge = tuple[str, str, Literal["gray", "orange", "green", "violet", "blue"]]
"""Label, icon and colour."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Content of one panel.

    Attributes:
        parts: from top to bottom.
        figures: charts by key, for downloads.
    """

    parts: Sequence[Part]
    figures: Mapping[str, Figure]

    def but(self, known: "Panel | None") -> Sequence[Part]:
        """Return the parts without specifications from a ``known`` panel."""
        drawn = {} if known is None else {key: fig.spec for key, fig in known.figures.items()}
        return [_without(part, drawn.get(part.get("key", ""))) for part in self.parts]


def _without(part: Part, known: Spec | None) -> Part:
    if known is None or part.get("spec") is not known:
        return part
    return {name: value for name, value in part.items() if name != "spec"}


def panel(*parts: Part | tuple[Part, Figure] | None) -> Panel:
    """Return a panel of the parts; None is skipped."""
    present = [part for part in parts if part is not None]
    figures = {part[0]["key"]: part[1] for part in present if isinstance(part, tuple)}
    return Panel([part[0] if isinstance(part, tuple) else part for part in present], figures)


def heading(text: str) -> Part:
    """Heading of a part of a page."""
    return {"kind": "heading", "pieces": [(text, False)]}


def words(markdown: str) -> Part:
    """Return sentences of the app's Markdown, with bold as the only markup."""
    return {"kind": "words", "pieces": pieces(markdown)}


def result(markdown: str) -> Part:
    """Return a result in large letters."""
    return {"kind": "result", "pieces": pieces(markdown)}


def small(markdown: str) -> Part:
    """Return sentences in small letters."""
    return {"kind": "small", "pieces": pieces(markdown)}


def numbers(named: Mapping[str, str]) -> Part:
    """Numbers with their names."""
    return {"kind": "numbers", "numbers": list(named.items())}


@dataclass(frozen=True, slots=True)
class Card:
    """The offered action, large; the chart next to it shows the reason.

    Attributes:
        name, emoji: of the action.
        picture: picture file as a data URI; empty for none.
        features: features in words.
        badge: reason for the choice.
    """

    name: str
    emoji: str
    picture: str
    features: str
    badge: Badge


def card(offered: Card) -> Part:
    """Return the offered action as a part."""
    return {"kind": "offer", "key": "offer", **asdict(offered)}


def answers(
    options: Sequence[Answer],
    offer: Mapping[str, object],
    default_reward: float,
    *,
    keys: bool,
    disabled: bool,
    is_primary: bool,
    is_first: bool,
) -> Part:
    """Return buttons that answer an offer, and behind *Other reward* every further reward.

    Args:
        offer: sent back with each press.
        keys: True if number keys press them, too.
        is_primary: True if they are the page's primary buttons.
        is_first: True for a newcomer's first offers, without further rewards.
    """
    return {
        "kind": "answers",
        "options": [asdict(option) for option in options],
        "offer": offer,
        "none": f"No answer in time: the default reward, {default_reward:g}, applies.",
        "keys": keys,
        "disabled": disabled,
        "primary": is_primary,
        "first": is_first,
    }


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect of the last answer.

    Attributes:
        hint: the next step, in the first minute.
        said: sentence on the effect.
        note: small letters below.
        lines: beliefs that the answer moved, each with a name, and the values before and after,
            from 0 to 1.
    """

    hint: Pieces = ()
    said: Pieces = ()
    note: Pieces = ()
    lines: Sequence[tuple[str, float, float]] = ()


def effect(last: Effect) -> Part:
    """The effect of the last answer."""
    return {"kind": "moved", "key": "moved", **asdict(last)}


def choice(
    key: str,
    label: str,
    options: Sequence[tuple[str, str]],
    value: str,
    wish: Mapping[str, object],
    *,
    is_number: bool,
    disabled: bool,
) -> Part:
    """Return a choice of values, side by side, or on a slider for numbers.

    Args:
        options: values with their labels.
        value: the current one.
        wish: request that a choice sends, with the new ``value`` added; see `Wish`.
    """
    part = {"key": key, "label": label, "options": list(options), "value": value, "wish": wish}
    return part | {"kind": "slider" if is_number else "choice", "disabled": disabled}


def button(
    key: str,
    label: str,
    icon: str,
    help: str,
    wish: Mapping[str, object],
    *,
    keys: Mapping[str, Mapping[str, object]],
    disabled: bool,
) -> Part:
    """Return a button that sends a `Wish`; each of the shortcut ``keys`` sends one of its own."""
    part = {"key": key, "label": label, "icon": icon, "help": help, "wish": wish}
    return part | {"kind": "button", "keys": keys, "disabled": disabled}


def chart(
    rows: Any,
    spec: Spec,
    key: str,
    alt: str,
    dark: bool,
    *,
    marks: str = "",
    keys: Keys = (),
    wish: Mapping[str, object] | None = None,
    moves: str = "",
) -> tuple[Part, Figure]:
    """Return a chart with space reserved for its final height.

    Args:
        rows: Arrow table.
        alt, marks, keys: as in `pages.parts.scene.chart_drawing.picture`.
        wish: request that a click on a row sends, with the row's ``at`` added as ``stand``.
        moves: field by which rows are matched with those on the screen, from which they move to
            the new state within a quarter of a second; empty for no such movement.
    """
    part = {"kind": "chart", "key": key, "spec": spec, "rows": _as_json(rows), "alt": alt}
    part |= ({"wish": wish} if wish else {}) | ({"moves": moves} if moves else {})
    title, _, _ = alt.partition(": ")
    return part, Figure(key, title, alt, spec, rows, keys=keys, marks=marks, dark=dark)


def _as_json(table: Any) -> list[dict[str, Any]]:
    """Rows for JSON, in which NaN and infinity become None."""
    rows: list[dict[str, Any]] = table.to_pylist()
    numbers = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    for row in rows:
        for name in numbers:
            if row[name] is not None and not math.isfinite(row[name]):
                row[name] = None
    return rows
