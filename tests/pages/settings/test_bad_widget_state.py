"""Invalid widget values from a browser."""

import pytest
import streamlit as st

from pages.parts.settings.bad_widget_state import chosen, say_unreadable


def test_only_what_is_offered_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"menu": "out", "number": 7})
    assert chosen("menu", ["in", "out"], "in") == "out"
    assert chosen("menu", ["in"], "in") == "in"
    assert chosen("number", ["in"], None) is None
    assert chosen("never drawn", ["in"], "in") == "in"


def test_without_a_browser_all_can_be_read() -> None:
    assert not say_unreadable()
