"""One thing that can be set: declared once, for its widget, its link and what is said of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import streamlit as st

T = TypeVar("T")

Options = Mapping[T, str]
"""Values with what they are called."""


@dataclass(frozen=True, slots=True)
class Setting(ABC, Generic[T]):
    """One thing that can be set.

    Attributes:
        default: what is set until somebody sets another.
        label: of its widget.
        help: what the label does not say.
        name: in links, if not the field's own.
        always: whether a link says it even where it is the default.
        words: what a link may say, where that is no list of options; a function where it can
            grow.
    """

    default: T
    label: str
    help: str | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)
    always: bool = field(default=False, kw_only=True)
    words: str | Callable[[], str] = field(default="", kw_only=True)

    @property
    def as_field(self) -> T:
        """What declares it as a field of a dataclass; a new one each time."""
        declared: T = field(default=self.default, metadata={"setting": self})
        return declared

    @property
    def allowed(self) -> str:
        """What a link may say, in words."""
        return self.words() if callable(self.words) else self.words

    @abstractmethod
    def parse(self, text: str) -> T:
        """The value of a link's text.

        Raises:
            KeyError, ValueError: if it has none.
        """

    def text(self, value: T) -> str:
        """A value as it stands in a link."""
        return str(int(value)) if isinstance(value, bool) else str(value)

    def said(self, value: T) -> str:
        """A value for reading."""
        return self.text(value)


@dataclass(frozen=True, slots=True)
class Text(Setting[str]):
    """A text that some other widget makes.

    Attributes:
        check: the text as it is kept; raises ValueError for one that cannot be used.
    """

    check: Callable[[str], str]

    def parse(self, text: str) -> str:
        """See `Setting`."""
        return self.check(text)


class Widget(Setting[T]):
    """A setting with a widget of its own."""

    __slots__ = ()

    @abstractmethod
    def draw(self, key: str, value: T, **more: Any) -> None:
        """Draw the widget.

        Args:
            value: what it shows when it is mounted: in a popover, only once that is opened.
            more: what else Streamlit's widget takes.
        """


@dataclass(frozen=True, slots=True)
class Choice(Widget[T]):
    """One of some values.

    Attributes:
        options: what can be chosen; a function where that can grow.
        kind: a row of segments, a menu, or a slider.
        aliases: words that old links have for others.
    """

    options: Options[T] | Callable[[], Options[T]]
    kind: Literal["segments", "menu", "slider"] = field(default="segments", kw_only=True)
    aliases: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def offered(self) -> Options[T]:
        """What can be chosen now."""
        return self.options() if callable(self.options) else self.options

    @property
    def allowed(self) -> str:
        """See `Setting`."""
        listed = f"one of {', '.join(map(self.text, self.offered))}"
        return super(Choice, self).allowed or listed

    def parse(self, text: str) -> T:
        """See `Setting`."""
        values = {self.text(value): value for value in self.offered}
        return values[self.aliases.get(text, text)]

    def said(self, value: T) -> str:
        """See `Setting`."""
        return self.offered[value]

    def draw(self, key: str, value: T, options: Options[T] | None = None, **more: Any) -> None:
        """See `Widget`.

        Args:
            options: those of all that can be chosen here, as they are called here.
        """
        names = options or self.offered
        values = list(names)
        more = {
            "key": key,
            "help": self.help,
            "format_func": lambda v: names.get(v, self.text(v)),
        } | more
        match self.kind:
            case "segments":
                st.segmented_control(self.label, values, default=value, required=True, **more)
            case "menu":
                st.selectbox(self.label, values, values.index(value), **more)
            case "slider":
                st.select_slider(self.label, values, value, **more)


@dataclass(frozen=True, slots=True)
class Whole(Widget[int]):
    """A whole number.

    Attributes:
        low, high: the smallest and the largest.
        percent: whether it is a percentage.
        kind: a slider, or a box to write in.
    """

    low: int
    high: int
    percent: bool = field(default=False, kw_only=True)
    kind: Literal["slider", "box"] = field(default="slider", kw_only=True)

    @property
    def allowed(self) -> str:
        """See `Setting`."""
        return f"a whole number from {self.low} to {self.high:,}"

    def parse(self, text: str) -> int:
        """See `Setting`; plain digits only."""
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        if not self.low <= number <= self.high:
            raise ValueError
        return number

    def said(self, value: int) -> str:
        """See `Setting`."""
        return f"{value} %" if self.percent else f"{value:,}"

    def draw(self, key: str, value: int, **more: Any) -> None:
        """See `Widget`."""
        label = f"{self.label}, %" if self.percent else self.label
        draw = st.slider if self.kind == "slider" else st.number_input
        draw(label, self.low, self.high, value, key=key, help=self.help, **more)


@dataclass(frozen=True, slots=True)
class Switch(Widget[bool]):
    """On or off."""

    @property
    def allowed(self) -> str:
        """See `Setting`."""
        return "one of 0, 1"

    def parse(self, text: str) -> bool:
        """See `Setting`."""
        return {"0": False, "1": True}[text]

    def draw(self, key: str, value: bool, **more: Any) -> None:
        """See `Widget`."""
        st.toggle(self.label, value, key=key, help=self.help, **more)


def numbers(*values: int) -> Options[int]:
    """Whole numbers to choose from."""
    return {value: f"{value:,}" for value in values}
