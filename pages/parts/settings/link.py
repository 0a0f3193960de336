"""What is set on a page: in its widgets, kept in the session, and said in the address.

Whatever a link says is checked here again.
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
"""Characters of a refused value as it is quoted."""


def quoted(value: str) -> str:
    """A refused value, with all that could not be read of it written out, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…{text[-1]}"


@dataclass(frozen=True, slots=True)
class Linked:
    """All that a link to a page can say: a frozen dataclass of `Setting` fields.

    A field's name is that in the link and, behind the page's prefix, the key of its widget.
    """

    PREFIX: ClassVar[str] = ""
    KEEPS: ClassVar[frozenset[str]] = frozenset()
    """What is not taken over from another page, though it travels from here."""

    @classmethod
    def declared(cls) -> dict[str, Setting[Any]]:
        """Everything that can be set, by its name in the link."""
        return {f.name: f.metadata["setting"] for f in fields(cls) if "setting" in f.metadata}

    @classmethod
    def key(cls, name: str) -> str:
        """Key of a setting's widget."""
        return cls.PREFIX + name

    def values(self) -> dict[str, Any]:
        """Everything that is set, by its name in the link."""
        return {f.name: getattr(self, f.name) for f in fields(self) if "setting" in f.metadata}

    def having(self, values: Mapping[str, Any]) -> Self:
        """The same with other values, by their names in the link."""
        return replace(self, **values)

    def draw(self, *names: str, **more: Any) -> None:
        """Draw the widgets of settings; see `Setting.draw`."""
        declared, values = self.declared(), self.values()
        for name in names:
            declared[name].draw(self.key(name), values[name], **more)

    def query(self) -> dict[str, str]:
        """Names and values for a link: what always stands there, and what is not the default."""
        values = self.values()
        return {
            name: setting.text(values[name])
            for name, setting in self.declared().items()
            if setting.always or values[name] != setting.default
        }

    def link(self, address: str, **more: str) -> str:
        """The page's address with all of this in it, and ``more``."""
        return f"{address.partition('?')[0]}?{urlencode(self.query() | more)}"

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> dict[str, str]:
        """What an address says of what can be set here."""
        return {name: value for name, value in query.items() if name in cls.declared()}

    @final
    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Self, list[str]]:
        """`read` without the names of the refused parameters; pages override and call `read`."""
        setup, refused = cls.read(query)
        return setup, [sentence for _, sentence in refused]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> tuple[Self, list[tuple[str, str]]]:
        """Parse the parameters of a link.

        Returns the set-up, with defaults in place of refused values, and for each of these the
        parameter's name and one sentence. A link made before the world was chosen may name what
        that world does not have.
        """
        values: dict[str, Any] = {}
        refused: list[tuple[str, str]] = []

        def refuse(name: str, allowed: str, used: str) -> None:
            told = f"{name} in the link is {quoted(query[name])}"
            refused.append((name, f"{told}, but must be {allowed}; {used} is used instead."))

        asked_for = {name: setting for name, setting in cls.declared().items() if name in query}
        for name, setting in asked_for.items():
            try:
                values[name] = setting.parse(query[name])
            except PersonalizerError as error:  # Which says more than what may stand there.
                refused.append((name, f"{name} in the link is left out: {error.message}"))
            except (KeyError, ValueError):
                refuse(name, setting.allowed, setting.text(setting.default) or "nothing")
        setup = cls().having(values).begun(query)
        fitting = setup.fitted()
        asked, used = setup.values(), fitting.values()
        for name, setting in asked_for.items():
            if used[name] != asked[name]:
                instead = setting.text(used[name]) or setting.said(used[name])
                refuse(name, f"one that the world {asked['world']} has", instead)
        return fitting, refused

    def begun(self, told: Container[str] = ()) -> Self:
        """The same with what its world begins with, but for what is ``told``, by name."""
        return self

    def fitted(self) -> Self:
        """The same with what its world has in place of what that does not have."""
        return self


S = TypeVar("S", bound=Linked)
_TRAVELS = "travels"


