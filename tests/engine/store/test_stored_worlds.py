"""Custom worlds: stored with their owner, retrieved by key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from engine import PersonalizerError
from engine.simulation.simulated_visitors import crowd
from engine.store import Limits, Store, StoredLoop, StoreError
from engine.store.database_check import check_database
from engine.store.stored_worlds import KeptWorld
from engine.worlds import World, key_of, world_from_json
from tests.engine.store.workers import elsewhere, keep_and_play, played_so_far
from tests.engine.worlds.random_worlds import bakery


def named(title: str) -> World:
    return world_from_json(bakery(title=title))


BAKERY = named("Bakery")


def names(store: Store, owner: str = "me") -> list[str]:
    return [kept.name for kept in store.worlds(owner)]


def test_a_key_gives_the_same_world_in_another_process(store: Store, url: str) -> None:
    kept = store.keep_world(BAKERY, "me")
    assert (kept.key, kept.name, kept.world) == (key_of(BAKERY), "Bakery", BAKERY)
    other = Store.open(url)
    result = other.world(kept.key)
    assert result is not None
    assert result.text == BAKERY.text
    assert (result.frequencies == BAKERY.frequencies).all()
    assert (result.expected == BAKERY.expected).all()
    assert other.worlds("me") == [kept]
    assert other.world("bakery-00000000") is None
    assert other.worlds("you") == []
    other.close()


def test_an_edited_world_takes_the_place_of_the_one_before_which_its_link_still_opens(
    store: Store,
) -> None:
    first = store.keep_world(BAKERY, "me")
    second = store.keep_world(named("Baker"), "me", "My shop", instead_of=first.key)
    assert names(store) == ["My shop"]
    assert store.world(first.key) == BAKERY
    back = store.keep_world(BAKERY, "me", instead_of=second.key)
    assert (names(store), back.created) == (["Bakery"], first.created)
    store.keep_world(BAKERY, "me", instead_of=back.key)
    assert names(store) == ["Bakery"]


def test_an_edited_world_keeps_its_name_in_the_list_unless_its_title_was_edited(
    store: Store,
) -> None:
    first = store.keep_world(BAKERY, "me")
    store.rename_world(first.key, "me", "My shop")
    edited = replace(BAKERY, story="Edited.")
    second = store.keep_world(edited, "me", instead_of=first.key)
    assert second.name == "My shop"
    third = store.keep_world(replace(edited, title="Baker"), "me", instead_of=second.key)
    assert (third.name, names(store)) == ("Baker", ["Baker"])


def test_it_is_renamed_and_deleted_by_its_owner_alone(store: Store) -> None:
    key = store.keep_world(BAKERY, "me").key
    store.keep_world(BAKERY, "you")
    store.rename_world(key, "me", " Mine ")
    assert (names(store), names(store, "you")) == (["Mine"], ["Bakery"])
    for name in ("", "x" * 81):
        with pytest.raises(PersonalizerError, match="1 to 80 characters"):
            store.rename_world(key, "me", name)
    with pytest.raises(StoreError, match="not here any more"):
        store.delete_world(key, "another")
    with pytest.raises(StoreError, match="not here any more"):
        store.rename_world(key, "another", "Theirs")
    store.delete_world(key, "me")
    assert (names(store), store.world(key)) == ([], BAKERY)
    store.delete_world(key, "you")
    assert store.world(key) is None


def test_two_worlds_of_one_list_have_two_names(store: Store) -> None:
    first = store.keep_world(BAKERY, "me")
    other, third = (replace(BAKERY, story=story) for story in ("Another.", "A third."))
    second = store.keep_world(other, "me")
    assert (first.name, second.name) == ("Bakery", "Bakery 2")
    assert store.keep_world(third, "me").name == "Bakery 3"
    assert store.keep_world(other, "me").name == "Bakery 2", "one that is kept keeps its name"
    edited = store.keep_world(replace(BAKERY, story="Edited."), "me", instead_of=first.key)
    assert edited.name == "Bakery", "the one that it was made of has left the list"
    assert store.keep_world(BAKERY, "me").name == "Bakery 4", "and comes back beside it"
    with pytest.raises(PersonalizerError, match="'Bakery 2', but must be one that no other of"):
        store.rename_world(edited.key, "me", "Bakery 2")
    store.rename_world(second.key, "me", "Bakery 2")
    store.keep_world(named("x" * 40), "me", "x" * 80)
    assert store.keep_world(named("y"), "me", "x" * 80).name == "x" * 78 + " 2"
    store.keep_world(replace(BAKERY, story="Elsewhere."), "before")
    store.hand_over("before", "me")
    result = names(store)
    assert sorted(result)[:5] == ["Bakery", "Bakery 2", "Bakery 3", "Bakery 4", "Bakery 5"]
    assert len(result) == 7


def test_so_many_worlds_and_no_more(url: str) -> None:
    store = Store.open(url, Limits(max_worlds=2, max_worlds_total=3))
    first = store.keep_world(named("A"), "me")
    store.keep_world(named("B"), "me")
    with pytest.raises(StoreError, match="keeps 2 worlds, the most it may"):
        store.keep_world(named("C"), "me")
    store.keep_world(named("A"), "me")
    store.keep_world(named("C"), "me", instead_of=first.key)
    assert sorted(names(store)) == ["B", "C"]
    with pytest.raises(StoreError, match="keeps 2 worlds, the most it may"):
        store.keep_world(named("A"), "me")
    with pytest.raises(StoreError, match="This server keeps 3 worlds"):
        store.keep_world(named("D"), "you")
    assert names(store, "you") == []
    store.close()


def test_one_that_nobody_uses_expires(url: str) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    store = Store.open(url, Limits(retention_days=2), clock=lambda: now[0])
    old, used = (store.keep_world(named(title), "me").key for title in "AB")
    for day in range(5):
        now[0] += timedelta(days=1)
        store.touch_world(used)
        store.sweep()
        assert (store.world(old) is not None) == (day < 2)
    assert names(store) == ["B"]
    assert store.world(used) is not None
    store.close()


def test_whoever_was_known_under_another_name_has_both_lists(store: Store) -> None:
    store.keep_world(named("A"), "me")
    for title in "AB":
        store.keep_world(named(title), "before")
    store.hand_over("before", "me")
    assert sorted(names(store)) == ["A", "B"]


def test_worlds_that_were_edited_since_take_no_room_in_a_list(url: str) -> None:
    store = Store.open(url, Limits(max_worlds=3))
    key = ""
    for title in "ABCD":
        key = store.keep_world(named(title), "me", instead_of=key).key
    later = store.keep_world(named("A"), "before").key
    for title in "EF":
        store.keep_world(named(title), "before")
    store.keep_world(named("G"), "before", instead_of=later)
    store.keep_world(named("A"), "before", instead_of=key_of(named("F")))
    store.hand_over("before", "me")
    assert sorted(names(store)) == ["A", "D", "G"]
    assert "E" in names(store, "before")
    assert store.world(key_of(named("F"))) is not None
    store.close()


def test_two_worlds_of_one_key_are_never_taken_for_each_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep_world(BAKERY, "me")
    monkeypatch.setattr("engine.store.stored_worlds.key_of", lambda _: key_of(BAKERY))
    with pytest.raises(StoreError, match="Another of your worlds has the key"):
        store.keep_world(named("Baker"), "me")


def test_one_that_is_not_what_was_written_is_not_believed(
    plain_store: Store, plain_url: str
) -> None:
    key = plain_store.keep_world(BAKERY, "me").key
    assert list(check_database(plain_store)) == []
    for column, value in (("text", BAKERY.text.replace("Rainy", "Foggy")), ("name", "Another")):
        engine = create_engine(plain_url)
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE worlds SET {column} = :value"), {"value": value})
        engine.dispose()
        assert (names(plain_store), plain_store.world(key)) == ([], None)
        (result,) = check_database(plain_store)
        assert result.description == "1 of its worlds are damaged."


def test_a_world_that_its_key_does_not_name_is_damaged() -> None:
    for other in ("{}", named("Another").text):
        with pytest.raises(StoreError, match="damaged"):
            assert KeptWorld(key_of(BAKERY), "me", "Bakery", other, 0.0, 0.0).world


def test_only_the_latest_versions_of_an_edited_world_are_kept(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.stored_worlds._EARLIER", 1)
    keys = [""]
    for title in "ABCD":
        keys.append(plain_store.keep_world(named(title), "me", instead_of=keys[-1]).key)
    assert [plain_store.world(key) is not None for key in keys[1:]] == [False, False, True, True]


def test_a_world_that_one_process_made_is_played_by_another(store: Store, url: str) -> None:
    answers, loop_id = elsewhere(keep_and_play, url, BAKERY.text)
    result = store.world(answers)
    assert result == BAKERY
    loop = StoredLoop.open(store, loop_id)
    assert (loop.world, len(loop.loop.events)) == (BAKERY, 2)
    list(crowd(loop.loop, BAKERY, 1))
    assert elsewhere(played_so_far, url, loop_id) == 3
