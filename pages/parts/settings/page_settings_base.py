"""A page's settings: in its widgets, in the session and in the address.

Values from a link are validated here.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self, TypeVar, final
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine import PersonalizerError
from pages.parts.settings.setting import Setting
from pages.parts.text.format import plain

_LONGEST = 42
"""Largest number of characters of a quoted value."""


def quoted(value: str) -> str:
    """Return the `repr` of a refused value, shortened in the middle if long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…{text[-1]}"


@dataclass(frozen=True, slots=True)
class Linked:
    """All settings of a page that a link can carry: a frozen dataclass of `Setting` fields.

    A field's name is the parameter's name in the link; with the page's prefix, the widget's key.
    """

    PREFIX: ClassVar[str] = ""
    KEEPS: ClassVar[frozenset[str]] = frozenset()
    """Names of travelling settings that this page does not take over from other pages."""
    COPIES: ClassVar[frozenset[str]] = frozenset()
    """Names of settings that start as chosen on other pages: this page takes them over together
    when other pages have changed them, and passes none of its own changes on."""

    @classmethod
    def declared(cls) -> dict[str, Setting[Any]]:
        """Return all settings by name in the link."""
        return {f.name: f.metadata["setting"] for f in fields(cls) if "setting" in f.metadata}

    @classmethod
    def key(cls, name: str) -> str:
        """Return the key of a setting's widget."""
        return cls.PREFIX + name

    def values(self) -> dict[str, Any]:
        """Return the values of all settings by name in the link."""
        return {f.name: getattr(self, f.name) for f in fields(self) if "setting" in f.metadata}

    def having(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with other values, given by name in the link."""
        return replace(self, **values)

    def draw(self, *names: str, **more: Any) -> None:
        """Draw the widgets of settings; see `Setting.draw`."""
        declared, values = self.declared(), self.values()
        for name in names:
            declared[name].draw(self.key(name), values[name], **more)

    def query(self) -> dict[str, str]:
        """Return link parameters: settings marked as ``always`` and non-default values."""
        values = self.values()
        return {
            name: setting.text(values[name])
            for name, setting in self.declared().items()
            if setting.always or values[name] != setting.default
        }

    def link(self, address: str, **more: str) -> str:
        """Return the page's address with these settings and ``more`` parameters."""
        return f"{address.partition('?')[0]}?{urlencode(self.query() | more)}"

    @classmethod
    def parameters_in(cls, query: Mapping[str, str]) -> dict[str, str]:
        """Return the parameters of an address that belong to this page's settings."""
        return {name: value for name, value in query.items() if name in cls.declared()}

    @final
    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Self, list[str]]:
        """Call `read` and drop the names of the refused parameters; pages override and call
        `read`."""
        setup, refused = cls.read(query)
        return setup, [sentence for _, sentence in refused]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> tuple[Self, list[tuple[str, str]]]:
        """Parse the parameters of a link.

        Returns the set-up, with defaults in place of refused values, and for each of these the
        parameter's name and one sentence. A link made before the world was chosen may name options
        that the world does not have.
        """
        values: dict[str, Any] = {}
        refused: list[tuple[str, str]] = []

        def refuse(name: str, allowed: str, used: str) -> None:
            text = f"{name} in the link is {quoted(query[name])}"
            refused.append((name, f"{text}, but must be {allowed}; {used} is used instead."))

        settings = {name: setting for name, setting in cls.declared().items() if name in query}
        for name, setting in settings.items():
            try:
                values[name] = setting.parse(query[name])
            except PersonalizerError as error:  # The error's message is more specific.
                refused.append((name, f"{name} in the link is left out: {error.message}"))
            except (KeyError, ValueError):
                refuse(name, setting.allowed, setting.text(setting.default) or "nothing")
        setup = cls().having(values).begun(query)
        fitting = setup.fitted()
        requested, used = setup.values(), fitting.values()
        for name, setting in settings.items():
            if used[name] != requested[name]:
                instead = setting.text(used[name]) or setting.said(used[name])
                refuse(name, f"one that the world {requested['world']} has", instead)
        return fitting, refused

    def begun(self, given: Container[str] = ()) -> Self:
        """Return a copy with the world's initial values, except for the names in ``given``."""
        return self

    def fitted(self) -> Self:
        """Return a copy in which values missing from the chosen world are replaced by available
        values."""
        return self


S = TypeVar("S", bound=Linked)
_TRAVELS = "travels"


