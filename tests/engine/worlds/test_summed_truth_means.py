"""A truth as a sum: means of terms add up to those of the table, unless truncated."""

import numpy as np
import pytest

from engine.worlds import world_from_json
from engine.worlds.summed_truth_means import summed_truth
from tests.engine.worlds.random_worlds import bakery, large


def test_means_of_terms_add_up_to_those_of_the_table() -> None:
    world = world_from_json(large(fields=3, values=4, items=3))
    truth, shares = summed_truth(world), world.shares
    assert truth is not None
    table = world.expected_in(np.arange(world.size)).reshape(4, 4, 4, 3)
    by_last = np.einsum("a,b,abck->ck", shares[0], shares[1], table)
    assert truth.by([2]) == pytest.approx(by_last)
    assert truth.by([0, 2]) == pytest.approx(np.einsum("b,abck->ack", shares[1], table))
    assert truth.by([]) == pytest.approx(shares[2] @ by_last)


def test_a_sum_that_may_leave_0_to_1_is_none_whose_means_add_up() -> None:
    term = {"add": 0.5, "when": {"weather": "Sunny"}}
    for base, adds_up in ((0.5, True), (0.6, False)):
        world = world_from_json(bakery(truth={"base": base, "terms": [term]}))
        assert (summed_truth(world) is not None) == adds_up
    other = {"add": 0.5, "when": {"weather": "Rainy"}}
    either = world_from_json(bakery(truth={"base": 0.5, "terms": [term, other]}))
    assert summed_truth(either) is not None, "nobody comes to whom both are added"
    assert summed_truth(world_from_json(bakery())) is None, "a table is no sum"


def test_ceilings_of_millions_of_terms_are_sampled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [{"name": f"v{n}", "sends": n} for n in range(50)]
    fields = [{"name": f"f{n}", "values": values} for n in range(4)]
    within = {f"f{n}": [0, 49] for n in range(4)}
    truth = {"base": 0.5, "terms": [{"add": 0.0001, "within": within}] * 20}
    world = world_from_json(bakery(version=4, fields=fields, truth=truth))
    monkeypatch.setattr(
        "engine.worlds.summed_truth_means._by_value", lambda _: pytest.fail("expanded")
    )
    assert world.ceilings.single.value == pytest.approx(0.502)


def test_ceilings_of_dependent_fields_are_sampled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sums of term means would assume independent fields."""
    monkeypatch.setattr("engine.worlds.ceilings.ENTRIES", 10)
    data = large(fields=4, values=6, items=2)
    term = {"add": 0.4, "when": {"field0": "5", "field1": "5"}, "item": "item 0"}
    data |= {"truth": {"base": 0.1, "terms": [term]}, "version": 6}
    data["together"] = {"fields": ["field0", "field1"], "times": [1.0] * 35 + [9.0]}
    ceilings, often = world_from_json(data).ceilings.single, 9 * 36 / (21**2 - 36 + 9 * 36)
    assert not ceilings.is_exact
    assert abs(ceilings.value - 0.1 - 0.4 * often) < 4 * ceilings.error
