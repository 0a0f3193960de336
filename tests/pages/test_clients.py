"""Who is here, and who comes too late."""

import pytest
import streamlit as st

from engine import PersonalizerError
from pages.parts.clients import Client, Door, Room, count_as_held, held_sessions


def test_a_full_server_says_so_until_somebody_goes() -> None:
    inside = {"a", "b", "c"}
    door = Door(Room(max_sessions=2), inside.__contains__)
    assert [door.refuse(Client(name, "")) for name in ("a", "b", "a")] == [None] * 3
    refused = door.refuse(Client("c", ""))
    assert refused == (
        "This server has 2 pages open, the most that it may. Come again in a few minutes."
    )
    inside.remove("a")
    assert door.refuse(Client("c", "")) is None
    assert door.inside == 2


def test_an_address_has_a_cap_of_its_own_where_it_is_known() -> None:
    door = Door(Room(max_sessions=9, max_sessions_per_address=1), lambda session: True)
    assert door.refuse(Client("a", "192.0.2.1")) is None
    assert "Your address has 1 pages open" in str(door.refuse(Client("b", "192.0.2.1")))
    for other in (Client("c", "192.0.2.2"), Client("d", ""), Client("e", "")):
        assert door.refuse(other) is None


def test_the_caps_come_from_the_environment() -> None:
    assert Room.from_environment({}) == Room()
    told = {"PLAYGROUND_MAX_SESSIONS": "7", "PLAYGROUND_MAX_SESSIONS_PER_ADDRESS": " 3 "}
    assert Room.from_environment(told) == Room(7, 3)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1e3"])
def test_a_cap_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PersonalizerError, match="PLAYGROUND_MAX_SESSIONS"):
        Room.from_environment({"PLAYGROUND_MAX_SESSIONS": text})


def test_a_session_counts_as_held_until_what_it_has_is_gone() -> None:
    st.session_state.clear()
    before = held_sessions()
    count_as_held()
    count_as_held()
    assert held_sessions() == before + 1
    st.session_state.clear()
    assert held_sessions() == before
