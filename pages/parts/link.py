"""What is set on a page: in its widgets, kept in the session, and said in the address.

Whatever a link says is checked here again.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlencode

import streamlit as st

from pages.parts.look import plain

LAG = 2.0
"""Seconds in which the browser may still send the address before the one just written."""

Parser = tuple[Callable[[str], Any], str]
"""Makes a value of a text, or raises KeyError or ValueError; and what it takes, in words."""


def whole(low: int, high: int) -> Parser:
    """A whole number in plain digits."""

    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        if not low <= number <= high:
            raise ValueError
        return number

    return parse, f"a whole number from {low} to {high:,}"


def one_of(options: Mapping[str, Any]) -> Parser:
    """One of some words, each with its value."""
    return options.__getitem__, f"one of {', '.join(options)}"


SWITCH = one_of({"0": False, "1": True})


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Linked:
    """All that a link to a page can say: a frozen dataclass whose defaults are the page's.

    Each field's name is its name in the link, and with the page's prefix the key of its
    widget.
    """

    PREFIX: ClassVar[str] = ""
    PARSERS: ClassVar[Mapping[str, Parser]] = {}
    ALWAYS: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def key(cls, name: str) -> str:
        """Key of a field's widget."""
        return cls.PREFIX + name

    def query(self) -> dict[str, str]:
        """Names and values for a link: what always stands there, and what is not the default."""
        default = type(self)()
        return {
            name: _text(getattr(self, name))
            for name in self.names()
            if name in self.ALWAYS or getattr(self, name) != getattr(default, name)
        }

    def link(self, address: str) -> str:
        """The page's address with all of this in it."""
        return f"{address.partition('?')[0]}?{urlencode(self.query())}"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Self, list[str]]:
        """The set-up that a link asks for.

        Returns:
            the set-up, and one sentence for each value that cannot be used and gave way to
            its default.
        """
        values: dict[str, Any] = {}
        refused: list[str] = []
        for name, (parse, allowed) in cls.PARSERS.items():
            if name not in query:
                continue
            try:
                values[name] = parse(query[name])
            except (KeyError, ValueError):
                refused.append(
                    f"{name} in the link is {query[name][:40]!r}, but must be {allowed}; "
                    f"{_text(getattr(cls(), name)) or 'nothing'} is used instead."
                )
        return cls(**values), refused


S = TypeVar("S", bound=Linked)


def open_link(kind: type[S]) -> None:
    """Set a page's widgets from the address when it is new, or from what was set before.

    The address is new in a new session, and when the person went back or typed another
    one. A page that is come back to finds what was set there: widgets that another page
    did not draw have lost their values, but `current_setup` kept them.
    """
    names, state = kind.names(), st.session_state
    query = {name: value for name, value in st.query_params.to_dict().items() if name in names}
    known: S | None = state.get(kind.key("setup"))
    setup = known or kind()
    written, at = state.get(kind.key("written"), (None, -math.inf))
    returns = known is not None and not query and state.get("page") is not kind
    if returns:
        state[kind.key("written")] = (None, -math.inf)
    elif query != written and time.monotonic() - at > LAG:
        setup, refused = kind.from_query(query)
        for sentence in refused:
            st.toast(plain(sentence), icon=":material/link_off:", duration="long")
        for name in names:
            state[kind.key(name)] = getattr(setup, name)
    state["page"] = kind
    for name in names:
        # Set in every run: a popover mounts its widgets only when it is opened, and then
        # shows what the last run sent.
        state[kind.key(name)] = state.get(kind.key(name), getattr(setup, name))


def no_link() -> None:
    """Say that this page has no set-up in its address: others are come back to from here."""
    st.session_state["page"] = None


def current_setup(kind: type[S]) -> S:
    """What is set now. An emptied field keeps what it had."""
    before: S = st.session_state.get(kind.key("setup")) or kind()
    values = {name: st.session_state.get(kind.key(name)) for name in kind.names()}
    setup = replace(before, **{name: v for name, v in values.items() if v is not None})
    st.session_state[kind.key("setup")] = setup
    return setup


def write_link(setup: Linked) -> None:
    """Let the address say what is set."""
    query, key = setup.query(), setup.key("written")
    if query != st.session_state.get(key, (None,))[0]:
        others = {n: v for n, v in st.query_params.to_dict().items() if n not in setup.names()}
        st.query_params.from_dict(others | query)
        st.session_state[key] = (query, time.monotonic())
