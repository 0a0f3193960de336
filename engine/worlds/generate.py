"""A world out of a handful of knobs and a seed, for who wants to test an engine, not tell a story.

The chance of a reward is a sum of random effects of an action with one, two or three of the
fields that matter, scaled to what the knobs ask for. Same knobs and seed: the same world.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import check_number, refuse
from engine.streams import stream
from engine.worlds.fields import Field, Value
from engine.worlds.limits import MAX_CELLS, MAX_FIELDS, MAX_ITEMS, MAX_TERMS, MAX_VALUES
from engine.worlds.taste import Item, TasteWeights, Term, WeightSums
from engine.worlds.visitors import SAMPLE
from engine.worlds.world import World

_CODE = "BadRequest"
_GROUPS = 6
"""Pairs, and triples, of fields that have effects of their own."""
_DRAWN = 4_000
"""Effects that are drawn for one of them; the largest `MAX_TERMS` of all are kept."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a generated world is like; ``BadRequest`` for what cannot be.

    Attributes:
        fields: of the context.
        values: of each field.
        actions: to choose from.
        main, pairs, triples: how much of what decides lies in single fields, in pairs and in
            triples of them, relative to one another; all 0 for a world where nothing matters.
        noise: 0 for rewards that are nearly certain, 1 for nothing but chance.
        base: mean reward of choosing uniformly.
        irrelevant: how many of the fields say nothing.
        uneven: 0 for values that come equally often, 1 for some that come far more often.
        whole: share of the rewards that are 1 and not 1/2.
    """

    fields: int = 3
    values: int = 4
    actions: int = 6
    main: float = 1.0
    pairs: float = 1.0
    triples: float = 0.0
    noise: float = 0.5
    base: float = 0.3
    irrelevant: int = 0
    uneven: float = 0.0
    whole: float = 1.0

    def __post_init__(self) -> None:
        whole = {
            "fields": (1, MAX_FIELDS),
            "values": (2, MAX_VALUES),
            "actions": (1, MAX_ITEMS),
            "irrelevant": (0, self.fields),
        }
        for name, (low, high) in whole.items():
            check_number(_CODE, name, getattr(self, name), low, high, whole=True)
        for name in ("main", "pairs", "triples", "noise", "uneven"):
            check_number(_CODE, name, getattr(self, name), 0, 1)
        check_number(_CODE, "whole", self.whole, 0.05, 1)
        check_number(_CODE, "base", self.base, 0.005, 0.9 * _worth(self.whole))
        cells = self.values**self.fields
        if cells > MAX_CELLS:
            refuse(_CODE, "fields", cells, f"at most {MAX_CELLS:,}", "the number of contexts")


def generate(knobs: Knobs, seed: int) -> World:
    """The world that the knobs and a seed make."""
    rng = stream(seed, "world", *astuple(knobs))
    fields = tuple(_field(number, knobs, rng) for number in range(knobs.fields))
    # Pictures are animals: of 50 no two are alike.
    items = tuple(
        Item(f"Action {n + 1}", chr(0x1F400 + n), {"name": f"a{n + 1}"})
        for n in range(knobs.actions)
    )
    mattering = np.sort(rng.permutation(knobs.fields)[: knobs.fields - knobs.irrelevant])
    terms = _terms(knobs, fields, items, mattering.tolist(), rng)
    count = len(mattering)
    return World(
        title=f"Generated {seed}"[:40],
        emoji="🎲",
        story=(
            f"A world that was drawn at random from seed {seed}. "
            f"Of its {knobs.fields} fields {count} {'matters' if count == 1 else 'matter'}."
        ),
        fields=fields,
        items=items,
        taste=_scaled(knobs, fields, items, terms, rng),
    )


def _field(number: int, knobs: Knobs, rng: np.random.Generator) -> Field:
    shares = np.exp(2 * knobs.uneven * rng.standard_normal(knobs.values))
    letter = chr(ord("a") + number)  # No two fields have a value of one name.
    values = (
        Value(f"{letter}{at + 1}", "", round(share, 3) + 0.001) for at, share in enumerate(shares)
    )
    return Field(f"f{number + 1}", f"Field {number + 1}", tuple(values))


# -- effects --------------------------------------------------------------------------


def _terms(
    knobs: Knobs,
    fields: Sequence[Field],
    items: Sequence[Item],
    mattering: Sequence[int],
    rng: np.random.Generator,
) -> list[Term]:
    """Effects of any size, the largest of those that were drawn."""
    drawn: list[Term] = []
    for order, weight in enumerate((knobs.main, knobs.pairs, knobs.triples), start=1):
        every = list(combinations(mattering, order))
        order_of_all = rng.permutation(len(every))[: _GROUPS if order > 1 else len(every)]
        for at in order_of_all.tolist() if weight else ():
            drawn += _effects([fields[one] for one in every[at]], items, weight, rng)
    drawn.sort(key=lambda term: -abs(term.add))
    return drawn[: MAX_TERMS - 1]


def _effects(
    fields: Sequence[Field], items: Sequence[Item], weight: float, rng: np.random.Generator
) -> list[Term]:
    """What an action adds for each combination of values of some fields, or for some of them."""
    sizes = (*(len(field.values) for field in fields), len(items))
    size = math.prod(sizes)
    cells = np.arange(size) if size <= _DRAWN else np.unique(rng.integers(size, size=_DRAWN))
    adds = weight * rng.standard_normal(len(cells))
    found = []
    for place, add in zip(np.transpose(np.unravel_index(cells, sizes)), adds, strict=True):
        pairs = zip(fields, place, strict=False)
        when = {field.name: field.values[at].name for field, at in pairs}
        found.append(Term(float(add), when, items[place[-1]].id, {}))
    return found


# -- scale ----------------------------------------------------------------------------


def _scaled(
    knobs: Knobs,
    fields: Sequence[Field],
    items: Sequence[Item],
    terms: Sequence[Term],
    rng: np.random.Generator,
) -> TasteWeights:
    """Effects as large as the noise leaves them, around a level that has the mean asked for."""
    places = _sample(fields, rng)
    names = {field.name: [value.name for value in field.values] for field in fields}
    sums = WeightSums(TasteWeights(0.0, tuple(terms)), names, items).sums(places)
    spread = float(sums.std())
    scale = (1 - knobs.noise) ** 2 / spread if spread else 0.0
    kept = tuple(replace(term, add=add) for term in terms if (add := _add(scale * term.add)))
    sums = WeightSums(TasteWeights(0.0, kept), names, items).sums(places)
    level = _level(sums, knobs.base / _worth(knobs.whole))
    start = min(max(level, 0.0), 1.0)
    lift = _add(level - start)
    everywhere = (Term(lift, {}, None, {}),) if lift else ()
    return TasteWeights(round(start, 4), everywhere + kept, knobs.whole)


def _worth(whole: float) -> float:
    """Mean of a reward that comes."""
    return whole + (1 - whole) / 2


def _add(size: float) -> float:
    """As much as a term may add, with few digits."""
    return round(min(max(size, -1.0), 1.0), 4)


def _sample(fields: Sequence[Field], rng: np.random.Generator) -> NDArray[np.intp]:
    """Who comes: the places of their values, (n, fields)."""
    shares = [np.array([value.share for value in field.values]) for field in fields]
    drawn = [rng.choice(len(one), size=SAMPLE, p=one / one.sum()) for one in shares]
    return np.stack(drawn, axis=1)


def _level(sums: Array, mean: float) -> float:
    """What has to be added to sums for this mean, cut off at 0 and 1."""
    low, high = -1.0, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        if float((sums + middle).clip(0, 1).mean()) < mean:
            low = middle
        else:
            high = middle
    return (low + high) / 2
