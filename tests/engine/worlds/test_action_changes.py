"""Changes of actions in a world: remaining actions keep their tastes; cells of a removed field
value.
"""

from dataclasses import replace

import numpy as np

from engine.worlds import GALLERY, WORLDS, Field, TasteTerm, TasteWeights, Value, World
from engine.worlds.action_changes import NewRates, offering
from engine.worlds.draft_rows import ActionRow, rows_of
from tests.pages.own_bank import OWN_BANK

COFFEE = WORLDS["coffee"]


def test_actions_go_come_and_cost_more() -> None:
    first, second, *rest = rows_of(COFFEE.items, 0)
    rows = [replace(second, worth=2.0), replace(first, name="Small one"), ActionRow(9, "Tea")]
    world = offering(COFFEE, rows, 7, 20)
    assert [item.id for item in world.items] == [second.name, "Small one", "Tea"]
    assert (world.most, world.fields) == (2.0, COFFEE.fields)
    assert (world.outcomes[:, [1, 0]] == COFFEE.outcomes[:, :2]).all()
    liked = world.outcomes[:, 2, 2].reshape([len(field.values) for field in world.fields])
    distinct = [len(np.unique(np.moveaxis(liked, axis, 0).reshape(n, -1), axis=1).T)
            for axis, n in enumerate(liked.shape)]  # fmt: skip
    assert 1 in distinct, "it depends on one field alone"
    assert len(np.unique(liked)) > 1
    assert offering(COFFEE, rows, 7, 20) == world != offering(COFFEE, rows, 7, 21)
    assert offering(COFFEE, rows_of(COFFEE.items, 0), 7, 0) == COFFEE
    assert rest


def test_whatever_is_ready_can_be_offered_otherwise() -> None:
    for exhibit in GALLERY.values():
        world = exhibit.world
        rows = [*rows_of(world.items, 0)[1:], ActionRow(99, "New one")]
        other = offering(world, rows, 1, 0)
        assert [item.id for item in other.items][-1] == "New one"
        if world.is_tabulated:
            assert (other.outcomes[:, :-1] == world.outcomes[:, 1:]).all()


def test_of_a_large_world_terms_stay_with_what_they_are_about() -> None:
    fields = tuple(
        Field(name, name, tuple(Value(f"{n}", "") for n in range(30))) for name in ("a", "b", "c")
    )
    items = COFFEE.items[:2]
    terms = (TasteTerm(0.5, {"a": "3"}, items[0].id, {}), TasteTerm(0.25, {}, items[1].id, {}))
    world = World("Large", "", "", fields, items, TasteWeights(0.1, terms))
    rows = [replace(rows_of(items, 0)[0], name="Other"), ActionRow(7, "New")]
    taste = offering(world, rows, 7, 0).taste
    assert isinstance(taste, TasteWeights)
    assert taste.terms[0] == replace(terms[0], item="Other")
    assert {term.item for term in taste.terms[1:]} == {"New"}
    assert len(taste.terms) == 31


def test_of_a_large_world_whoever_stays_is_liked_as_before_and_who_comes_as_the_seed_says() -> None:
    fields = tuple(
        Field(name, name, tuple(Value(f"{n}", "") for n in range(30))) for name in ("a", "b", "c")
    )
    items = COFFEE.items[:2]
    (name, feature), *_ = items[0].features.items()
    terms = (TasteTerm(0.5, {}, None, {name: feature}), TasteTerm(0.25, {"a": "3"}, None, {}))
    world = World("Large", "", "", fields, items, TasteWeights(0.1, terms))
    before, other = rows_of(items, 0)
    rows = [replace(before, features="kind: other"), other, ActionRow(7, "New")]
    new = offering(world, rows, 7, 0)
    here = dict.fromkeys("abc", "3")
    for one, same in zip(items, new.items, strict=False):
        assert world.taste(here, one) == new.taste(here, same)
    assert isinstance(new.taste, TasteWeights)
    own = sum(term.add for term in new.taste.terms if term.applies(here, new.items[2]))
    by_field = [t for t in new.taste.terms if t.item == "New"]
    assert own == sum(term.add for term in by_field if term.applies(here, new.items[2]))


def test_the_rates_of_a_new_action_are_those_that_are_given() -> None:
    rows = [*rows_of(OWN_BANK.items, 0), ActionRow(90, "Gold card", worth=200.0)]
    usual = offering(OWN_BANK, rows, 7, 20).outcomes[:, -1, 2]
    rates = OWN_BANK.outcomes[..., 2].mean(axis=0)
    assert rates.min() - 1e-6 <= usual.min() < usual.max() <= rates.max() + 1e-6
    ranged = offering(OWN_BANK, rows, 7, 20, {90: NewRates(low=0.01, high=0.02)})
    assert 0.01 <= ranged.outcomes[:, -1, 2].min() < ranged.outcomes[:, -1, 2].max() <= 0.02
    typed = offering(OWN_BANK, rows, 7, 20, {90: NewRates(low=0.004, high=0.004)})
    assert (typed.outcomes[:, -1, 2] == 0.004).all()
    alike = offering(OWN_BANK, rows, 7, 20, {90: NewRates("Insurance")})
    assert (alike.outcomes[:, -1] == OWN_BANK.outcomes[:, 3]).all()
    assert (alike.outcomes[:, :-1] == OWN_BANK.outcomes).all()


def test_of_a_large_world_a_new_action_is_liked_like_another() -> None:
    fields = tuple(
        Field(name, name, tuple(Value(f"{n}", "") for n in range(30))) for name in ("a", "b", "c")
    )
    items = COFFEE.items[:2]
    (name, feature), *_ = items[0].features.items()
    terms = (
        TasteTerm(0.05, {"a": "3"}, items[0].id, {}),
        TasteTerm(0.02, {}, None, {name: feature}),
        TasteTerm(0.01, {"b": "3"}, None, {}),
    )
    world = World("Large", "", "", fields, items, TasteWeights(0.1, terms))
    rows = [*rows_of(items, 0), ActionRow(7, "New")]
    new = offering(world, rows, 7, 0, {7: NewRates(items[0].id)})
    for here in (dict.fromkeys("abc", "3"), dict.fromkeys("abc", "4")):
        assert new.taste(here, new.items[2]) == world.taste(here, items[0])
        assert new.taste(here, new.items[1]) == world.taste(here, items[1])
