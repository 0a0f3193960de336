"""A simulated place: who comes, what can be offered, and what they secretly like.

A new world is one file that makes one `World`, and a line in ``worlds/__init__.py``; or JSON
(`engine.worlds.table`).
"""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.protocol.request import RankRequest, parse_rank_request
from engine.steps import Steps, finish
from engine.streams import stream
from engine.worlds.ceilings import Ceilings, finding_ceilings
from engine.worlds.fields import Contexts, Field, Value
from engine.worlds.levels import LEVELS, Level, levels_to_json, mean_worth, steps_of
from engine.worlds.taste import Context, Item, TasteWeights, Truth, WeightSums

FORMAT = "personalizer-playground-world"  # What the JSON says that it is.
VERSIONS = 1, 2, 3, 4
"""What is written as the first that can hold it: units, values of actions, and what a value of a
field sends came with the second, partial successes that are not worth one half with the third,
several levels of them, picture files and ranges with the fourth, so a world without them stays
what it was, to its digest."""
TABULATED = 1_000
"""Cells up to which everything about a world is computed cell by cell, and can be mapped whole."""
SAMPLE = 4_096
"""Visitors who stand for all who come where there are more cells."""
_SINCE = {"format": 1, "partial": 3, "levels": 4, "picture": 4, "within": 4}
"""The versions with which names came that few worlds have."""
_TOGETHER = 256
"""Of these, those who are asked before others may have their turn."""
_KEPT = 2 * SAMPLE
"""Requests of cells that are kept."""
Cells = NDArray[np.intp]


class Census(NamedTuple):
    """Who comes, C of the cells: all of a tabulated world, else of `SAMPLE` visitors.

    Attributes:
        cells: their positions, (C,).
        weights: how often each comes, (C,), sums to 1.
        expected: of every item, (C, items).
    """

    cells: Cells
    weights: Array
    expected: Array


