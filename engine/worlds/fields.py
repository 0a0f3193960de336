"""Who may come: fields of the context, their values, and all combinations of these."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Self

import numpy as np

from engine.errors import refuse
from engine.worlds.taste import Context, Range

MAX_TAGS = 5
_MORE_DIGITS = (15, 17)
"""Of numbers that are near to each other; 17 tell any from any other."""


def told_apart(numbers: Sequence[float], digits: int) -> list[str]:
    """Numbers in so many digits, or in more where these do not tell them apart."""
    for enough in (digits, *_MORE_DIGITS):
        texts = [f"{number:.{enough}g}" for number in numbers]
        if len(set(texts)) == len(texts):
            break
    return texts


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a context field: its name, its picture, how often it occurs, relative to the
    other values of the field, and what the request says for it, if that is not its name: a number,
    true or false, an object of tags, or an empty one for nothing at all."""

    name: str
    emoji: str
    share: float = 1.0
    sends: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", float(self.share))

    @property
    def label(self) -> str:
        """Picture and name, as it stands beside others."""
        return f"{self.emoji} {self.name}".strip()

    def to_json(self) -> dict[str, object]:
        """The value in the JSON of a world."""
        told: dict[str, object] = {"name": self.name, "emoji": self.emoji, "share": self.share}
        return told | ({} if self.sends is None else {"sends": self.sends})


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

    @classmethod
    def number(
        cls,
        name: str,
        label: str,
        cuts: Sequence[float],
        mean: float | None = None,
        spread: float = 1.0,
        named: str = "{} to {}",
    ) -> Self:
        """A field that is a number, in slices: from each of the cuts to the next one, ``named`` by
        both.

        Each slice sends the number in its middle. All numbers come equally often, or as a normal
        distribution with this mean and standard deviation says.
        """
        found, told = [], told_apart(cuts, 6)
        for (low, high), ends_told in zip(pairwise(cuts), pairwise(told), strict=True):
            share = high - low
            if mean is not None:
                ends = (math.erf((end - mean) / (spread * math.sqrt(2))) for end in (high, low))
                share = max(next(ends) - next(ends), 1e-6)
            found.append(Value(named.format(*ends_told), "", share, (low + high) / 2))
        return cls(name, label, tuple(found))

    @classmethod
    def tags(cls, name: str, label: str, tags: Mapping[str, float]) -> Self:
        """A field that is a list of tags: picture and name -> the chance that it is there. All
        combinations are values; ``BadRequest`` for more than `MAX_TAGS`."""
        if len(tags) > MAX_TAGS:
            refuse("BadRequest", "tags", len(tags), f"at most {MAX_TAGS}", "the number of tags")
        found = []
        for there in product((True, False), repeat=len(tags)):
            chances = zip(tags.values(), there, strict=True)
            share = math.prod(chance if has else 1 - chance for chance, has in chances)
            has = [tag.split(" ", 1) for tag, is_there in zip(tags, there, strict=True) if is_there]
            pictures = "".join(emoji for emoji, _ in has)
            sends = {tag: True for _, tag in has}
            found.append(Value(" + ".join(sends) or "none", pictures, share, sends))
        return cls(name, label, tuple(found))

    @property
    def is_number(self) -> bool:
        """Whether all of its values send numbers, one larger than the other."""
        sent = [value.sends for value in self.values]
        if len(sent) < 2 or any(type(one) not in {int, float} for one in sent):
            return False
        return all(low < high for low, high in pairwise(sent))

    def range(self, low: float, high: float) -> Range | None:
        """The values that send a number from one to another; None if there is none, or the field
        is no number."""
        if not self.is_number:
            return None
        values = tuple(value.name for value in self.values if low <= value.sends <= high)
        return Range(low, high, values) if values else None

    def to_json(self) -> dict[str, object]:
        """The field in the JSON of a world."""
        values = [value.to_json() for value in self.values]
        return {"name": self.name, "label": self.label, "values": values}


class Contexts(Sequence[Context]):
    """All cells of a large world, the last field changing fastest; each is made when asked for."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._sizes = tuple(len(field.values) for field in fields)

    def __len__(self) -> int:
        return math.prod(self._sizes)

    def __getitem__(self, cell: Any) -> Any:
        if not 0 <= cell < len(self):
            raise IndexError(cell)
        places = np.unravel_index(int(cell), self._sizes)
        pairs = zip(self._fields, places, strict=True)
        return {field.name: field.values[place].name for field, place in pairs}
