"""One thing that can be set: declared once, for its widget, its link and what is said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import streamlit as st

from pages.parts.text.glossary import explained

T = TypeVar("T")
Options = Mapping[T, str]
"""Values with what they are called."""
Kind = Literal["segments", "menu", "slider", "switch", "box", ""]
"""What shows it; a box is for a number to be written into, and "" is nothing of these."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One thing that can be set.

    Attributes:
        default: what is set until somebody sets another.
        options: what can be chosen: values with what they are called, or whole numbers; a
            function where that can grow.
        help: what the label does not say.
        unit: written behind each number.
        always: whether a link says it even where it is the default.
        travels: whether it is chosen once: other pages open with what was set on the last.
        aliases: words that old links have for others.
        check: reads a link's text, where options are not all there are; raises KeyError or
            ValueError.
        words: what a link may say, where that is no list of options.
    """

    default: T
    label: str
    options: Options[T] | range | Callable[[], Options[T]] = field(default_factory=dict)
    kind: Kind = "segments"
    help: str | None = None
    unit: str = ""
    always: bool = False
    travels: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[str], T] | None = None
    words: str | Callable[[], str] = ""

    @property
    def as_field(self) -> T:
        """What declares it as a field of a dataclass; a new one each time."""
        declared: T = field(default=self.default, metadata={"setting": self})
        return declared

    @property
    def offered(self) -> Any:
        """What can be chosen now: values with what they are called, or a range."""
        return self.options() if callable(self.options) else self.options

    @property
    def allowed(self) -> str:
        """What a link may say, in words."""
        if self.words:
            return self.words() if callable(self.words) else self.words
        if isinstance(self.options, range):
            return f"a whole number from {self.options[0]} to {self.options[-1]:,}"
        return f"one of {', '.join(self.text(one) or 'nothing' for one in self.offered)}"

    def parse(self, text: str) -> T:
        """The value of a link's text, numbers in plain digits; KeyError or ValueError if none."""
        if self.check:
            return self.check(text)
        if isinstance(self.options, range):
            number: Any = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
            if number not in self.options:
                raise ValueError
            found: T = number
            return found
        values: dict[str, T] = {self.text(value): value for value in self.offered}
        return values[self.aliases.get(text, text)]

    def can_be(self, value: T) -> bool:
        """Whether a link could say it here and now."""
        try:
            return self.parse(self.text(value)) == value
        except (KeyError, ValueError):
            return False

    def allows(self, value: object) -> bool:
        """Whether a number or a line of a menu is one of those to choose from: a browser may send
        any."""
        if isinstance(self.options, range):
            return value in self.options
        return self.kind != "menu" or value in self.offered or self._can_be_said(value)

    def _can_be_said(self, value: Any) -> bool:
        return self.check is not None and self.can_be(value)

    def text(self, value: T) -> str:
        """A value as it stands in a link."""
        return str(int(value)) if isinstance(value, bool) else str(value)

    def said(self, value: T) -> str:
        """A value for reading."""
        names = self.offered if isinstance(self.offered, Mapping) else {}
        return f"{names.get(value, self.text(value))} {self.unit}".rstrip()

    @property
    def explained(self) -> str | None:
        """What the label does not say, and the sentence of each term that stands in it, or in what
        can be chosen."""
        names = self.options.values() if isinstance(self.options, Mapping) else ()
        return explained(" ".join([self.label, *names]), self.help)

    def draw(self, key: str, value: Any, options: Options[T] | None = None, **more: Any) -> None:
        """Draw the widget.

        Args:
            value: what it shows when it is mounted: in a popover, only once that is opened.
            options: those of all that can be chosen here, as they are called here.
            more: what else Streamlit's widget takes.
        """
        label = f"{self.label}, {self.unit}" if self.unit else self.label
        offered: Any = options or self.offered
        more = {"key": key, "help": self.explained, **more}
        named = more | {"format_func": lambda value: offered.get(value, self.text(value))}
        values = list(offered) if isinstance(offered, Mapping) else []
        match self.kind:
            case "switch":
                st.toggle(label, value, **more)
            case "box":
                st.number_input(label, offered[0], offered[-1], value, **more)
            case "slider" if isinstance(offered, range):
                st.slider(label, offered[0], offered[-1], value, **more)
            case "slider":
                st.select_slider(label, values, value, **named)
            case "menu":
                st.selectbox(label, values, values.index(value), **named)
            case "segments":
                st.segmented_control(label, values, default=value, required=True, **named)


SWITCH: Options[bool] = {False: "off", True: "on"}


def numbers(*values: int) -> Options[int]:
    """Whole numbers to choose from."""
    return {value: f"{value:,}" for value in values}
