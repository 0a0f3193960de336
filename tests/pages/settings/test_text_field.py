"""Text fields of any length."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.settings.text_field import typed


def page() -> None:
    import streamlit as st  # noqa: PLC0415

    from pages.parts.settings.text_field import text_field  # noqa: PLC0415

    st.session_state.setdefault("name", 5.0)  # As sent by a browser.
    st.markdown(text_field("Name", key="name"))
    st.markdown(text_field("Story", key="story", lines=True))


def test_what_is_no_text_is_forgotten() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [markdown.value for markdown in app.markdown] == ["", ""]


def test_what_was_typed_stays() -> None:
    app = AppTest.from_function(page).run()
    app.text_input(key="name").input("Ours")
    app.text_area(key="story").input("Two\nlines").run()
    assert [markdown.value for markdown in app.markdown] == ["Ours", "Two\nlines"]


def test_callbacks_see_text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"name": "Ours", "number": 5.0})
    assert [typed(key) for key in ("name", "number", "never drawn")] == ["Ours", "", ""]
