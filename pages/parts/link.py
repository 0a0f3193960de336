"""What is set on a page: in its widgets, kept in the session, and said in the address.

Whatever a link says is checked here again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.text import plain

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


def open_link(kind: type[S]) -> bool:
    """Set a page's widgets from the address when it is new, or from what was set before.

    A page that is come back to finds what was set there: widgets that another page did not
    draw have lost their values, but `current_setup` kept them.

    Returns:
        whether the address is new: the page was just opened, or the person went back.
    """
    names, state = kind.names(), st.session_state
    query = {name: value for name, value in st.query_params.to_dict().items() if name in names}
    known: S | None = state.get(kind.key("setup"))
    setup = known or kind()
    comes, went_back = state.get("page") is not kind, _went_back()
    if went_back or (comes and (query or known is None)):
        setup, refused = kind.from_query(query)
        for sentence in refused:
            st.toast(plain(sentence), icon=":material/link_off:", duration="long")
        for name in names:
            state[kind.key(name)] = getattr(setup, name)
    state["page"] = kind
    for name in names:
        show(kind.key(name), state.get(kind.key(name), getattr(setup, name)))
    return comes or went_back


def show(key: str, value: object) -> None:
    """Let a widget show a value.

    Not in each run anew: what the server sets overrules what the person clicks meanwhile.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _went_back() -> bool:
    """Whether this run was caused by going back or forward in the browser's history.

    Any other run may come with an address that is older than the one written last.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


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


def write_link(setup: Linked, **more: str | None) -> None:
    """Let the address say what is set.

    Written whenever the browser has told another one, so a late one is put right.

    Args:
        more: what else it says; nothing for None.
    """
    told = st.query_params.to_dict()
    others = {n: v for n, v in told.items() if n not in {*setup.names(), *more}}
    address = others | setup.query() | {n: v for n, v in more.items() if v is not None}
    if address != told:
        st.query_params.from_dict(address)
