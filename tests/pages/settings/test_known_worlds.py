"""Registry of worlds by key."""

import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from engine.store import StoreError
from engine.worlds import WORLDS, key_of, world_from_json
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.play.page_settings import PlaySetup
from pages.parts.race.page_settings import RaceSetup
from pages.parts.settings import known_worlds
from pages.parts.settings.known_worlds import (
    all_at_hand,
    close_link,
    keep_at_hand,
    key_in_link,
    label_of,
    world_of,
)
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import Linked
from tests.engine.worlds.random_worlds import bakery
from tests.pages.conftest import App, CompareApp, RaceApp
from tests.pages.restart import restart


def test_a_world_is_found_by_its_key_wherever_it_is_kept(open_app: Callable[..., App]) -> None:
    open_app()
    world = world_from_json(bakery(title="*Found* & kept"))
    key = key_of(world)
    for text in (key, "moon", "x" * 99, "found-kept-0000000g"):
        with pytest.raises(KeyError):
            key_in_link(text)
    library().store.keep_world(world, "somebody")
    restart()
    assert key_in_link(key) == key
    assert world_of(key) == world
    assert "*" not in label_of(key)
    assert key_in_link("store") == "shop"


def test_without_a_database_a_link_names_the_app_s_worlds_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restart()
    monkeypatch.setenv("DATABASE_URL", "oracle://nowhere")
    assert world_of("news") is WORLDS["news"]
    with pytest.raises(KeyError):
        world_of("moon-00000000")


def test_a_world_that_nobody_shows_any_more_is_forgotten() -> None:
    gc.freeze()  # The collection below looks at what comes from here on, not at all tests' objects.
    world = world_from_json(bakery(title="For a moment"))
    keep_at_hand(world)
    assert world in set(all_at_hand())
    del world
    gc.collect()
    assert not [
        world_at_hand for world_at_hand in all_at_hand() if world_at_hand.title == "For a moment"
    ]
    assert set(all_at_hand()) >= set(WORLDS.values())
    assert keep_at_hand(WORLDS["coffee"]) not in known_worlds._at_hand


def test_two_worlds_of_one_key_are_never_taken_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, other = (world_from_json(bakery(title=title)) for title in ("First", "Other"))
    monkeypatch.setattr(known_worlds, "key_of", lambda _: "same-00000000")
    keep_at_hand(first)
    with pytest.raises(StoreError, match="Another world already has the key same-0000"):
        keep_at_hand(other)
    assert world_of("same-00000000") is first


def test_a_world_that_was_deleted_stays_where_it_is_shown_and_its_link_opens_nothing(
    open_app: Callable[..., App],
) -> None:
    world = world_from_json(bakery(title="Deleted"))
    open_app()
    key = library().store.keep_world(world, "somebody").key
    app = open_app(world=key)
    library().store.delete_world(key, "somebody")
    close_link(world)
    assert app.run().session.open.world == world
    with pytest.raises(KeyError):
        key_in_link(key)
    library().store.keep_world(world, "another")
    assert key_in_link(key) == key


def test_a_world_that_is_opened_is_in_use(
    open_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_app()
    key = library().store.keep_world(world_from_json(bakery(title="Daily")), "me").key
    (kept,) = library().store.worlds("me")
    later = datetime.fromtimestamp(kept.used, UTC) + timedelta(days=1)
    monkeypatch.setattr(library().store, "_clock", lambda: later)
    open_app(world=key)
    (kept,) = library().store.worlds("me")
    assert kept.used == later.timestamp()


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        (PlaySetup, {}),
        (CompareSetup, {"rule": "hurry,weather"}),
        (RaceSetup, {"rule": "weather,hurry", "field": "hurry"}),
        (EvaluateSetup, {"rule": "hurry"}),
    ],
)
def test_a_link_to_any_page_names_a_world_of_one_s_own_and_what_that_has(
    open_app: Callable[..., App], kind: type[Linked], query: dict[str, str]
) -> None:
    open_app()
    world = world_from_json(bakery())
    key = library().store.keep_world(world, "somebody").key
    rule = {"rule": "weather,hurry"} if "rule" in query else {}
    setup, refused = kind.from_query({"world": key} | query | rule)
    assert refused == []
    assert setup.query().items() >= ({"world": key} | query | rule).items()
    _, (sentence,) = kind.from_query({"world": key, "rule": "moon"}) if rule else (0, ("one or",))
    assert "one or" in sentence


def test_a_world_of_one_s_own_is_played_compared_and_raced(
    open_app: Callable[..., App],
    open_compare: Callable[..., CompareApp],
    open_race: Callable[..., RaceApp],
) -> None:
    open_app()
    world = world_from_json(bakery(title="On every page"))
    key = library().store.keep_world(world, "somebody").key
    app = open_app(world=key)
    assert not app.at.toast
    assert app.session.open.world == world
    compared = open_compare(world=key)
    assert compared.session.world == world
    assert compared.widget("compare-world").value == key
    raced = open_race(world=key, who="ours,segments", visitors="200", crowds="1")
    assert raced.session.setup.plan().world == world
