"""Drafts of worlds."""

from dataclasses import replace

from engine.worlds import GALLERY
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_field_changes import with_values
from engine.worlds.draft_rows import ActionRow, ValueRow
from engine.worlds.draft_taste_changes import written
from engine.worlds.taste import Item
from tests.engine.worlds.drafts import SMALL


def test_a_small_world_is_written_row_by_row() -> None:
    assert faults_of(SMALL) == []
    world = world_of(written(SMALL, {(0, 1): 1, (1, 0): 0.5}))
    assert world.expected.tolist() == [[0.2, 1.0], [0.5, 0.2]]
    assert world.frequencies.tolist() == [0.25, 0.75]
    assert [dict(item.features) for item in world.items] == [{"hot": True}, {"name": "Ice"}]
    assert SMALL.next_id == 4


def test_listed_actions_are_known_by_their_names_and_by_their_display_names() -> None:
    actions = ActionRow(0, "tea-1", "🍵", title="Tea", worth=3.0), ActionRow(1, "Ice", worth=0.0)
    draft = written(replace(SMALL, actions=actions), {(0, 0): 0.7})
    tea, ice = Item("Tea", "", {}), Item("Ice", "", {}, value=5.0)
    listed = draft.offering([ice, tea])
    assert [(row.id, row.name, row.title) for row in listed.actions] == [
        (1, "Ice", ""), (0, "tea-1", "Tea"),
    ]  # fmt: skip
    assert [row.worth for row in listed.actions] == [5, None]
    assert listed.expected()[0] == [0.2, 0.7]
    kept = draft.offering([ice, tea], has_prices=False)
    assert [row.worth for row in kept.actions] == [0, 3]
    both = draft.offering([Item("tea-1", "", {}), tea])
    assert [row.id for row in both.actions] == [0, 5]


def test_the_truth_stays_with_its_action_and_its_segment() -> None:
    draft = written(SMALL, {(0, 1): 0.9, (1, 0): 0.4})
    renamed = replace(draft, actions=(ActionRow(9, "New"), ActionRow(1, "Gelato")))
    assert renamed.expected() == [[0.2, 0.9], [0.2, 0.2]]
    more = with_values(
        renamed,
        [ValueRow(3, "sun", "never"), ValueRow(2, "sun", "yes"), ValueRow(5, "sun", "rarely")],
    )
    assert more.expected() == [[0.2, 0.2], [0.2, 0.9], [0.2, 0.2]]
    second = with_values(more, [*more.values, ValueRow(6, "who", "Ann"), ValueRow(7, "", "Bo")])
    assert second.by == ("sun", "who")
    assert [row[1] for row in second.expected()] == [0.2, 0.2, 0.9, 0.9, 0.2, 0.2]


def test_value_and_unit_of_a_success_are_kept() -> None:
    hotel = GALLERY["hotel"].world
    draft = draft_of(hotel)
    assert world_of(draft) == hotel
    assert [row.worth for row in draft.actions][:2] == [18, 60]
    wrong = replace(draft, unit="x" * 13, actions=(replace(draft.actions[0], worth=-1.0),))
    says = {(one.table, one.column): one.says for one in faults_of(wrong)}
    assert says["place", "unit"] == "has more than 12 characters"
    assert says["actions", "worth"] == "is -1, but must be from 0 to 1,000,000,000"
