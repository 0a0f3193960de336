"""Random world from a few parameters and a seed, for tests of an engine.

The chance of a reward is a sum of random effects of an action with one, two or three of the
relevant fields, scaled to the requested noise and mean. Equal parameters and seed give the same
world.
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
from engine.worlds.taste import Item, TasteTerm, TasteWeights, VectorisedWeights
from engine.worlds.visitors import SAMPLE
from engine.worlds.world import World

_CODE = "BadRequest"
_GROUPS = 6
"""Number of pairs, and of triples, of fields with effects of their own."""
_DRAWN = 4_000
"""Effects drawn for one combination of fields; the largest `MAX_TERMS` overall are kept."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """Parameters of a generated world; ``BadRequest`` for impossible ones.

    Attributes:
        fields: number of context fields.
        values: number of values of each field.
        actions: number of actions.
        main, pairs, triples: relative weights of effects of single fields, of pairs and of triples;
            all 0 for a world where nothing matters.
        noise: 0 for nearly certain rewards, 1 for pure chance.
        base: mean reward of choosing uniformly.
        irrelevant: number of fields without effects.
        uneven: 0 for equally frequent values, 1 for very unequal frequencies.
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
    """Generate the world of these parameters and seed."""
    rng = stream(seed, "world", *astuple(knobs))
    fields = tuple(_field(number, knobs, rng) for number in range(knobs.fields))
    # Emoji of 50 different animals.
    items = tuple(
        Item(f"Action {n + 1}", chr(0x1F400 + n), {"name": f"a{n + 1}"})
        for n in range(knobs.actions)
    )
    relevant = np.sort(rng.permutation(knobs.fields)[: knobs.fields - knobs.irrelevant])
    terms = _terms(knobs, fields, items, relevant.tolist(), rng)
    count = len(relevant)
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
    letter = chr(ord("a") + number)  # Names of values are unique over all fields.
    values = (
        Value(f"{letter}{at + 1}", "", round(share, 3) + 0.001) for at, share in enumerate(shares)
    )
    return Field(f"f{number + 1}", f"Field {number + 1}", tuple(values))


# -- effects --------------------------------------------------------------------------


def _terms(
    knobs: Knobs,
    fields: Sequence[Field],
    items: Sequence[Item],
    relevant: Sequence[int],
    rng: np.random.Generator,
) -> list[TasteTerm]:
    """The largest of the drawn effects, before scaling."""
    drawn: list[TasteTerm] = []
    for order, weight in enumerate((knobs.main, knobs.pairs, knobs.triples), start=1):
        combinations_ = list(combinations(relevant, order))
        order_of_all = rng.permutation(len(combinations_))[
            : _GROUPS if order > 1 else len(combinations_)
        ]
        for index in order_of_all.tolist() if weight else ():
            drawn += _effects(
                [fields[position] for position in combinations_[index]], items, weight, rng
            )
    drawn.sort(key=lambda term: -abs(term.add))
    return drawn[: MAX_TERMS - 1]


def _effects(
    fields: Sequence[Field], items: Sequence[Item], weight: float, rng: np.random.Generator
) -> list[TasteTerm]:
    """Random effects of an action with each combination of values of some fields, or with a sample
    of them."""
    sizes = (*(len(field.values) for field in fields), len(items))
    size = math.prod(sizes)
    cells = np.arange(size) if size <= _DRAWN else np.unique(rng.integers(size, size=_DRAWN))
    adds = weight * rng.standard_normal(len(cells))
    terms = []
    for position, add in zip(np.transpose(np.unravel_index(cells, sizes)), adds, strict=True):
        pairs = zip(fields, position, strict=False)
        when = {field.name: field.values[at].name for field, at in pairs}
        terms.append(TasteTerm(float(add), when, items[position[-1]].id, {}))
    return terms


# -- scale ----------------------------------------------------------------------------


def _scaled(
    knobs: Knobs,
    fields: Sequence[Field],
    items: Sequence[Item],
    terms: Sequence[TasteTerm],
    rng: np.random.Generator,
) -> TasteWeights:
    """Scale the effects to the noise, around a base with the requested mean reward."""
    positions = _sample(fields, rng)
    names = {field.name: [value.name for value in field.values] for field in fields}
    sums = VectorisedWeights(TasteWeights(0.0, tuple(terms)), names, items).sums(positions)
    spread = float(sums.std())
    scale = (1 - knobs.noise) ** 2 / spread if spread else 0.0
    kept = tuple(replace(term, add=add) for term in terms if (add := _add(scale * term.add)))
    sums = VectorisedWeights(TasteWeights(0.0, kept), names, items).sums(positions)
    level = _level(sums, knobs.base / _worth(knobs.whole))
    start = min(max(level, 0.0), 1.0)
    lift = _add(level - start)
    everywhere = (TasteTerm(lift, {}, None, {}),) if lift else ()
    return TasteWeights(round(start, 4), everywhere + kept, knobs.whole)


def _worth(whole: float) -> float:
    """Mean of a positive reward."""
    return whole + (1 - whole) / 2


def _add(size: float) -> float:
    """Addend of a term, clipped and rounded."""
    return round(min(max(size, -1.0), 1.0), 4)


def _sample(fields: Sequence[Field], rng: np.random.Generator) -> NDArray[np.intp]:
    """Sample of visitors: positions of their values, (n, fields)."""
    shares = [np.array([value.share for value in field.values]) for field in fields]
    drawn = [rng.choice(len(share), size=SAMPLE, p=share / share.sum()) for share in shares]
    return np.stack(drawn, axis=1)


def _level(sums: Array, mean: float) -> float:
    """Constant to add to the sums for this mean after clipping to 0 and 1."""
    low, high = -1.0, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        if float((sums + middle).clip(0, 1).mean()) < mean:
            low = middle
        else:
            high = middle
    return (low + high) / 2