def open_link(kind: type[S]) -> bool:
    """Set a page's widgets from the address if it is new, else as they were; whether it is new.

    It is when the page was just opened, or the person went back. Widgets that another page did
    not draw have lost their values, but `current_setup` kept them. What another world had goes.
    """
    state = st.session_state
    query = kind.asked(st.query_params.to_dict())
    known: S | None = state.get(kind.key("setup"))
    setup = known or kind()
    comes, went_back = state.get("page") is not kind, has_gone_back()
    if went_back or (comes and (query or known is None)):
        setup, refused = kind.read(query)
        say_refused(*_in_one(refused))
        set_widgets(setup)
    if comes and not went_back and (brought := _brought(kind, query)):
        other = "world" in brought and brought["world"] != setup.values()["world"]
        setup = setup.having(brought)
        set_widgets(setup.begun(query) if other else setup)
    state["page"] = kind
    for name, value in setup.values().items():
        state.setdefault(kind.key(name), value)
    set_widgets(current_setup(kind).fitted())
    return comes or went_back


def _brought(kind: type[S], query: Mapping[str, str]) -> dict[str, Any]:
    """What was chosen last on any page, as far as it is chosen here and in no link."""
    chosen: Mapping[str, Any] = st.session_state.get(_TRAVELS, {})
    declared = kind.declared()
    return {
        name: value
        for name, value in chosen.items()
        if name in declared.keys() - kind.KEEPS - query.keys() and declared[name].can_be(value)
    }


def say_refused(*sentences: str) -> None:
    """Say what of a link cannot be used, in one notice: three lines of it stand there, and all of
    it once it is asked for."""
    if sentences:
        told = "\n\n".join(map(plain, sentences))
        st.toast(told, icon=":material/link_off:", duration="long")


def _in_one(refused: Sequence[tuple[str, str]]) -> list[str]:
    """A sentence for each value that cannot be used; where there are several, one that names all
    of them comes first. Each as a notice of its own covered half a phone."""
    sentences = [sentence for _, sentence in refused]
    if len(refused) < 2:
        return sentences
    *names, last = [name for name, _ in refused]
    told = f"{len(refused)} things in the link cannot be used: {', '.join(names)} and {last}."
    return [told, *sentences]


def set_widgets(setup: Linked) -> None:
    """Let all widgets of a page show what is set, whatever the person has set."""
    for name, value in setup.values().items():
        show(setup.key(name), value)


def show(key: str, value: object) -> None:
    """Let a widget show a value.

    Not in each run anew: what the server sets overrules what the person clicks meanwhile.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def keep_values() -> None:
    """Keep the values of the page's widgets where these are not drawn any more; for a callback.

    Streamlit drops the value of a widget that is not drawn, and keeps the one that stood under its
    key before the widget was first drawn. Deleting the key forgets that one, too.
    """
    kind: type[Linked] | None = st.session_state.get("page")
    if kind is None:
        return
    for name, value in current_setup(kind).values().items():
        key = kind.key(name)
        st.session_state.pop(key, None)
        st.session_state[key] = value


def has_gone_back() -> bool:
    """Whether the browser's history brought this address; another may be older than the last."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def no_link() -> None:
    """Say that this page has no set-up in its address: others are come back to from here."""
    st.session_state["page"] = None


def current_setup(kind: type[S]) -> S:
    """What is set now. An emptied field keeps what it had, and so does one that cannot be."""
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
    """Note what was chosen here, to take it to other pages: what a page merely has is no choice."""
    chosen = st.session_state.setdefault(_TRAVELS, {})
    was, now = before.values(), setup.values()
    for name, setting in setup.declared().items():
        if setting.travels and (name not in chosen or now[name] != was[name]):
            chosen[name] = now[name]


def write_link(setup: Linked, **more: str | None) -> None:
    """Let the address say what is set, and ``more`` that is not None.

    Written whenever the browser has told another one, so a late one is put right.
    """
    told = st.query_params.to_dict()
    others = {n: v for n, v in told.items() if n not in {*setup.declared(), *more}}
    address = others | setup.query() | {n: v for n, v in more.items() if v is not None}
    if address != told:
        st.query_params.from_dict(address)
