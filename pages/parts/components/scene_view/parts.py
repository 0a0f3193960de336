"""Parts of a scene as values: what the browser draws, from top to bottom, in one panel."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pages.parts.charts.base import Keys, Spec
from pages.parts.scene.parts import Figure
from pages.parts.text.format import pieces
from pages.parts.text.rewards import Answer

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
        figures: its charts by their keys, for downloads.
    """

    parts: Sequence[Part]
    figures: Mapping[str, Figure]

    def but(self, known: "Panel | None") -> Sequence[Part]:
        """Parts without the specifications that a browser has from the ``known`` panel."""
        drawn = {} if known is None else {key: fig.spec for key, fig in known.figures.items()}
        return [_without(part, drawn.get(part.get("key", ""))) for part in self.parts]


def _without(part: Part, known: Spec | None) -> Part:
    if known is None or part.get("spec") is not known:
        return part
    return {name: value for name, value in part.items() if name != "spec"}


def panel(*parts: Part | tuple[Part, Figure] | None) -> Panel:
    """Panel of the parts that are not None."""
    present = [part for part in parts if part is not None]
    figures = {part[0]["key"]: part[1] for part in present if isinstance(part, tuple)}
    return Panel([part[0] if isinstance(part, tuple) else part for part in present], figures)


def heading(text: str) -> Part:
    """Heading of a part of a page."""
    return {"kind": "heading", "pieces": [(text, False)]}


def words(markdown: str) -> Part:
    """Sentence or two of our own Markdown, in which only bold text is marked up."""
    return {"kind": "words", "pieces": pieces(markdown)}


def small(markdown: str) -> Part:
    """The same in small letters."""
    return {"kind": "small", "pieces": pieces(markdown)}


def numbers(named: Mapping[str, str]) -> Part:
    """Numbers with their names."""
    return {"kind": "numbers", "numbers": list(named.items())}


@dataclass(frozen=True, slots=True)
class Card:
    """The offered action, large; the chart beside it tells why.

    Attributes:
        name, emoji: of the action.
        picture: its picture file, a data URI; empty if it has none.
        features: its features in words.
        badge: reason for the choice.
    """

    name: str
    emoji: str
    picture: str
    features: str
    badge: Badge


def card(offered: Card) -> Part:
    """The offered action."""
    return {"kind": "offer", "key": "offer", **asdict(offered)}


def answers(
    options: Sequence[Answer],
    offer: Mapping[str, object],
    default_reward: float,
    *,
    keys: bool,
    disabled: bool,
) -> Part:
    """Buttons that answer an offer, and behind *Other reward* every other reward.

    Args:
        offer: sent back with each press.
        keys: True if number keys press them, too.
    """
    return {
        "kind": "answers",
        "options": [asdict(option) for option in options],
        "offer": offer,
        "none": f"No answer in time: the default reward, {default_reward:g}, applies.",
        "keys": keys,
        "disabled": disabled,
    }


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect of the last answer.

    Attributes:
        hint: the next step, in the first minute.
        said: in words.
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
    """One of several values, side by side, or on a slider if they are numbers.

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
    shortcut: str,
    disabled: bool,
) -> Part:
    """Quiet button that sends a `Wish`; its shortcut key does, too, unless that is empty."""
    part = {"key": key, "label": label, "icon": icon, "help": help, "wish": wish}
    return part | {"kind": "button", "shortcut": shortcut, "disabled": disabled}


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
) -> tuple[Part, Figure]:
    """Chart in a place of its final height.

    Args:
        rows: Arrow table.
        alt, marks, keys: as in `pages.parts.scene.picture.picture`.
        wish: request that a click on a row sends, with the row's ``at`` added as ``stand``.
    """
    part = {"kind": "chart", "key": key, "spec": spec, "rows": _as_json(rows), "alt": alt}
    part |= {"wish": wish} if wish else {}
    title, _, _ = alt.partition(": ")
    return part, Figure(key, title, alt, spec, rows, keys=keys, marks=marks, dark=dark)


def _as_json(table: Any) -> list[dict[str, Any]]:
    """Rows for JSON, in which NaN and infinity become None."""
    rows: list[dict[str, Any]] = table.to_pylist()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                row[name] = None
    return rows
