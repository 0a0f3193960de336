"""Stored worlds that exceed a newer limit: a sentence instead of an exception."""

import gc
from collections.abc import Callable
from unittest.mock import patch

import pytest

from engine.errors import PersonalizerError
from engine.result_cache import RESULTS
from engine.worlds import World, world_from_json, world_json
from engine.worlds.limits import MAX_FEATURES, MAX_SENT
from pages.parts.play.page_settings import PlaySetup
from pages.parts.settings.loop_library_access import library
from pages.parts.text.format import bare
from tests.engine.store.workers import serve_next
from tests.engine.worlds.large_worlds import deep_json
from tests.pages.conftest import App, CompareApp, EvaluateApp, RaceApp
from tests.pages.restart import restart

Open = Callable[..., App]


def wide(columns: int) -> World:
    """A world with so many columns for one value of four fields."""
    told = deep_json() | {"version": 2}
    told["fields"][0]["values"][7]["sends"] = {f"column {n}": n for n in range(columns)}
    return world_from_json(told)


def test_contexts_and_actions_send_so_many_columns() -> None:
    assert wide(MAX_SENT - 3).size == 50**4
    with pytest.raises(PersonalizerError, match="columns that a context may send is 31, but"):
        wide(MAX_SENT - 2)
    told = deep_json()
    told["items"][3]["features"] = {"one": [0.5] * MAX_FEATURES}
    assert world_from_json(told).size == 50**4
    told["items"][3]["features"]["more"] = 1
    with pytest.raises(PersonalizerError, match=r"items\[3\] make is 101, but .*at most 100"):
        world_from_json(told)


@pytest.fixture
def kept(open_app: Open) -> tuple[str, str]:
    """A stored world of this kind, by its key, and a loop in it, by its id."""
    gc.freeze()  # The collection below looks at what comes from here on, not at all tests' objects.
    open_app()
    with patch.object(world_json, "MAX_SENT", 1_000):
        key = library().store.keep_world(wide(100), "somebody").key
        stored = library().begin("somebody", wide(100), 11, PlaySetup().settings())
        serve_next(stored)
        loop = stored.id
        del stored
    restart()
    RESULTS.give_back(idle=-1.0)
    gc.collect()
    return key, loop


@pytest.mark.parametrize("kind", [App, CompareApp, EvaluateApp, RaceApp])
def test_a_link_to_one_is_answered_by_a_sentence(kept: tuple[str, str], kind: type[App]) -> None:
    app = kind(world=kept[0])
    (said,) = app.at.toast
    assert kept[0] in bare(said.value)


def test_so_is_one_to_a_loop_in_it_and_the_lists_are_there(kept: tuple[str, str]) -> None:
    app = App(loop=kept[1])
    (said,) = app.at.toast
    assert "world" in said.value
    assert library().store.worlds("somebody") == []
    assert len(library().store.loops("somebody")) == 1
    for page in ("data", "worlds"):
        app.at.switch_page(f"../../{page}.py")
        app.run()
