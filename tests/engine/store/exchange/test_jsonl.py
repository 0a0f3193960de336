"""A loop's log as a file, out and in."""

import json

import pytest

from engine.simulation.simulated_visitors import crowd
from engine.store import LoopInfo, LoopLibrary, StoredLoop
from engine.store.exchange.jsonl import export_lines
from engine.store.exchange.loop_import import import_file
from engine.store.exchange.untrusted_lines import MAX_LISTED
from engine.worlds import GALLERY, WORLDS
from tests.engine.requests import CONTEXTS, DRINKS, Json
from tests.engine.store.exchange.files import file_of, rejected
from tests.engine.store.workers import beliefs


@pytest.mark.parametrize("pack", [False, True])
def test_an_imported_loop_goes_on_like_the_exported_one(
    library: LoopLibrary, exported: StoredLoop, lines: list[str], pack: bool
) -> None:
    about = import_file(library, file_of(*lines, "", pack=pack), "new")
    back = library.open(about.id)
    assert (about.name, about.seed, about.world) == ("Coffee, random seed 7", 7, "coffee")
    assert about.events == len(exported.loop.events) == len(back.loop.events)
    assert beliefs(back.loop) == beliefs(exported.loop)
    assert list(export_lines(library.store, about.id)) == lines
    assert back.loop.settings == exported.loop.settings
    library.store.delete(about.id, "new")


def test_a_loop_without_a_world_is_for_python_alone(library: LoopLibrary) -> None:
    kept = StoredLoop.create(library.store, owner="me", seed=1)
    kept.loop.rank(DRINKS, CONTEXTS[0], ["latte"], defer_activation=True)
    lines = list(export_lines(library.store, kept.id))
    about = import_file(library, file_of(*lines), "new", needs_world=False)
    assert about.world is None
    assert len(StoredLoop.open(library.store, about.id).loop.events) == 1
    assert "serves no world" in rejected(library, file_of(*lines)).message


def test_a_page_of_several_slots_is_exported_and_imported(library: LoopLibrary) -> None:
    kept = StoredLoop.create(library.store, owner="me", world=GALLERY["home"].world, seed=1)
    list(crowd(kept.loop, GALLERY["home"].world, 10))
    lines = list(export_lines(library.store, kept.id))
    about = import_file(library, file_of(*lines), "new")
    back = library.open(about.id).loop
    assert list(export_lines(library.store, about.id)) == lines
    assert [event.ranked.slot for event in back.events.values()] == [
        event.ranked.slot for event in kept.loop.events.values()
    ]
    library.store.delete(about.id, "new")


def test_files_and_databases_from_when_the_shop_was_called_store_still_open(
    library: LoopLibrary,
) -> None:
    shop = WORLDS["shop"]
    kept = StoredLoop.create(library.store, owner="me", world=shop, seed=3)
    list(crowd(kept.loop, shop, 2))
    first, *rest = export_lines(library.store, kept.id)
    head = json.dumps(json.loads(first) | {"world": "store"})
    about = import_file(library, file_of(head, *rest), "new", edited=True)
    assert (about.world, library.open(about.id).world) == ("shop", shop)
    old = LoopInfo("x" * 22, "new", "Store, seed 3", "store", 3)
    library.store.create(old, list(kept.loop.log.history))
    assert library.open(old.id).world is shop
    assert beliefs(library.open(old.id).loop) == beliefs(kept.loop)
    for one in (about, old):
        library.store.delete(one.id, "new")


def test_each_faulty_line_is_reported_by_number_and_reason(
    library: LoopLibrary, lines: list[str]
) -> None:
    broken = [*lines]
    broken[3] = broken[3][:50]
    broken[9] = '{"kind":"Nonsense"}'
    error = rejected(library, file_of(*broken))
    reasons = {fault.line: fault.reason for fault in error.faults}
    assert "not JSON" in reasons[4]
    assert "not one of" in reasons[10]
    assert error.total == len(error.faults) >= 2
    assert "1 more line is faulty" in error.message
    many = rejected(library, file_of(lines[0], lines[1], *(["x"] * 100)))
    assert (many.total, len(many.faults)) == (100, MAX_LISTED)


HEADS: dict[str, Json] = {
    "does not say that it is": {"format": "other"},
    "reads the versions 1 and 2": {"version": 3},
    "its seed": {"seed": "7"},
    "its seed ": {"seed": -1},
    "its name": {"name": ""},
    "its name ": {"name": "x" * 81},
    "its name is not text": {"name": "\ud800"},
    "its origin is not one of here": {"origin": "moon"},
    "its world": {"world": "moon"},
    "serves no world": {"world": None},
}


@pytest.mark.parametrize(("reason", "change"), HEADS.items(), ids=HEADS)
def test_a_first_line_that_cannot_be(
    library: LoopLibrary, lines: list[str], reason: str, change: Json
) -> None:
    head = json.dumps(json.loads(lines[0]) | change)
    error = rejected(library, file_of(head, *lines[1:]))
    assert error.faults[0].line == 1
    assert reason.strip() in error.faults[0].reason