def open_link(kind: type[S]) -> bool:
    """Set a page's widgets from the address if it is new; return True if so.

    The address is new when the page was just opened or the person went back in the history. Widgets
    not drawn by another page have lost their values, but `current_setup` kept them. Values that the
    world does not have are replaced.
    """
    state = st.session_state
    query = kind.parameters_in(st.query_params.to_dict())
    known: S | None = state.get(kind.key("setup"))
    setup = known or kind()
    left: type[Linked] | None = state.get("page")
    comes, went_back = left is not kind, has_gone_back()
    if comes and left is not None:
        current_setup(left)  # It may have been left before it ran with the last change.
    if went_back or (comes and (query or known is None)):
        setup, refused = kind.read(query)
        say_refused(*_in_one(refused))
        set_widgets(setup)
    if comes and not went_back and (brought := _brought(setup, query)):
        other = "world" in brought and brought["world"] != setup.values()["world"]
        setup = setup.having(brought)
        set_widgets(setup.begun(query) if other else setup)
    state["page"] = kind
    for name, value in setup.values().items():
        state.setdefault(kind.key(name), value)
    set_widgets(current_setup(kind).fitted())
    return comes or went_back


def _brought(setup: Linked, query: Mapping[str, str]) -> dict[str, Any]:
    """Return values chosen last on any page, for settings of this page that the link does not set;
    none if a page wrote the link, which then has all that differs from the defaults."""
    chosen: Mapping[str, Any] = st.session_state.get(_TRAVELS, {})
    declared = setup.declared()
    values = {
        name: value
        for name, value in chosen.items()
        if name in declared.keys() - setup.KEEPS - query.keys() and declared[name].can_be(value)
    }
    copies = {name: values.pop(name) for name in setup.COPIES & values.keys()}
    are_new = _note_copies(setup.having(values), copies)
    carried = {name for name, setting in declared.items() if setting.always}
    if carried and carried <= query.keys():
        return {}
    return values | copies if are_new and not setup.COPIES & query.keys() else values


def _note_copies(setup: Linked, copies: Mapping[str, Any]) -> bool:
    """Record the values of `Linked.COPIES` that other pages have; return True if they would give
    the page another set-up than those recorded before."""
    key, declared = setup.key("copies"), setup.declared()
    before = {name: declared[name].default for name in setup.COPIES}
    before = st.session_state.get(key, before)
    now = before | copies
    st.session_state[key] = now
    return setup.having(before).fitted() != setup.having(now).fitted()


def say_refused(*sentences: str) -> None:
    """Report unusable parts of a link in a single notice; the notice shows three lines until
    expanded."""
    if sentences:
        text = "\n\n".join(map(plain, sentences))
        st.toast(text, icon=":material/link_off:", duration="long")


def _in_one(refused: Sequence[tuple[str, str]]) -> list[str]:
    """Return a sentence per unusable value; several values get a leading summary of their names.

    A notice per value would cover half a phone's screen.
    """
    sentences = [sentence for _, sentence in refused]
    if len(refused) < 2:
        return sentences
    *names, last = [name for name, _ in refused]
    summary = f"{len(refused)} things in the link cannot be used: {', '.join(names)} and {last}."
    return [summary, *sentences]


def set_widgets(setup: Linked) -> None:
    """Set all widgets of a page to a set-up's values, overriding the person's input."""
    for name, value in setup.values().items():
        show(setup.key(name), value)


def show(key: str, value: object) -> None:
    """Set a widget's value, if different.

    Setting a value in each run would override clicks made in the meantime.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def keep_values() -> None:
    """Keep the values of the page's widgets when they are no longer drawn; for use in a callback.

    Streamlit drops the value of an undrawn widget and restores the value stored under its key
    before the widget was first drawn. Deleting the key removes the older value as well.
    """
    kind: type[Linked] | None = st.session_state.get("page")
    if kind is None:
        return
    for name, value in current_setup(kind).values().items():
        key = kind.key(name)
        st.session_state.pop(key, None)
        st.session_state[key] = value


def has_gone_back() -> bool:
    """Return True if the address came from the browser's history, and may be older than the
    last."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def no_link() -> None:
    """Record that the current page has no set-up in its address, so that a page visited next reads
    its own."""
    st.session_state["page"] = None


def current_setup(kind: type[S]) -> S:
    """Return the current set-up; an emptied field or an invalid value keeps the previous value."""
    before: S = st.session_state.get(kind.key("setup")) or kind()
    values = {}
    for name, setting in kind.declared().items():
        value = st.session_state.get(kind.key(name))
        if value is not None and setting.allows(value):
            values[name] = value
    setup = before.having(values)
    st.session_state[kind.key("setup")] = setup
    _note_choices(before, setup)
    return setup


def _note_choices(before: Linked, setup: Linked) -> None:
    """Record travelling settings for other pages: on the first visit, and after each change."""
    chosen = st.session_state.setdefault(_TRAVELS, {})
    was, now = before.values(), setup.values()
    for name, setting in setup.declared().items():
        if setting.travels and (name not in chosen or now[name] != was[name]):
            chosen[name] = now[name]


def write_link(setup: Linked, **more: str | None) -> None:
    """Write the set-up, and each value of ``more`` except None, into the address.

    The address is compared with the browser's on each run, so a late address is corrected.
    """
    query = st.query_params.to_dict()
    others = {n: v for n, v in query.items() if n not in {*setup.declared(), *more}}
    address = others | setup.query() | {n: v for n, v in more.items() if v is not None}
    if address != query:
        st.query_params.from_dict(address)
