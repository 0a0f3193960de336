"""Editing of a world in a browser session."""

import json

import pytest

from engine import PersonalizerError
from engine.worlds import GALLERY, WORLDS, World, key_of, world_from_json
from engine.worlds.draft import Draft
from engine.worlds.draft_faults import faults_of
from engine.worlds.world_file import world_to_file
from pages.parts.settings import known_worlds
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.work.uploads import Upload, Uploads
from pages.parts.worlds import pictures
from pages.parts.worlds import session as of_session
from pages.parts.worlds.editors import often
from pages.parts.worlds.session import WorldsSession
from tests.engine.worlds.random_worlds import bakery
from tests.engine.worlds.test_pictures import KEPT as PICTURE

BAKERY = world_from_json(bakery())


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, World]:
    """Return the worlds in the store by key: none."""
    worlds: dict[str, World] = {}
    monkeypatch.setattr(known_worlds, "world_in_store", worlds.get)
    return worlds


@pytest.fixture
def session(kept: dict[str, World]) -> WorldsSession:
    return WorldsSession(keep_at_hand(BAKERY))


def test_it_begins_as_the_world_that_is_chosen(session: WorldsSession) -> None:
    assert session.made() == (BAKERY, [], "")
    assert session.is_unchanged
    assert not session.can_undo
    session.adopt("coffee")
    assert session.made()[0] is WORLDS["coffee"]
    session.undo()
    assert session.made()[0] == BAKERY
    session.adopt("coffee")
    assert session.made()[0] == BAKERY


def test_edits_update_the_world_and_can_be_undone(session: WorldsSession) -> None:
    numbers = session.actions.number, session.values.number, session.truth.number
    session.write_truth({"edited_rows": {0: {"1": 0.75}}})
    session.write_truth({"edited_rows": {0: {"1": 0.75}, 3: {"0": 0.5}}})
    assert (session.actions.number, session.values.number, session.truth.number) == numbers
    world, faults, refused = session.made()
    assert world is not None
    assert (world.expected[0, 1], world.expected[3, 0], faults, refused) == (0.75, 0.5, [], "")
    assert world.outcomes[0, 2].tolist() == BAKERY.outcomes[0, 2].tolist()
    assert not session.is_unchanged
    session.undo()
    assert session.truth.number == numbers[2] + 1
    assert session.draft.expected()[0][1] == 0.75
    assert session.draft.expected()[3][0] == 0
    session.undo()
    assert session.made()[0] == BAKERY
    session.undo()
    assert session.made()[0] == BAKERY
    session.redo()
    session.redo()
    assert session.made() == (world, [], "")
    assert not session.can_redo
    session.undo()
    assert session.can_redo
    session.write_truth({"edited_rows": {1: {"0": 0.5}}})
    assert not session.can_redo
    session.redo()
    assert session.draft.expected()[1][0] == 0.5


def test_a_cell_that_is_set_back_is_as_it_was(session: WorldsSession) -> None:
    session.write_truth({"edited_rows": {0: {"2": 0.9}}})
    session.write_truth({"edited_rows": {}})
    assert session.draft.expected() == session.origin.draft.expected()
    session.write_truth({"edited_rows": {0: {"2": None}}})
    world, (fault,), _ = session.made()
    assert world is None
    assert (fault.row, fault.column) == (1, "Tea")


def test_its_columns_follow_the_actions_and_its_rows_the_values(session: WorldsSession) -> None:
    number = session.truth.number
    session.write_actions({"edited_rows": {0: {"features": "sweet: true"}}})
    assert session.truth.number == number
    session.write_actions({"added_rows": [{"name": "Pie"}]})
    assert session.truth.number == number + 1
    session.write_truth({"edited_rows": {0: {"3": 0.4}}})
    session.write_values({"added_rows": [{"field": "hurry", "value": "maybe"}]})
    assert session.truth.number == number + 2
    assert len(session.draft.segments) == 6
    assert session.draft.expected()[0][3] == 0.4
    world = session.made()[0]
    assert world is not None
    assert [item.id for item in world.items] == ["Roll", "Cake", "Tea", "Pie"]


