"""A simulated place: who comes, what can be offered, and what they secretly like.

A new world is one file that makes one `World`, and a line in ``worlds/__init__.py``; or JSON
(`engine.worlds.table`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, reduce
from itertools import product
from typing import Any, Self

import numpy as np

from engine.arrays import Array
from engine.protocol.request import RankRequest, parse_rank_request
from engine.worlds.taste import Context, Item, TasteWeights, Truth

FORMAT, VERSION = "personalizer-playground-world", 1  # What the JSON says that it is.


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a context field: its name in the request, its picture, and how often it
    occurs, relative to the other values of the field."""

    name: str
    emoji: str
    share: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", float(self.share))

    @property
    def label(self) -> str:
        """Picture and name, as it stands beside others."""
        return f"{self.emoji} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the context: its name in the request, its label on screen, its values."""

    name: str
    label: str
    values: tuple[Value, ...]

    @classmethod
    def of(cls, name: str, label: str, shares: Mapping[str, float]) -> Self:
        """A field out of its values: picture and name, with a space between -> share."""
        parts = ((value.split(" ", 1), share) for value, share in shares.items())
        return cls(name, label, tuple(Value(n, emoji, s) for (emoji, n), s in parts))


@dataclass(frozen=True, eq=False)
class World:
    """A simulated place with visitors who have hidden tastes; equal to others by its JSON.

    Attributes:
        title, emoji: its name on screen, and its picture.
        story: two sentences that set the scene.
        fields: one or more context fields; every combination of values is a cell.
        items: the actions; the first is the baseline unless another leads.
        taste: the hidden truth, a function of context and item.
    """

    title: str
    emoji: str
    story: str
    fields: tuple[Field, ...]
    items: tuple[Item, ...]
    taste: Truth

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
        return {
            "format": FORMAT,
            "version": VERSION,
            "title": self.title,
            "emoji": self.emoji,
            "story": self.story,
            "fields": [asdict(f) | {"values": list(map(asdict, f.values))} for f in self.fields],
            "items": [item.to_json() for item in self.items],
            "truth": self._truth(),
        }

    def _truth(self) -> dict[str, object]:
        """Weights as they are, any other function cell by cell."""
        if isinstance(self.taste, TasteWeights):
            return self.taste.to_json()
        cells = self.outcomes.tolist()
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
    def contexts(self) -> tuple[Context, ...]:
        """All cells, the last field changing fastest."""
        cells = product(*([(f.name, value.name) for value in f.values] for f in self.fields))
        return tuple(map(dict, cells))

    @cached_property
    def frequencies(self) -> Array:
        """How often each cell comes, (cells,), sums to 1."""
        by_field: list[Array] = [np.array([v.share for v in f.values]) for f in self.fields]
        shares = reduce(np.outer, by_field).ravel()
        return np.asarray(shares / shares.sum())

    @cached_property
    def actions(self) -> tuple[dict[str, Any], ...]:
        """The items as Rank takes them."""
        return tuple({"id": item.id, "features": [dict(item.features)]} for item in self.items)

    @cached_property
    def actions_from(self) -> Callable[[str], tuple[dict[str, Any], ...]]:
        """The same with one item, named by its id, first, as the baseline."""
        led = {one["id"]: (one, *(o for o in self.actions if o is not one)) for one in self.actions}
        return led.__getitem__

    def features(self, context: Context) -> list[dict[str, str]]:
        """A context as Rank takes it."""
        return [dict(context)]

    def cell(self, context: Context) -> int:
        """Position of a context in `contexts`."""
        return self._cells[tuple(context[field.name] for field in self.fields)]

    @cached_property
    def _cells(self) -> dict[tuple[str, ...], int]:
        return {tuple(context.values()): i for i, context in enumerate(self.contexts)}

    def context_of(self, request: RankRequest) -> Context:
        """The context in which a request was made; KeyError if nobody comes in such a one."""
        parts = json.loads(request.context_text)
        told = {name: value for part in parts for name, value in part.items()}
        # As text, as a list or an object is no key; told as one, it is not the context's value.
        context = self.contexts[self._cells[tuple(str(told[field.name]) for field in self.fields)]]
        if told != context:
            raise KeyError(request.context_text)
        return context

    def request(self, cell: int) -> RankRequest:
        """All items offered in a cell; the same each time, as features compare by identity."""
        made = self._requests.get(cell)
        made = made or parse_rank_request(self.actions, self.features(self.contexts[cell]))
        return self._requests.setdefault(cell, made)

    @cached_property
    def _requests(self) -> dict[int, RankRequest]:
        return {}

    def segments(self) -> tuple[tuple[Field, Value], ...]:
        """Everything that a visitor can have, field by field."""
        return tuple((field, value) for field in self.fields for value in field.values)

    @cached_property
    def position(self) -> Callable[[str], int]:
        """Position of an item by its id."""
        return {item.id: i for i, item in enumerate(self.items)}.__getitem__

    # -- what happens -----------------------------------------------------------------

    def visitor(self, rng: np.random.Generator) -> Context:
        """Draw who comes next."""
        cumulative = self.frequencies.cumsum()
        cell = np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")
        return self.contexts[int(cell)]

    def answer(self, context: Context, action_id: str, uniform: float) -> float:
        """Reward of an item, 0, 1/2 or 1, by a uniform variate on [0, 1), the lower the better.
        With the same variate, an item that is at least as likely to earn 1, and to earn anything,
        never earns less."""
        _, half, full = self.outcomes[self.cell(context), self.position(action_id)]
        return 1.0 if uniform < full else 0.5 if uniform < full + half else 0.0

    # -- the hidden truth -------------------------------------------------------------

    @cached_property
    def outcomes(self) -> Array:
        """Chances of the rewards 0, 1/2 and 1: (cells, items, 3)."""
        tastes = [[self.taste(c, item) for item in self.items] for c in self.contexts]
        return np.array([[(1 - t.half - t.full, t.half, t.full) for t in row] for row in tastes])

    @cached_property
    def expected(self) -> Array:
        """Expected reward of every item in every cell, (cells, items), 0 to 1."""
        return np.asarray(self.outcomes @ np.array([0.0, 0.5, 1.0]))

    @cached_property
    def uniform_value(self) -> float:
        """Mean reward of choosing uniformly."""
        return float(self.frequencies @ self.expected.mean(axis=1))

    @cached_property
    def single_value(self) -> float:
        """Mean reward of always offering the one item that is best on average."""
        return float((self.frequencies @ self.expected).max())

    @cached_property
    def best_value(self) -> float:
        """Mean reward of offering each visitor their best item."""
        return float(self.frequencies @ self.expected.max(axis=1))
