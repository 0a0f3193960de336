"""Changes of fields and values in a draft."""

from dataclasses import replace

import numpy as np
import pytest

from engine import PersonalizerError
from engine.worlds import world_from_json
from engine.worlds.draft import MAX_SEGMENTS, UNKNOWN
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_field_changes import depending_on, with_number, with_values
from engine.worlds.draft_rows import ActionRow, ValueRow
from engine.worlds.draft_taste_changes import written
from tests.engine.worlds.drafts import BAKERY, SMALL
from tests.engine.worlds.random_worlds import bakery


def test_where_fewer_fields_matter_segments_get_their_mean() -> None:
    draft = written(SMALL, {(0, 1): 1.0})
    alike = depending_on(draft, [])
    assert alike.expected() == [[0.2, pytest.approx(0.25 * 1.0 + 0.75 * 0.2)]]
    assert depending_on(alike, ["sun"]).expected() == [alike.expected()[0]] * 2
    assert depending_on(draft, ["sun"]).expected() == draft.expected()


def test_a_field_that_matters_may_be_renamed() -> None:
    draft = written(depending_on(SMALL, ["sun"]), {(1, 1): 0.7})
    renamed = with_values(draft, [ValueRow(2, "sky", "yes"), ValueRow(3, "", "no")])
    assert (renamed.by, renamed.expected()) == (("sky",), draft.expected())
    assert with_values(renamed, [ValueRow(8, "moon", "full")]).by == ()


def test_what_is_too_large_for_a_table_depends_on_fewer_fields() -> None:
    values = tuple(ValueRow(n, f"f{n // 8}", f"{n}") for n in range(40))
    draft = replace(SMALL, values=values)
    assert len(draft.segments) <= MAX_SEGMENTS
    assert draft.by == ("f0", "f1")
    assert depending_on(draft, ["f0", "f1", "f2", "f3"]).by == ("f0", "f1", "f2", "f3")
    with pytest.raises(PersonalizerError, match="32,768 segments, but a table has room for 5,000"):
        depending_on(draft, ["f0", "f1", "f2", "f3", "f4"])
    assert draft_of(world_of(draft)).by == ()
    chosen = depending_on(replace(SMALL, values=values[:16]), ["f0", "f1"])
    many = [ValueRow(n, f"f{n % 2}", f"{n}") for n in range(4_000)]
    assert with_values(chosen, many).by == ("f0",)
    table = [[0.1 + place / 1000] for place in range(512)]
    fields = [
        {"name": name, "values": [{"name": str(n)} for n in range(8)]} for name in ("a", "b", "c")
    ]
    data = bakery(fields=fields, items=[{"id": "A", "features": {"x": 1}}], truth={"table": table})
    assert len(draft_of(world_from_json(data)).segments) == 512


def test_a_new_action_is_worth_the_same_for_anybody() -> None:
    more = replace(BAKERY, actions=(*BAKERY.actions, ActionRow(99, "Pie")))
    assert {row[-1] for row in more.expected()} == {UNKNOWN.full}


def test_a_number_is_written_as_a_range_in_slices() -> None:
    draft = with_number(SMALL, "age", 18, 78, 3, None, 1)
    world = world_of(draft)
    age = world.fields[1]
    assert [(v.name, v.sends) for v in age.values] == [
        ("18 to 38", 28), ("38 to 58", 48), ("58 to 78", 68),
    ]  # fmt: skip
    assert len({value.share for value in age.values}) == 1
    assert (age.is_number, world.fields[0].is_number) == (True, False)
    assert world.features(world.contexts[0]) == [{"sun": "yes", "age": 28}]
    bell = with_number(draft, "age", 18, 78, 5, 48, 10)
    shares = [value.share for value in world_of(bell).fields[1].values]
    assert len(bell.fields["age"]) == 5
    assert shares[2] == max(shares) > 3 * shares[0]
    close = (1e16, 1e16 + 2, 5, None, 1), (1.7e9, 1.7e9 + 1e-6, 12, None, 1)
    vast = (-1e308, 1e308, 3, None, 1), (0, float("inf"), 3, None, 1)
    for wrong in ((5, 5, 3, None, 1), (0, 5, 3, 2, 0), (0, 1e-320, 3, None, 1), *vast, *close):
        with pytest.raises(PersonalizerError):
            with_number(SMALL, "age", *wrong)
    with pytest.raises(PersonalizerError, match="field is '', but must be the name of a field"):
        with_number(SMALL, "", 18, 78, 3, None, 1)


