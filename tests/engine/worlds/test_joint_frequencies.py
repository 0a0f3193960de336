"""Joint frequencies of values are kept under additions and removals, as far as the limits allow."""

import base64
import json
import tracemalloc
import zlib
from dataclasses import replace

import numpy as np
import pytest

from engine.streams import stream
from engine.worlds import world_from_json
from engine.worlds.draft import Draft
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_field_changes import with_number, with_values
from engine.worlds.draft_rows import Rules, ValueRow
from engine.worlds.draft_text import draft_from_text, draft_to_text
from engine.worlds.joint_frequencies import APART, Joint, joint_of, segments_come
from engine.worlds.world_contents import MAX_TIMES
from tests.engine.worlds.random_worlds import bakery

TIMES = (1.5, 0.5, 0.4, 1.6)
TOGETHER = draft_of(world_from_json(bakery(version=5, together=list(TIMES))))
HOURS = tuple(ValueRow(n + 100, "hour" if n == 0 else "", f"{n:02}") for n in range(48))
DAYS = tuple(ValueRow(n + 200, "day" if n == 0 else "", f"d{n}") for n in range(12))


@pytest.fixture(scope="module")
def large() -> Draft:
    """The bakery with 2,304 contexts, with two dependent fields."""
    values = [*TOGETHER.values, *HOURS, *DAYS]
    return with_values(replace(TOGETHER, rules=Rules()), values)


def test_fields_that_come_independently_take_no_room(large: Draft) -> None:
    assert (large.cells, large.bound, large.times) == (2_304, ("weather", "hurry"), TIMES)
    assert joint_of([[1, 2], [3, 4]], [2.0, 2.0, 0.5, 0.5]) == Joint(((1, 2),), (2.0, 0.5))
    assert joint_of([[1, 2]], [1.0, 1.0]) == joint_of([[1]], []) == APART


def test_a_large_world_comes_as_its_bound_fields_say(large: Draft) -> None:
    world = world_of(large)
    assert (world.bound, world.together) == (("weather", "hurry"), TIMES)
    assert world.bound_shares == pytest.approx(np.array([[0.5, 1 / 6], [0.2 / 3, 0.8 / 3]]))
    data = world.to_json()
    assert (data["version"], world_from_json(data)) == (6, world)
    rng = stream(0, "visitors of a bakery")
    came = [world.visitor(rng) for _ in range(2_000)]
    rainy = sum(one["weather"] == "Rainy" and one["hurry"] == "yes" for one in came)
    assert rainy / 2_000 == pytest.approx(0.2 / 3, abs=0.02)
    again = world_of(draft_of(world))
    assert (again.bound, again.together) == (world.bound, world.together)


def test_value_of_a_large_world_uses_joint_frequencies() -> None:
    term = {"add": 0.5, "when": {"weather": "Rainy", "hurry": "no"}, "item": "Roll"}
    fields = [*bakery()["fields"], *({"name": name, "values": [
        {"name": f"{name}{n}"} for n in range(20)
    ]} for name in ("f", "g"))]  # fmt: skip
    joint = {"fields": ["weather", "hurry"], "times": list(TIMES)}
    truth = {"base": 0.1, "terms": [term]}
    more = {"version": 6, "fields": fields, "truth": truth, "together": joint}
    world = world_from_json(bakery(**more))
    del more["together"]
    apart = world_from_json(bakery(**more))
    assert world.best_value == pytest.approx(0.1 + 0.5 * 0.8 / 3)
    assert apart.best_value == pytest.approx(0.1 + 0.5 / 6)


