"""Draft in the address: its text, or the key of the stored text."""

from types import SimpleNamespace

import pytest

from engine.store import Store
from engine.worlds import world_from_json
from engine.worlds.draft_text import MAX_LINK
from pages.parts.worlds import draft_in_address
from pages.parts.worlds.session import WorldsSession
from tests.engine.worlds.random_worlds import bakery, large


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store.open("sqlite://")
    monkeypatch.setattr(draft_in_address, "library", lambda: SimpleNamespace(store=made))
    return made


def test_a_short_draft_is_the_address(store: Store) -> None:
    session, other = WorldsSession("coffee"), WorldsSession("coffee")
    assert draft_in_address.draft_of(session, "ann") is None
    session.scramble(3)
    said = draft_in_address.draft_of(session, "ann")
    assert said is not None
    draft_in_address.restore(other, said)
    assert other.draft == session.draft


def test_a_long_draft_survives_a_reload_faults_included(store: Store) -> None:
    session, other = WorldsSession("coffee"), WorldsSession("coffee")
    session.begin(world_from_json(large()))
    session.write_rules({"edited_rows": {1: {"adds": 3.0}}})
    said = draft_in_address.draft_of(session, "ann")
    assert said is not None
    assert len(session.text or "") > MAX_LINK > len(said)
    assert draft_in_address.draft_of(session, "ann") == said
    draft_in_address.restore(other, said)
    assert other.draft.rules == session.draft.rules
    assert [fault.row for fault in other.made()[1]] == [2]
    draft_in_address.restore(other, f"kept-{'0' * 64}")
    assert "no longer stored" in other.refused
    assert other.draft.rules == session.draft.rules


def test_a_world_that_nobody_keeps_survives_a_reload_though_nothing_was_changed(
    store: Store,
) -> None:
    session, other = WorldsSession("coffee"), WorldsSession("coffee")
    session.begin(world_from_json(bakery()))
    said = draft_in_address.draft_of(session, "ann")
    assert said is not None
    draft_in_address.restore(other, said)
    assert other.made()[0] == session.made()[0] == world_from_json(bakery())