@pytest.mark.parametrize("shares", [(0.0, 0.0), (-1.0, 2.0), (float("nan"), float("inf"))])
def test_shares_that_are_wrong_yet_are_no_reason_to_fail(shares: tuple[float, float]) -> None:
    values = (replace(row, share=one) for row, one in zip(SMALL.values, shares, strict=True))
    draft = written(replace(SMALL, values=tuple(values)), {(0, 0): 0.2, (1, 0): 0.6})
    ((mean, _),) = depending_on(draft, []).expected()
    assert mean == pytest.approx(0.4 if shares[0] == 0 else 0.6)


@pytest.mark.parametrize(
    ("low", "high", "slices"), [(0, 1e7, 4), (1e6, 1e6 + 10, 5), (0, 1e-6, 12), (-1e-3, 1e6, 12)]
)
def test_a_number_of_any_size_makes_slices_that_can_be_told_apart(
    low: float, high: float, slices: int
) -> None:
    draft = with_number(SMALL, "price", low, high, slices, None, 1)
    assert not faults_of(draft)
    assert len(world_of(draft).fields[1].values) == slices
    assert world_of(draft).fields[1].is_number


TOGETHER = draft_of(world_from_json(bakery(version=5, together=[1.5, 0.5, 0.4, 1.6])))


def test_values_that_are_still_there_come_together_as_before() -> None:
    sunny, rainy, *hurry = TOGETHER.values
    rarer = with_values(TOGETHER, [replace(sunny, share=1.0), rainy, *hurry])
    assert world_of(rarer).frequencies == pytest.approx([0.375, 0.125, 0.1, 0.4])
    fewer = with_values(TOGETHER, [sunny, rainy, hurry[0]])
    assert (fewer.times, world_of(fewer).together) == ((1.5, 0.4), (1.5, 0.4))
    assert with_values(TOGETHER, [sunny, rainy]).times == ()
    snowy = ValueRow(99, "", "Snowy")
    more = with_values(TOGETHER, [sunny, rainy, snowy, *hurry])
    assert more.times[:4] == TOGETHER.times
    assert more.times[4:] == pytest.approx((3.4 / 3, 2.6 / 3))


def test_fields_that_are_still_there_come_together_whatever_comes_or_goes() -> None:
    """An additional field is independent of the others; a removed field is summed over."""
    more = with_values(TOGETHER, [*TOGETHER.values, ValueRow(98, "moon", "new")])
    more = with_values(more, [*more.values, ValueRow(99, "", "full")])
    assert more.times == tuple(np.repeat(TOGETHER.times, 2))
    assert with_values(more, TOGETHER.values).times == TOGETHER.times
    apart, world = with_values(more, more.values[2:]), world_of(more)
    assert world_of(apart).frequencies == pytest.approx(
        world.frequencies.reshape(2, 2, 2).sum(axis=0).ravel()
    )
    numbered = with_number(more, "moon", 0, 30, 3, None, 1)
    assert numbered.times == tuple(np.repeat(TOGETHER.times, 3))


def test_segments_get_the_mean_of_those_who_come_together() -> None:
    sunny = depending_on(TOGETHER, ["weather"]).expected()[0]
    rewards = world_from_json(bakery()).expected
    assert sunny == pytest.approx((0.75 * rewards[0] + 0.25 * rewards[1]).tolist())
