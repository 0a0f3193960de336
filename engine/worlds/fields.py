"""Context fields, their values, and the combinations of values."""

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
"""Digits for numbers that are close together; 17 distinguish any two floats."""


def distinct_texts(numbers: Sequence[float], digits: int) -> list[str]:
    """Format numbers with so many digits, or more if some would be equal."""
    for enough in (digits, *_MORE_DIGITS):
        texts = [f"{number:.{enough}g}" for number in numbers]
        if len(set(texts)) == len(texts):
            break
    return texts


def _grouped(text: str) -> str:
    """Text of a number, with commas between thousands from 10,000 on, as years have none."""
    whole, point, rest = text.partition(".")
    is_long = len(whole.lstrip("-")) > 4 and "e" not in whole
    return f"{int(whole):,}{point}{rest}" if is_long else text


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a context field: its name, its emoji, its frequency relative to the field's
    other values, and the data sent in requests, if different from the name: a number, a truth
    value, an object of tags, or an empty object to send nothing."""

    name: str
    emoji: str
    share: float = 1.0
    sends: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", float(self.share))

    @property
    def label(self) -> str:
        """Emoji and name."""
        return f"{self.emoji} {self.name}".strip()

    def to_json(self) -> dict[str, object]:
        """The value in the JSON of a world."""
        entry: dict[str, object] = {"name": self.name, "emoji": self.emoji, "share": self.share}
        return entry | ({} if self.sends is None else {"sends": self.sends})


@dataclass(frozen=True, slots=True)
class Field:
    """Field of the context: name in requests, label on screen, and values."""

    name: str
    label: str
    values: tuple[Value, ...]

    @classmethod
    def of(cls, name: str, label: str, shares: Mapping[str, float]) -> Self:
        """Field from a mapping of emoji and name, separated by a space, to share."""
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
        """Numeric field in slices between consecutive cuts, with names in the format ``named``, the
        thousands of long numbers apart.

        Each slice sends its middle. Shares follow a uniform distribution, or a normal one with
        this mean and standard deviation.
        """
        values, texts = [], list(map(_grouped, distinct_texts(cuts, 6)))
        for (low, high), end_texts in zip(pairwise(cuts), pairwise(texts), strict=True):
            share = high - low
            if mean is not None:
                ends = (math.erf((end - mean) / (spread * math.sqrt(2))) for end in (high, low))
                share = max(next(ends) - next(ends), 1e-6)
            values.append(Value(named.format(*end_texts), "", share, (low + high) / 2))
        return cls(name, label, tuple(values))

    @classmethod
    def tags(cls, name: str, label: str, tags: Mapping[str, float]) -> Self:
        """List of tags: emoji and name -> probability of presence. Each combination is a value;
        ``BadRequest`` for more than `MAX_TAGS` tags."""
        if len(tags) > MAX_TAGS:
            refuse("BadRequest", "tags", len(tags), f"at most {MAX_TAGS}", "the number of tags")
        values = []
        for presence in product((True, False), repeat=len(tags)):
            chances = zip(tags.values(), presence, strict=True)
            share = math.prod(chance if has else 1 - chance for chance, has in chances)
            has = [
                tag.split(" ", 1) for tag, is_there in zip(tags, presence, strict=True) if is_there
            ]
            pictures = "".join(emoji for emoji, _ in has)
            sends = {tag: True for _, tag in has}
            values.append(Value(" + ".join(sends) or "none", pictures, share, sends))
        return cls(name, label, tuple(values))

    @property
    def is_number(self) -> bool:
        """True if all values send numbers in rising order."""
        sent = [value.sends for value in self.values]
        if len(sent) < 2 or any(type(value) not in {int, float} for value in sent):
            return False
        return all(low < high for low, high in pairwise(sent))

    def range(self, low: float, high: float) -> Range | None:
        """Values that send a number within ``low`` to ``high``; None for none, or for a field of
        words."""
        if not self.is_number:
            return None
        values = tuple(value.name for value in self.values if low <= value.sends <= high)
        return Range(low, high, values) if values else None

    def to_json(self) -> dict[str, object]:
        """The field in the JSON of a world."""
        values = [value.to_json() for value in self.values]
        return {"name": self.name, "label": self.label, "values": values}


class Contexts(Sequence[Context]):
    """Contexts of a large world, the last field changing fastest, each computed on access."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._sizes = tuple(len(field.values) for field in fields)

    def __len__(self) -> int:
        return math.prod(self._sizes)

    def __getitem__(self, cell: Any) -> Any:
        if not 0 <= cell < len(self):
            raise IndexError(cell)
        positions = np.unravel_index(int(cell), self._sizes)
        pairs = zip(self._fields, positions, strict=True)
        return {field.name: field.values[position].name for field, position in pairs}
