"""A simulated place: who comes, what can be offered, and what they secretly like.

A new world is one file that makes one `World`, and a line in ``worlds/__init__.py``; or JSON
(`engine.worlds.world_json`).
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.steps import Steps, finish
from engine.worlds.ceilings import Ceilings, finding_ceilings
from engine.worlds.levels import levels_to_json
from engine.worlds.taste import TasteWeights
from engine.worlds.told import Told
from engine.worlds.visitors import Visitors

FORMAT = "personalizer-playground-world"  # What the JSON says that it is.
VERSIONS = 1, 2, 3, 4, 5, 6
"""What is written as the first that can hold it: units, values of actions, and what a value of a
field sends came with the second, partial successes that are not worth one half with the third,
several levels of them, picture files and ranges with the fourth, values that come together with
the fifth, those of some fields of a large world and drift with the sixth, so a world without them
stays what it was, to its digest."""
_SINCE = {
    "format": 1, "partial": 3, "levels": 4, "picture": 4, "within": 4, "together": 5, "bound": 6,
    "drift": 6,
}  # fmt: skip
"""The versions with which names came that few worlds have."""


_OBJECTS = 6
"""Bytes that a world takes for each character of its text."""


@dataclass(frozen=True, eq=False)
class World(Told, Visitors):
    """A simulated place with visitors who have hidden tastes; equal to others by its JSON.

    `Place` tells what it is made of, `Told` what Rank is sent, `Visitors` who comes, `Rewards`
    what they give. Beyond `TABULATED` cells nothing is computed for all of them: `contexts` are
    made as they are asked for, the truth is told by `outcomes_in` and `expected_in`, and `census`
    is a sample.
    """

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, World) and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

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
            "together": self._is_together,
            "bound": self._is_together and self.bound,
            "drift": self.drift != "none",
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
        told |= {"together": self._together()} if self._is_together else {}
        told |= {"drift": self.drift} if self.drift != "none" else {}
        return told | levels

    def _together(self) -> object:
        times = list(self.together)
        return {"fields": list(self.bound), "times": times} if self.bound else times

    @property
    def _is_together(self) -> bool:
        """Whether any cell comes more or less often than the shares of its values say."""
        return any(times != 1 for times in self.together)

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

    @property
    def bytes(self) -> int:
        """Bytes that it takes as objects, about, without what is computed of it."""
        return _OBJECTS * len(self.text)

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that tell this world from every other."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    # -- what can be earned -----------------------------------------------------------

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
