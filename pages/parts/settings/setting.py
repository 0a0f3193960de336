"""Declaration of a setting: its widget, its link parameter and its display text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import streamlit as st

from pages.parts.text.glossary import explained

T = TypeVar("T")
Options = Mapping[T, str]
"""Values with their display names."""
Kind = Literal["segments", "menu", "slider", "switch", "box", ""]
"""Kind of widget; "box" is a number input, "" means no widget."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A setting of a page.

    Attributes:
        default: initial value.
        options: allowed values with their display names, or whole numbers; a function if the
            options can grow.
        help: help text beyond the label.
        unit: written behind each number.
        always: True if links carry even the default value.
        travels: True if other pages open with the value chosen last on any page.
        aliases: words of old links -> current words.
        check: parses a link's text if further values than the options are allowed; raises KeyError
            or ValueError.
        words: description of the allowed link texts, if not a list of options.
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
        """Dataclass field that declares this setting; a new object on each access."""
        declared: T = field(default=self.default, metadata={"setting": self})
        return declared

    @property
    def offered(self) -> Any:
        """Options at present: values with their display names, or a range."""
        return self.options() if callable(self.options) else self.options

    @property
    def allowed(self) -> str:
        """Description of the allowed link texts."""
        if self.words:
            return self.words() if callable(self.words) else self.words
        if isinstance(self.options, range):
            return f"a whole number from {self.options[0]} to {self.options[-1]:,}"
        return f"one of {', '.join(self.text(value) or 'nothing' for value in self.offered)}"

    def parse(self, text: str) -> T:
        """Parse a link's text, numbers in plain digits; KeyError or ValueError if invalid."""
        if self.check:
            return self.check(text)
        if isinstance(self.options, range):
            number: Any = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
            if number not in self.options:
                raise ValueError
            result: T = number
            return result
        values: dict[str, T] = {self.text(value): value for value in self.offered}
        return values[self.aliases.get(text, text)]

    def can_be(self, value: T) -> bool:
        """Return True if a link can carry the value at present."""
        try:
            return self.parse(self.text(value)) == value
        except (KeyError, ValueError):
            return False

    def allows(self, value: object) -> bool:
        """Return True if a number or a menu's value is among the options; browsers may send any
        value."""
        if isinstance(self.options, range):
            return value in self.options
        return self.kind != "menu" or value in self.offered or self._can_be_said(value)

    def _can_be_said(self, value: Any) -> bool:
        return self.check is not None and self.can_be(value)

    def text(self, value: T) -> str:
        """Format a value for a link."""
        return str(int(value)) if isinstance(value, bool) else str(value)

    def said(self, value: T) -> str:
        """Format a value for display."""
        names = self.offered if isinstance(self.offered, Mapping) else {}
        return f"{names.get(value, self.text(value))} {self.unit}".rstrip()

    @property
    def explained(self) -> str | None:
        """Help text, with the meaning of each glossary term in the label or the options."""
        names = self.options.values() if isinstance(self.options, Mapping) else ()
        return explained(" ".join([self.label, *names]), self.help)

    def draw(self, key: str, value: Any, options: Options[T] | None = None, **more: Any) -> None:
        """Draw the widget.

        Args:
            value: initial value when the widget is mounted; in a popover, only after opening.
            options: subset of the options, possibly with other display names.
            more: further arguments of Streamlit's widget.
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
    """Return whole numbers as options."""
    return {value: f"{value:,}" for value in values}
