"""A world as it is written."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from engine import PersonalizerError
from engine.simulation.crowd import potential_outcomes
from engine.worlds import GALLERY, WORLDS, World, world_from_json
from engine.worlds.draft import MAX_SEGMENTS, UNKNOWN, Draft
from engine.worlds.rows import ActionRow, ValueRow
from engine.worlds.taste import Taste
from tests.engine.worlds.random_worlds import bakery, worlds

BAKERY = Draft.of(world_from_json(bakery()))
SMALL = Draft(
    "Small",
    actions=(ActionRow(0, "Tea", "🍵", "hot: true"), ActionRow(1, "Ice")),
    values=(ValueRow(2, "sun", "yes"), ValueRow(3, "", "no", share=3.0)),
)


@pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
def test_the_app_s_worlds_come_back_as_they_are(world: World) -> None:
    assert Draft.of(world).world == world


@settings(max_examples=40)
@given(worlds())
def test_any_world_comes_back_with_the_same_rewards_to_the_last_bit(
    told: dict[str, object],
) -> None:
    world = world_from_json(told)
    back = Draft.of(world).world
    assert (back.outcomes == world.outcomes).all()
    assert (back.frequencies == world.frequencies).all()
    assert (back.fields, back.items) == (world.fields, world.items)


def test_it_depends_on_no_more_fields_than_it_has_to() -> None:
    told = bakery(truth={"table": [[0.1, 0.2, 0.3]] * 2 + [[0.4, 0.5, 0.6]] * 2})
    assert Draft.of(world_from_json(told)).by == ("weather",)
    assert BAKERY.by == ("weather", "hurry")
    alike = Draft.of(world_from_json(bakery(truth={"table": [[0.1, 0.2, 0.3]] * 4})))
    assert (alike.by, alike.expected()) == ((), [[0.1, 0.2, 0.3]])


def test_what_a_value_sends_is_written_too() -> None:
    told = bakery(version=2)
    young, sporty = (dict(value) for value in told["fields"][0]["values"])
    told["fields"][0]["values"] = [young | {"sends": 24}, sporty | {"sends": {"sport": True}}]
    world = world_from_json(told)
    draft = Draft.of(world)
    assert [row.sends for row in draft.values] == ["24", "sport", "", ""]
    assert draft.world == world
    first, second = draft.values[:2]
    rows = (replace(first, sends="1.5"), replace(second, sends="a, b"), *draft.values[2:])
    field = replace(draft, values=rows).world.fields[0]
    assert [value.sends for value in field.values] == [1.5, {"a": True, "b": True}]


def test_a_small_world_is_written_row_by_row() -> None:
    assert SMALL.faults() == []
    world = SMALL.written(0, 1, 1).written(1, 0, 0.5).world
    assert world.expected.tolist() == [[0.2, 1.0], [0.5, 0.2]]
    assert world.frequencies.tolist() == [0.25, 0.75]
    assert [dict(item.features) for item in world.items] == [{"hot": True}, {"name": "Ice"}]
    assert SMALL.next_id == 4


def test_the_truth_stays_with_its_action_and_its_segment() -> None:
    draft = SMALL.written(0, 1, 0.9).written(1, 0, 0.4)
    renamed = replace(draft, actions=(ActionRow(9, "New"), ActionRow(1, "Gelato")))
    assert renamed.expected() == [[0.2, 0.9], [0.2, 0.2]]
    more = renamed.with_values(
        [ValueRow(3, "sun", "never"), ValueRow(2, "sun", "yes"), ValueRow(5, "sun", "rarely")]
    )
    assert more.expected() == [[0.2, 0.2], [0.2, 0.9], [0.2, 0.2]]
    second = more.with_values([*more.values, ValueRow(6, "who", "Ann"), ValueRow(7, "", "Bo")])
    assert second.by == ("sun", "who")
    assert [row[1] for row in second.expected()] == [0.2, 0.2, 0.9, 0.9, 0.2, 0.2]


def test_where_fewer_fields_matter_segments_get_their_mean() -> None:
    draft = SMALL.written(0, 1, 1.0)
    alike = draft.depending_on([])
    assert alike.expected() == [[0.2, pytest.approx(0.25 * 1.0 + 0.75 * 0.2)]]
    assert alike.depending_on(["sun"]).expected() == [alike.expected()[0]] * 2
    assert draft.depending_on(["sun"]).expected() == draft.expected()


def test_a_field_that_matters_may_be_renamed() -> None:
    draft = SMALL.depending_on(["sun"]).written(1, 1, 0.7)
    renamed = draft.with_values([ValueRow(2, "sky", "yes"), ValueRow(3, "", "no")])
    assert (renamed.by, renamed.expected()) == (("sky",), draft.expected())
    assert renamed.with_values([ValueRow(8, "moon", "full")]).by == ()


def test_half_rewards_stay_as_many_as_can_be() -> None:
    taste = Taste(0.4, 0.2)
    segment, action = SMALL.segments[0], SMALL.actions[0]
    key = frozenset(row.id for row in segment), action.id
    draft = replace(SMALL, truth={key: taste})
    assert draft.written(0, 0, 0.4).taste(segment, action) is taste
    found = draft.written(0, 0, 0.2).taste(segment, action)
    assert found.half == pytest.approx(0.2)
    assert found.full == pytest.approx(0.1)
    for worth in (0.0, 0.8, 1.0):
        found = draft.written(0, 0, worth).taste(segment, action)
        assert found.half / 2 + found.full == pytest.approx(worth)
    assert draft.written(0, 0, 1).taste(segment, action) == Taste(0.0, 1.0)


def test_tastes_by_chance_come_back_with_their_seed() -> None:
    first, other = BAKERY.scrambled(1), BAKERY.scrambled(2)
    assert first == BAKERY.scrambled(1) != other
    values = [value for row in first.expected() for value in row]
    assert all(0.05 <= float(str(value)) <= 0.95 for value in values)
    assert first.world != other.world


def test_what_is_too_large_for_a_table_depends_on_fewer_fields() -> None:
    values = tuple(ValueRow(n, f"f{n // 8}", f"{n}") for n in range(24))
    draft = replace(SMALL, values=values)
    assert len(draft.segments) <= MAX_SEGMENTS
    assert draft.by == ("f0", "f1")
    with pytest.raises(PersonalizerError, match="512 segments"):
        draft.depending_on(["f0", "f1", "f2"])
    assert Draft.of(draft.world).by == ()
    chosen = replace(SMALL, values=values[:16]).depending_on(["f0", "f1"])
    many = [ValueRow(n, f"f{n % 2}", f"{n}") for n in range(400)]
    assert chosen.with_values(many).by == ("f0",)
    table = [[0.1 + place / 1000] for place in range(512)]
    fields = [
        {"name": name, "values": [{"name": str(n)} for n in range(8)]} for name in ("a", "b", "c")
    ]
    told = bakery(fields=fields, items=[{"id": "A", "features": {"x": 1}}], truth={"table": table})
    with pytest.raises(PersonalizerError, match="has 512 segments that may like different"):
        Draft.of(world_from_json(told))


def test_a_world_of_many_contexts_is_written_by_the_fields_that_matter() -> None:
    values = tuple(ValueRow(n + 2, f"f{n // 6}", f"{n}") for n in range(48))
    draft = replace(SMALL, values=values).depending_on(["f3"]).written(2, 1, 0.75)
    world = draft.world
    assert world.size == 6**8
    assert world.expected_in(2 * 6**4).tolist() == [0.2, 0.75]
    assert Draft.of(world).expected() == draft.expected()
    many = draft.depending_on(["f3", "f4", "f5"])
    assert many.faults() == []
    wide = replace(many, actions=tuple(ActionRow(100 + n, f"A{n}") for n in range(5)))
    (fault,) = wide.faults()
    assert "has 1,080 rewards, but 1,000 are the most" in fault.says
    cells = frozenset([draft.segments[0][0].id]), 0
    (fault,) = replace(draft, truth={cells: Taste(0.1, 0.1)}).faults()
    assert "shares of half rewards that differ" in fault.says


def test_a_new_action_is_worth_the_same_for_anybody() -> None:
    more = replace(BAKERY, actions=(*BAKERY.actions, ActionRow(99, "Pie")))
    assert {row[-1] for row in more.expected()} == {UNKNOWN.full}


def test_what_a_success_is_worth_and_the_unit_are_kept() -> None:
    hotel = GALLERY["hotel"].world
    draft = Draft.of(hotel)
    assert draft.world == hotel
    assert [row.worth for row in draft.actions][:2] == [18, 60]
    wrong = replace(draft, unit="x" * 13, actions=(replace(draft.actions[0], worth=0.0),))
    says = {(one.table, one.column): one.says for one in wrong.faults()}
    assert says["place", "unit"] == "has more than 12 characters"
    assert says["actions", "worth"] == "is 0, but must be from 0.000001 to 1,000,000,000"


def test_more_noise_leaves_less_to_learn_and_the_same_mean() -> None:
    draft = SMALL.written(0, 1, 1.0).written(1, 0, 0.0)
    assert draft.expected() == [[0.2, 1.0], [0.0, 0.2]]
    assert draft.blurred(0.5).expected() == [[0.275, 0.675], [0.175, 0.275]]
    assert draft.blurred(0).expected() == draft.expected()
    assert {one for row in draft.blurred(1).expected() for one in row} == {0.35}


@pytest.mark.parametrize("partial", [0.1, 0.5, 0.9])
def test_rewards_may_be_graded_at_any_level_and_earn_the_same(partial: float) -> None:
    graded = BAKERY.graded(0.6, partial)
    told, before = np.array(graded.expected()), np.array(BAKERY.expected())
    assert told == pytest.approx(before)
    world = graded.world
    assert world.expected == pytest.approx(BAKERY.world.expected)
    half, full = world.outcomes[..., 1], world.outcomes[..., 2]
    assert ((half <= 0.6 * (half + full) + 1e-9) | (half + full > 1 - 1e-9)).all()
    assert {world.answer(world.contexts[0], world.items[0].id, x / 50) for x in range(50)} <= {
        0.0, partial, 1.0,
    }  # fmt: skip
    met = potential_outcomes(world, 30, 1)
    assert np.isin(met.rewards, (0, partial, 1)).all()
    assert Draft.of(world).partial == partial
    assert Draft.of(world).world == world
    assert graded.graded(0, 0.5).world.outcomes[..., 1].max() == 0


def test_a_segment_or_an_action_is_copied_onto_another() -> None:
    draft = SMALL.written(0, 0, 0.7).written(0, 1, 0.9)
    assert draft.copied("row", 0, 1).expected() == [[0.7, 0.9], [0.7, 0.9]]
    assert draft.copied("column", 1, 0).expected() == [[0.9, 0.9], [0.2, 0.2]]


def test_a_cell_without_a_number_stays_one_whatever_is_done_to_the_others() -> None:
    draft = SMALL.written(0, 0, 0.7).written(1, 1, None)
    for other in (draft.blurred(0.5), draft.graded(0.5, 0.5), draft.copied("row", 0, 0)):
        assert len(other.faults()) == len(draft.faults()) == 1
    assert not draft.copied("row", 0, 1).faults()
    assert len(draft.copied("column", 1, 0).faults()) == 2


@pytest.mark.parametrize("partial", [0.25, 0.3, 0.7, 0.75])
def test_all_rewards_may_be_partial_ones(partial: float) -> None:
    draft = Draft.of(WORLDS["coffee"]).scrambled(1)
    graded = draft.graded(1.0, partial)
    assert graded.world.outcomes.min() >= 0
    told = np.array(graded.expected(), dtype=float)
    np.testing.assert_allclose(told, np.array(draft.expected(), dtype=float), atol=1e-9)


def test_a_number_is_written_as_a_range_in_slices() -> None:
    draft = SMALL.with_number("age", 18, 78, 3, None, 1)
    world = draft.world
    age = world.fields[1]
    assert [(v.name, v.sends) for v in age.values] == [
        ("18 to 38", 28), ("38 to 58", 48), ("58 to 78", 68),
    ]  # fmt: skip
    assert len({value.share for value in age.values}) == 1
    assert (age.is_number, world.fields[0].is_number) == (True, False)
    assert world.features(world.contexts[0]) == [{"sun": "yes", "age": 28}]
    bell = draft.with_number("age", 18, 78, 5, 48, 10)
    shares = [value.share for value in bell.world.fields[1].values]
    assert len(bell.fields["age"]) == 5
    assert shares[2] == max(shares) > 3 * shares[0]
    for wrong in ((5, 5, 3, None, 1), (0, 5, 3, 2, 0)):
        with pytest.raises(PersonalizerError):
            SMALL.with_number("age", *wrong)
    with pytest.raises(PersonalizerError, match="field is '', but must be the name of a field"):
        SMALL.with_number("", 18, 78, 3, None, 1)


@pytest.mark.parametrize(
    ("low", "high", "slices"), [(0, 1e7, 4), (1e6, 1e6 + 10, 5), (0, 1e-6, 12), (-1e-3, 1e6, 12)]
)
def test_a_number_of_any_size_makes_slices_that_can_be_told_apart(
    low: float, high: float, slices: int
) -> None:
    draft = SMALL.with_number("price", low, high, slices, None, 1)
    assert not draft.faults()
    assert len(draft.world.fields[1].values) == slices
    assert draft.world.fields[1].is_number