def test_a_table_of_values_takes_their_place_and_the_truth_of_those_that_stay_stays(
    session: WorldsSession,
) -> None:
    expected = session.draft.expected()
    session.take("Field;Value;Wie\nweather;Rainy;x\n;Snowy;x\nhurry;yes;x\n;no;x\n")
    rows = [(row.field, row.value) for row in session.draft.values]
    assert rows == [("weather", "Rainy"), ("", "Snowy"), ("hurry", "yes"), ("", "no")]
    names = [tuple(row.value for row in segment) for segment in session.draft.segments]
    assert names[0] == ("Rainy", "yes")
    before = [(one["weather"], one["hurry"]) for one in BAKERY.contexts].index(names[0])
    assert session.draft.expected()[0] == expected[before]
    assert session.made()[0] is not None


def test_a_copied_world_is_not_stored_yet(session: WorldsSession) -> None:
    session.begin(world_from_json(bakery(title="Elsewhere")))
    assert session.is_unchanged
    assert not session.is_kept


def test_a_pasted_world_is_not_the_one_chosen_in_the_menu(session: WorldsSession) -> None:
    assert session.is_chosen
    session.take("who,Tea,Pie\nAnn,0.1,0.2\n")
    assert session.is_unchanged
    assert not session.is_chosen
    session.undo()
    assert session.is_chosen


def test_a_world_that_is_only_at_hand_is_kept_by_nobody(
    session: WorldsSession, kept: dict[str, World]
) -> None:
    """For example, after a change on Play: the world's link opens nothing in another session."""
    assert not session.is_kept
    kept[key_of(BAKERY)] = BAKERY
    assert session.is_kept
    session.adopt("hotel")
    assert session.is_kept


def test_a_table_of_chances_keeps_what_its_actions_are_worth() -> None:
    session = WorldsSession("hotel")
    names = [item.id for item in GALLERY["hotel"].world.items]
    session.take("\t".join(["who", *names]) + "\nAnn" + "\t0.5" * len(names))
    world = session.made()[0]
    assert world is not None
    assert world.unit == "€"
    assert world.expected[0] == pytest.approx(0.5 * GALLERY["hotel"].world.worth)
    session.take("who,A\nAnn,0.5")
    assert session.draft.unit == ""


def test_empty_tables_are_filled(session: WorldsSession) -> None:
    session.clear()
    assert session.draft == Draft()
    _, faults, _ = session.made()
    assert {fault.table for fault in faults} == {"place", "actions", "values"}
    session.write("Canteen", "🍲", "", "€")
    session.write_actions({"added_rows": [{"name": "Soup"}, {"name": "Salad"}]})
    session.write_values({"added_rows": [{"field": "day", "value": "cold"}, {"value": "hot"}]})
    session.write_truth({"edited_rows": {0: {"0": 0.9}, 1: {"1": 0.8}}})
    world, faults, refused = session.made()
    assert world is not None
    assert (world.expected.tolist(), faults, refused) == ([[0.9, 0.2], [0.2, 0.8]], [], "")
    session.depend(None)
    assert len(session.draft.segments) == 2
    session.depend([])
    assert len(session.draft.segments) == 1
    session.scramble(3)
    assert session.draft.expected() != [[0.2, 0.2]]
    key = session.record_as_world(world)
    assert key == key_of(world) == session.chosen


def test_refused_edits_are_reported_and_change_nothing(session: WorldsSession) -> None:
    values = [{"field": f"f{n // 8}", "value": f"{n}"} for n in range(40)]
    session.write_values({"deleted_rows": [0, 1, 2, 3], "added_rows": values})
    before = session.draft
    session.depend([f"f{n}" for n in range(5)])
    assert "32,768 segments" in session.refused
    assert session.draft is before
    session.depend(["f0"])
    assert session.refused == ""


@pytest.mark.parametrize("name", GALLERY)
def test_each_ready_world_can_be_written_on(name: str) -> None:
    session = WorldsSession(name)
    assert session.refused == ""
    assert faults_of(session.draft) == []


