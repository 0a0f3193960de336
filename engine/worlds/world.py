"""A simulated world: its visitors, its items, and the visitors' hidden tastes.

A new world is one file that makes one `World`, and a line in ``worlds/__init__.py``; or JSON
(`engine.worlds.world_json`).
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.arrays import Array
from engine.pausable_steps import Steps, finish
from engine.worlds.ceilings import Ceilings, finding_ceilings
from engine.worlds.rank_requests import RankRequests
from engine.worlds.success_levels import levels_to_json
from engine.worlds.taste import TasteWeights
from engine.worlds.visitors import Visitors

FORMAT = "personalizer-playground-world"  # ``format`` in the JSON.
VERSIONS = 1, 2, 3, 4, 5, 6
"""Each world is written in the first version that can hold it, so a world without new features
keeps its digest. Version 2 added units, values of actions and the data sent by values; 3 partial
successes other than one half; 4 several levels, pictures and ranges; 5 joint frequencies; 6 those
of some fields of a large world, and drift."""
_SINCE = {
    "format": 1, "partial": 3, "levels": 4, "picture": 4, "within": 4, "together": 5, "bound": 6,
    "drift": 6,
}  # fmt: skip
"""Versions that introduced optional names."""


_OBJECTS = 6
"""Bytes of a world in memory per character of its text."""


@dataclass(frozen=True, eq=False)
class World(RankRequests, Visitors):
    """A simulated world with visitors who have hidden tastes; worlds are equal if their JSON is.

    `Place` holds its contents, `RankRequests` the requests, `Visitors` the distribution of
    visitors, `Rewards` their answers. Beyond `TABULATED` cells nothing is computed for every cell:
    `contexts` are computed on access, the truth by `outcomes_in` and `expected_in`, and `census`
    is a sample.
    """

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, World) and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def to_json(self) -> dict[str, object]:
        """World as JSON, from which `world_from_json` makes an equal one."""
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
            "together": self._is_together,
            "bound": self._is_together and self.bound,
            "drift": self.drift != "none",
        }
        since = "format", *levels, *(name for name, is_there in more.items() if is_there)
        entry: dict[str, object] = {
            "format": FORMAT,
            "version": max(2 if is_new else 1, *(_SINCE[name] for name in since)),
            "title": self.title,
            "emoji": self.emoji,
            "story": self.story,
            "fields": [field.to_json() for field in self.fields],
            "items": [item.to_json() for item in self.items],
            "truth": self._truth(),
        }
        entry |= {"unit": self.unit} if self.unit else {}
        entry |= {"together": self._together()} if self._is_together else {}
        entry |= {"drift": self.drift} if self.drift != "none" else {}
        return entry | levels

    def _together(self) -> object:
        times = list(self.together)
        return {"fields": list(self.bound), "times": times} if self.bound else times

    @property
    def _is_together(self) -> bool:
        """True if any cell is more or less frequent than under independent fields."""
        return any(times != 1 for times in self.together)

    def _truth(self) -> dict[str, object]:
        """Weights as a sum, any other function as a table."""
        if isinstance(self.taste, TasteWeights):
            return self.taste.to_json()
        cells = self.outcomes_in(np.arange(self.size)).tolist()
        return {"table": [[f if h == 0 else [h, f] for _, h, f in row] for row in cells]}

    @cached_property
    def text(self) -> str:
        """The world as one line of JSON."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))

    @property
    def bytes(self) -> int:
        """Approximate bytes of the object, without cached results."""
        return _OBJECTS * len(self.text)

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that identify the world."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    # -- ceilings ---------------------------------------------------------------------

    @property
    def uniform_value(self) -> float:
        """Mean reward of choosing uniformly."""
        return self.ceilings.uniform.value

    @property
    def single_value(self) -> float:
        """Mean reward of always offering the item that is best on average."""
        return self.ceilings.single.value

    def item_means(self) -> tuple[Array, Array]:
        """Chance of a full success with each item, and its mean reward, (items,) each: over all
        visitors, or a sample of those of a large world."""
        cells, weights, expected = self.census
        return weights @ self.outcomes_in(cells)[..., 2], weights @ expected

    @property
    def best_value(self) -> float:
        """Mean reward of offering each visitor their best item."""
        return self.ceilings.best.value

    @cached_property
    def ceilings(self) -> Ceilings:
        """Best mean rewards by knowledge of no field, one field, a pair of fields, or every
        field."""
        return finish(finding_ceilings(self))

    def finding_ceilings(self) -> Steps[Ceilings]:
        """Compute the ceilings in steps, unless known."""
        if "ceilings" not in self.__dict__:
            self.__dict__["ceilings"] = yield from finding_ceilings(self)
        return self.ceilings
