"""Columns of a log in words: numbers in slices, rare words together."""

import pytest

from engine.evaluation.context_fields import MISSING, OTHERS
from engine.evaluation.world_from_log import estimate
from tests.engine.evaluation.made_logs import log_of


def test_numbers_become_parts_rare_words_others_and_what_says_nothing_is_left_out() -> None:
    contexts = [
        f"age={20 + i % 40}, town=t{min(i % 60, 30)}, same=x" + (", vip=yes" if i % 3 else "")
        for i in range(600)
    ]
    estimated = estimate([log_of(contexts, ["a", "b"] * 300, [0, 1] * 300)])
    age, town, vip = estimated.world.fields
    assert [v.name for v in age.values] == ["up to 29", "29 to 39", "39 to 49", "above 49"]
    assert [v.share for v in age.values] == [150] * 4
    assert [v.sends for v in age.values] == [24.5, 34.5, 44.5, 54.5]
    assert len(town.values) == 12
    assert town.values[-1].name == OTHERS
    assert {v.name: v.share for v in vip.values} == {MISSING: 200, "yes": 400}
    assert estimated.left_out == {"same": "it is the same in all events"}
    assert estimated.world.expected.mean(axis=0) == pytest.approx([0, 1], abs=0.05)


@pytest.mark.parametrize(
    ("numbers", "names", "sends"),
    [
        ([*range(1, 7), *[100] * 34], ["up to 6", "above 6"], [3.5, 100]),
        (
            [1_700_000_000 + i % 40 for i in range(40)],
            [
                "up to 1700000009", "1700000009 to 1700000019", "1700000019 to 1700000029",
                "above 1700000029",
            ],
            [1_700_000_004, 1_700_000_014, 1_700_000_024, 1_700_000_034],
        ),
        (
            [(1 + i % 10) * 1e307 for i in range(40)],
            ["up to 3e+307", "3e+307 to 5e+307", "5e+307 to 8e+307", "above 8e+307"],
            [2e307, 4.5e307, 7e307, 9.5e307],
        ),
    ],
    ids=["most of them the largest", "near to each other", "as large as numbers are"],
)  # fmt: skip
def test_numbers_of_any_kind_become_parts(
    numbers: list[float], names: list[str], sends: list[float]
) -> None:
    (field,) = estimate(
        [log_of([f"x={number}" for number in numbers], ["a", "b"] * 20, [0, 1] * 20)]
    ).world.fields
    assert [value.name for value in field.values] == names
    assert [value.sends for value in field.values] == pytest.approx(sends, abs=1)
