"""Browser sessions: those in memory, and the limit of open sessions."""

import pytest
import streamlit as st

from engine import PersonalizerError
from pages.parts.work.session_limit import SessionLimit, count_in_memory, sessions_in_memory


def test_a_full_server_says_so_until_somebody_goes() -> None:
    there = {"a", "b", "c"}
    limit = SessionLimit(2, there.__contains__)
    assert [limit.admit(name) for name in ("a", "b", "a")] == [None] * 3
    assert limit.admit("c") == (
        "This server has 2 pages open, the maximum. Come again in a few minutes."
    )
    there.remove("a")
    assert limit.admit("c") is None
    assert limit.open_sessions == 2


def test_the_cap_comes_from_the_environment() -> None:
    assert SessionLimit.from_environment({}).max_sessions == 500
    assert SessionLimit.from_environment({"PLAYGROUND_MAX_SESSIONS": " 7 "}).max_sessions == 7


@pytest.mark.parametrize("text", ["0", "-1", "many", "1e3"])
def test_a_cap_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PersonalizerError, match="PLAYGROUND_MAX_SESSIONS"):
        SessionLimit.from_environment({"PLAYGROUND_MAX_SESSIONS": text})


def test_a_session_counts_as_held_until_what_it_has_is_gone() -> None:
    st.session_state.clear()
    before = sessions_in_memory()
    count_in_memory()
    count_in_memory()
    assert sessions_in_memory() == before + 1
    st.session_state.clear()
    assert sessions_in_memory() == before