def test_joint_frequencies_without_space_are_reported_before_they_are_dropped(large: Draft) -> None:
    wide = joint_of(
        [[row.id for row in rows] for rows in large.fields.values()],
        np.linspace(0.5, 1.5, large.cells).tolist(),
    )
    bound = replace(large, together=wide)
    hours = [ValueRow(n + 300, "", f"late {n}") for n in range(200)]
    first, rest = large.values[:5], large.values[5:]
    over = with_values(bound, [*first, *hours, *rest])
    (fault,) = [one for one in faults_of(over) if "correlated" in one.says]
    assert (fault.table, fault.row, fault.column) == ("values", 6, "value")
    many = 4 * 248 * 12
    assert fault.says == (
        "is one too many: the correlated fields weather and hurry and hour and day may have at "
        f"most {MAX_TIMES:,} combinations, and with it there are {many:,}. Remove it, or make "
        "fields independent, which drops their correlation"
    )
    assert over.together == wide, "nothing is dropped"
    assert draft_from_text(draft_to_text(over)).together == wide
    assert with_values(over, large.values).together == wide
    assert not [one for one in faults_of(replace(over, together=APART)) if "correlat" in one.says]


def test_a_field_that_is_renamed_row_by_row_is_told_and_comes_as_before() -> None:
    sunny, rainy, yes, no = TOGETHER.values
    whole = [replace(yes, field="rush"), replace(no, field="rush")]
    torn = [sunny, rainy, whole[0], replace(no, field="hurry")]
    for values, row in ((torn, 4), ([sunny, rainy, replace(yes, field=""), no], 3)):
        half = with_values(TOGETHER, values)
        (fault,) = faults_of(half)
        assert (fault.table, fault.row, fault.column) == ("values", row, "field")
        assert fault.says.startswith("separates correlated values")
        assert half.together == TOGETHER.together
        assert not faults_of(replace(half, together=APART))
        renamed = with_values(half, [sunny, rainy, *whole])
        assert (faults_of(renamed), renamed.bound, renamed.times) == (
            [],
            ("weather", "rush"),
            TIMES,
        )


def test_fields_that_change_places_take_their_table_along() -> None:
    sunny, rainy, yes, no = TOGETHER.values
    turned = with_values(TOGETHER, [yes, no, sunny, rainy])
    assert (turned.bound, turned.times) == (("hurry", "weather"), (1.5, 0.4, 0.5, 1.6))
    assert segments_come(TOGETHER.together, TOGETHER.fields, ["hurry"]).tolist() == [3.4, 2.6]


def test_segments_of_other_fields_take_no_room_for_what_is_bound() -> None:
    ids = iter(range(10_000))
    sizes = {"p": 30, "q": 30, "a": 50, "b": 50, "c": 4}
    fields = {f: [ValueRow(next(ids), f, f"{n}") for n in range(m)] for f, m in sizes.items()}
    bound = [[row.id for row in fields[name]] for name in "abc"]
    wide = joint_of(bound, np.linspace(0.5, 1.5, 10_000).tolist())
    tracemalloc.start()
    come = segments_come(wide, fields, ["p", "q"])
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    assert come == pytest.approx(np.full((30, 30), 10_000))
    some = segments_come(wide, fields, ["p", "b"])
    assert some == pytest.approx(np.tile(wide.table.sum(axis=(0, 2)), (30, 1)))


def test_a_large_world_is_the_same_after_a_draft_of_it(large: Draft) -> None:
    plain = world_of(draft_of(world_of(large)))
    data = plain.to_json()
    table = np.broadcast_to(np.array(TIMES).reshape(2, 2, 1), (2, 2, 48))
    data["together"] = {"fields": ["weather", "hurry", "hour"], "times": table.ravel().tolist()}
    world = world_from_json(data)
    assert (world.bound, world.together) == (("weather", "hurry"), TIMES)
    assert world == world_of(draft_of(world)) == plain
    data["together"] = {"fields": ["hour"], "times": [2] * 48}
    assert (world_from_json(data).bound, world_from_json(data).together) == ((), ())


def test_another_number_of_slices_keeps_what_is_known_of_other_fields(large: Draft) -> None:
    numbered = with_number(large, "hour", 0, 24, 50, None, 1)
    assert (numbered.cells, numbered.times) == (2_400, TIMES)


def test_older_drafts_say_it_of_all_contexts() -> None:
    text = draft_to_text(TOGETHER)
    data = zlib.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    older = json.loads(data) | {"together": list(TIMES)}
    del older["drift"]
    packed = zlib.compress(json.dumps(older).encode())
    assert draft_from_text(base64.urlsafe_b64encode(packed).decode()) == TOGETHER