@dataclass(frozen=True, eq=False)
class World:
    """A simulated place with visitors who have hidden tastes; equal to others by its JSON.

    Beyond `TABULATED` cells nothing is computed for all of them: `contexts` are made as they are
    asked for, the truth is told by `outcomes_in` and `expected_in`, and `census` is a sample.

    Attributes:
        title, emoji: its name on screen, and its picture.
        story: two sentences that set the scene.
        fields: one or more context fields; every combination of values is a cell.
        items: the actions; the first is the baseline unless another leads.
        taste: the hidden truth, a function of context and item: the chances of half a success and
            of a whole one.
        unit: what the values of the items are counted in: a currency, or anything else.
        levels: what a partial success may be worth, as a part of a whole one; it is called half a
            success here, which it is unless a world says otherwise.

    A reward of 1 is a whole success with the item of the highest value, and others earn as much
    less as they are worth less: so whoever earns most reward earns most in the unit.
    """

    title: str
    emoji: str
    story: str
    fields: tuple[Field, ...]
    items: tuple[Item, ...]
    taste: Truth
    unit: str = ""
    levels: tuple[Level, ...] = LEVELS

    @property
    def label(self) -> str:
        """Picture and title, as it stands beside others."""
        return f"{self.emoji} {self.title}".strip()

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, World) and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    # -- as JSON ----------------------------------------------------------------------

    def to_json(self) -> dict[str, object]:
        """The world as JSON, out of which `world_from_json` makes an equal one."""
        values = (value for field in self.fields for value in field.values)
        is_new = (
            self.unit
            or any(item.value != 1 for item in self.items)
            or any(value.sends is not None for value in values)
        )
        levels = levels_to_json(self.levels)
        terms = self.taste.terms if isinstance(self.taste, TasteWeights) else ()
        more = {
            "picture": any(i.picture for i in self.items),
            "within": any(t.within for t in terms),
        }
        since = "format", *levels, *(name for name, is_there in more.items() if is_there)
        told: dict[str, object] = {
            "format": FORMAT,
            "version": max(2 if is_new else 1, *(_SINCE[name] for name in since)),
            "title": self.title,
            "emoji": self.emoji,
            "story": self.story,
            "fields": [field.to_json() for field in self.fields],
            "items": [item.to_json() for item in self.items],
            "truth": self._truth(),
        }
        told |= {"unit": self.unit} if self.unit else {}
        return told | levels

    def _truth(self) -> dict[str, object]:
        """Weights as they are, any other function cell by cell."""
        if isinstance(self.taste, TasteWeights):
            return self.taste.to_json()
        cells = self.outcomes_in(np.arange(self.size)).tolist()
        return {"table": [[f if h == 0 else [h, f] for _, h, f in row] for row in cells]}

    @cached_property
    def text(self) -> str:
        """The world as one line of JSON."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that tell this world from every other."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    # -- what anybody can see ---------------------------------------------------------

    @cached_property
    def size(self) -> int:
        """How many cells there are."""
        return math.prod(len(field.values) for field in self.fields)

    @property
    def is_tabulated(self) -> bool:
        """Whether everything about it may be computed for all cells."""
        return self.size <= TABULATED

    @cached_property
    def contexts(self) -> Sequence[Context]:
        """All cells, the last field changing fastest."""
        if not self.is_tabulated:
            return Contexts(self.fields)
        cells = product(*([(f.name, value.name) for value in f.values] for f in self.fields))
        return tuple(map(dict, cells))

    @cached_property
    def shares(self) -> tuple[Array, ...]:
        """How often each value of each field comes, field by field, each sums to 1."""
        found = (np.array([value.share for value in field.values]) for field in self.fields)
        return tuple(shares / shares.sum() for shares in found)

    @cached_property
    def frequencies(self) -> Array:
        """How often each cell comes, (cells,), sums to 1; of a tabulated world only."""
        self._check_tabulated()
        by_field: list[Array] = [np.array([v.share for v in f.values]) for f in self.fields]
        shares = reduce(np.outer, by_field).ravel()
        return np.asarray(shares / shares.sum())

    def _check_tabulated(self) -> None:
        if not self.is_tabulated:
            allowed = f"at most {TABULATED:,} for a table of them"
            refuse("BadRequest", "fields", self.size, allowed, "the number of contexts")

    @cached_property
    def census(self) -> Census:
        """Who comes: all cells, or a sample of visitors that is the same each time."""
        return finish(self._taking_census())

    def taking_census(self) -> Steps[Census]:
        """The census, in steps where it is not known yet."""
        if "census" not in self.__dict__:
            self.__dict__["census"] = yield from self._taking_census()
        return self.census

    def _taking_census(self) -> Steps[Census]:
        if self.is_tabulated:
            return Census(np.arange(self.size), self.frequencies, self.expected)
        rng, cells = stream(0, "census", self.digest), np.zeros(SAMPLE, dtype=np.intp)
        expected = list[Array]()
        for start in range(0, SAMPLE, _TOGETHER):
            part = slice(start, start + _TOGETHER)
            cells[part] = [self.cell(self.visitor(rng)) for _ in range(len(cells[part]))]
            expected.append(self.expected_in(cells[part]))
            yield None
        return Census(cells, np.full(SAMPLE, 1 / SAMPLE), np.concatenate(expected))

    def some(self, most: int = TABULATED) -> Census:
        """Who comes: the census, in a large world so many of it, for what takes long to ask."""
        if self.is_tabulated:
            return self.census
        cells, _, expected = self.census
        count = min(most, SAMPLE)
        return Census(cells[:count], np.full(count, 1 / count), expected[:count])

    def through(self, context: Context, *names: str) -> list[int]:
        """The cells of whoever is as this context in all fields but those named: a slice of the
        world, their values in order, the last of them changing fastest."""
        along = [field for field in self.fields if field.name in names]
        values = product(*([value.name for value in field.values] for field in along))
        told = [zip((field.name for field in along), one, strict=True) for one in values]
        return [self.cell({**context, **dict(pairs)}) for pairs in told]

    @cached_property
    def actions(self) -> tuple[dict[str, Any], ...]:
        """The items as Rank takes them."""
        return tuple({"id": item.id, "features": [dict(item.features)]} for item in self.items)

    @cached_property
    def actions_from(self) -> Callable[[str], tuple[dict[str, Any], ...]]:
        """The same with one item, named by its id, first, as the baseline."""
        led = {one["id"]: (one, *(o for o in self.actions if o is not one)) for one in self.actions}
        return led.__getitem__

    def features(self, context: Context) -> list[dict[str, Any]]:
        """A context as Rank takes it."""
        if not self._sends:
            return [dict(context)]
        told = {name: self._sends.get(name, {}).get(one, one) for name, one in context.items()}
        sent = {name: one for name, one in told.items() if one != {}}
        return [sent] if sent else []

    @cached_property
    def _sends(self) -> dict[str, dict[str, Any]]:
        """Field -> value -> what is sent for it, where that is not its name."""
        found = {
            field.name: {one.name: one.sends for one in field.values if one.sends is not None}
            for field in self.fields
        }
        return {name: sends for name, sends in found.items() if sends}

    @cached_property
    def _named(self) -> dict[str, dict[str, str]]:
        """Field -> what is sent, as a line of JSON -> value."""
        return {
            field.name: {_line(one.name if one.sends is None else one.sends): one.name
                         for one in field.values}
            for field in self.fields
        }  # fmt: skip

    def cell(self, context: Context) -> int:
        """Position of a context in `contexts`."""
        at = 0
        for (name, places), field in zip(self._places.items(), self.fields, strict=True):
            at = at * len(field.values) + places[context[name]]
        return at

    def has(self, context: Context) -> bool:
        """Whether somebody comes in a context."""
        places = self._places
        return context.keys() == places.keys() and all(context[f] in places[f] for f in places)

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        """Field -> value -> its place among the field's."""
        return {f.name: {one.name: at for at, one in enumerate(f.values)} for f in self.fields}

    def context_of(self, request: RankRequest) -> Context:
        """The context in which a request was made; KeyError if nobody comes in such a one."""
        parts = json.loads(request.context_text)
        told = {name: value for part in parts for name, value in part.items()}
        if not told.keys() <= self._named.keys():
            raise KeyError(request.context_text)
        return {name: named[_line(told.get(name, {}))] for name, named in self._named.items()}

    def request(self, cell: int, first: str | None = None) -> RankRequest:
        """All items offered in a cell, with one of them first, as the baseline; the same each time,
        as features compare by identity (in a large world, as long as not too many are kept)."""
        made = self._requests.get((cell, first))
        if made is None and len(self._requests) >= _KEPT:
            self._requests.clear()
        if made is None:
            actions = self.actions if first is None else self.actions_from(first)
            made = parse_rank_request(actions, self.features(self.contexts[cell]))
        return self._requests.setdefault((cell, first), made)

    @cached_property
    def _requests(self) -> dict[tuple[int, str | None], RankRequest]:
        return {}

    def segments(self) -> tuple[tuple[Field, Value], ...]:
        """Everything that a visitor can have, field by field."""
        return tuple((field, value) for field in self.fields for value in field.values)

    @cached_property
    def position(self) -> Callable[[str], int]:
        """Position of an item by its id."""
        return {item.id: i for i, item in enumerate(self.items)}.__getitem__

    # -- what it is worth -------------------------------------------------------------

    @cached_property
    def most(self) -> float:
        """What a reward of 1 is worth in the unit: the highest value of an item."""
        return max(item.value for item in self.items)

    @cached_property
    def worth(self) -> Array:
        """The reward of a whole success with each item, (items,), above 0 and up to 1."""
        return np.array([item.value / self.most for item in self.items])

    @cached_property
    def partial(self) -> float:
        """What half a success is worth on average, as a part of a whole one."""
        return mean_worth(self.levels)

    @cached_property
    def _steps(self) -> tuple[tuple[float, float], ...]:
        return steps_of(self.levels)

    def in_unit(self, reward: float, visitors: float = 1_000) -> float:
        """What a mean reward brings of so many visitors, in the unit."""
        return reward * self.most * visitors

    # -- what happens -----------------------------------------------------------------

    def visitor(self, rng: np.random.Generator) -> Context:
        """Draw who comes next."""
        if not self.is_tabulated:
            drawn = [_drawn(shares, rng) for shares in self.shares]
            pairs = zip(self.fields, drawn, strict=True)
            return {field.name: field.values[place].name for field, place in pairs}
        return self.contexts[_drawn(self.frequencies, rng)]

    def answer(self, context: Context, action_id: str, uniform: float) -> float:
        """Reward of an item, 0, 1 or what a level is worth, times its `worth`, by a uniform variate
        on [0, 1), the lower the better. With the same variate, an item that is at least as likely
        to succeed, to succeed by half, and is worth as much, never earns less."""
        place = self.position(action_id)
        _, half, full = self.outcomes_in(self.cell(context))[place]
        success = 1.0 if uniform < full else 0.0
        if uniform >= full:
            worths = (worth for part, worth in self._steps if uniform < full + half * part)
            success = next(worths, 0.0)
        return success * float(self.worth[place])

    def rewards(self, outcomes: Array, uniform: Array) -> Array:
        """The same of many, (n, items), by their chances, (n, items, 3), and variates, (n, 1)."""
        half, full = outcomes[..., 1], outcomes[..., 2]
        success = np.zeros(full.shape)
        for part, worth in reversed(self._steps):
            success[uniform < full + half * part] = worth
        success[uniform < full] = 1.0
        return success * self.worth

    # -- the hidden truth -------------------------------------------------------------

    def outcomes_in(self, cells: int | Cells) -> Array:
        """Chances of no success, half of one and a whole one in a cell, (items, 3), or in some,
        (n, items, 3)."""
        if self.is_tabulated:
            return np.asarray(self.outcomes[cells])
        found = self._outcomes(np.atleast_1d(cells))
        return np.asarray(found[0] if np.ndim(cells) == 0 else found)

    def expected_in(self, cells: int | Cells) -> Array:
        """Expected reward of every item in a cell, (items,), or in some, (n, items), 0 to 1."""
        if self.is_tabulated:
            return np.asarray(self.expected[cells])
        return self.earned(self.outcomes_in(cells))

    def earned(self, outcomes: Array) -> Array:
        """Expected rewards, (..., items), of such chances, (..., items, 3)."""
        return np.asarray(outcomes @ np.array([0.0, self.partial, 1.0]) * self.worth)

    def _outcomes(self, cells: Cells) -> Array:
        if self._sums is not None:
            sizes = [len(field.values) for field in self.fields]
            return self._sums.outcomes(np.array(np.unravel_index(cells, sizes)).T)
        contexts = [self.contexts[cell] for cell in cells]
        tastes = [[self.taste(context, item) for item in self.items] for context in contexts]
        return np.array([[(1 - t.half - t.full, t.half, t.full) for t in row] for row in tastes])

    @cached_property
    def _sums(self) -> WeightSums | None:
        """Its weights, for many cells at once; None if its truth is none."""
        if not isinstance(self.taste, TasteWeights):
            return None
        return WeightSums(
            self.taste, {f: [*places] for f, places in self._places.items()}, self.items
        )

    @cached_property
    def outcomes(self) -> Array:
        """Chances of no success, half of one and a whole one: (cells, items, 3); of a tabulated
        world only."""
        self._check_tabulated()
        return self._outcomes(np.arange(self.size))

    @cached_property
    def expected(self) -> Array:
        """Expected reward of every item in every cell, (cells, items), 0 to 1; likewise."""
        return self.earned(self.outcomes)

    @property
    def uniform_value(self) -> float:
        """Mean reward of choosing uniformly."""
        return self.ceilings.uniform.value

    @property
    def single_value(self) -> float:
        """Mean reward of always offering the one item that is best on average."""
        return self.ceilings.single.value

    @property
    def best_value(self) -> float:
        """Mean reward of offering each visitor their best item."""
        return self.ceilings.best.value

    @cached_property
    def ceilings(self) -> Ceilings:
        """What can be earned by knowing nothing, one field, a pair of fields, or everything."""
        return finish(finding_ceilings(self))

    def finding_ceilings(self) -> Steps[Ceilings]:
        """The ceilings, in steps where they are not known yet."""
        if "ceilings" not in self.__dict__:
            self.__dict__["ceilings"] = yield from finding_ceilings(self)
        return self.ceilings


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _drawn(shares: Array, rng: np.random.Generator) -> int:
    """A place, drawn as often as its share."""
    cumulative = shares.cumsum()
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