def test_tastes_are_copied_blurred_and_graded_and_taken_back(session: WorldsSession) -> None:
    before = session.draft.expected()
    session.copy("column", 0, 1)
    assert [row[0] for row in session.draft.expected()] == [
        row[1] for row in session.draft.expected()
    ]
    session.blur(1.0)
    assert len({value for row in session.draft.expected() for value in row}) == 1
    session.write_levels({"added_rows": [{"name": "Looked", "worth": 0.25}]})
    session.grade(1.0)
    world, faults, _ = session.made()
    assert world is not None
    assert (world.partial, faults) == (0.25, [])
    for _ in range(4):
        session.undo()
    assert session.draft.expected() == before


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_taken_as_what_it_is(session: WorldsSession, mark: bytes) -> None:
    session.take(mark + world_to_file(WORLDS["coffee"]).encode())
    assert session.made()[0] == WORLDS["coffee"]
    session.take(mark + b"who,A,B\nAnn,0.25,1\n")
    assert session.draft.expected() == [[0.25, 1.0]]
    with pytest.raises(PersonalizerError, match="not text in UTF-8: row 1 has"):
        session.take(mark + b"\x89PNG")


def test_a_truth_of_many_segments_is_written_slice_by_slice(session: WorldsSession) -> None:
    session.clear()
    session.write("Long", "", "", "")
    session.write_actions({"added_rows": [{"name": "A"}, {"name": "B"}]})
    values = [{"field": f"f{n // 8}", "value": f"{n}"} for n in range(24)]
    session.write_values({"added_rows": values})
    session.depend(["f0", "f1", "f2"])
    third = session.draft.fields["f1"][2]
    session.turn(["f0", "f2"], {"f1": third.id})
    assert len(session.truth.rows()) == 64
    session.write_truth({"edited_rows": {0: {"1": 0.9}, 63: {"0": 0.1}}})
    number = session.truth.number
    session.turn(["f0", "f1"], {})
    session.write_truth({"edited_rows": {0: {"0": 0.5}}})
    assert session.truth.number == number + 1
    world, _, _ = session.made()
    assert world is not None
    cell = world.cell({"f0": "0", "f1": "10", "f2": "16"})
    assert world.expected[cell].tolist() == [0.2, 0.9]
    assert world.expected[world.cell({"f0": "7", "f1": "10", "f2": "23"}), 0] == 0.1
    assert world.expected[0].tolist() == [0.5, 0.2]
    again = WorldsSession("coffee")
    again.begin(world)
    assert again.draft.expected() == session.draft.expected()


def test_steps_of_large_truths_leave_room_for_fewer(
    session: WorldsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_session, "MOST_TASTES", 30)
    for seed in range(9):
        session.scramble(seed)
    undone = 0
    while session.can_undo:
        session.undo()
        undone += 1
    assert undone == 2


def test_a_picture_file_that_was_not_sent_changes_nothing(
    session: WorldsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload was cancelled, interrupted or refused."""
    upload = Upload(Uploads(2))
    ended = []
    monkeypatch.setattr(pictures, "this_upload", lambda what: upload)
    monkeypatch.setattr(pictures, "upload_field", lambda *told, key: ended.append(told[2]))
    pictures._write(session)
    ended[0]("")
    incoming = upload.begin()
    incoming.write(b"a part")
    ended[0]("")
    assert (session.can_undo, session.refused) == (False, "")


def test_an_action_has_a_picture_file_until_it_is_taken_out(session: WorldsSession) -> None:
    session.put_picture(session.draft.actions[1].id, PICTURE)
    world, _, _ = session.made()
    assert world is not None
    assert [item.picture for item in world.items] == ["", PICTURE, ""]
    session.write_actions({"edited_rows": {1: {"name": "Torte"}}})
    assert session.draft.actions[1].picture == PICTURE
    session.put_picture(session.draft.actions[1].id, "")
    session.undo()
    assert session.draft.actions[1].picture == PICTURE


def test_values_that_come_together_may_come_independently(session: WorldsSession) -> None:
    session.take(json.dumps(bakery(version=5, together=[1.5, 0.5, 0.4, 1.6])))
    assert min(session.draft.times) == 0.4
    session.part_fields()
    assert not session.draft.times
    session.undo()
    assert max(session.draft.times) == 1.6


def test_how_often_values_come_together_is_said_in_plain_numbers() -> None:
    told = [often(times) for times in (0.001, 0.0123, 0.5, 2, 9.96, 200.4, 12345.6)]
    assert told == ["hardly ever", "0.012", "0.5", "2", "10", "200", "12,346"]
