"""Environments without tuning: created once after typical applications, and only measured.

No default of the engine and no setting of a peer was chosen here. Contexts are as a user would send
them: words, or unscaled numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.streams import stream
from tests.benchmarks.environments import (
    Environment,
    Json,
    Maker,
    View,
    articles_of,
    coffee,
    named,
    numbered,
    sigmoid,
)

Codes = NDArray[np.integer[Any]]
"""Indices of words in a field, cells of a table, or actions."""

DATA = {"iris": 3, "wine": 3, "breast_cancer": 2, "digits": 10}
"""Data sets of scikit-learn, and their numbers of classes."""
BINS = 4
PARTS_OF_A_DAY = 4
TAGS = ("sport", "garden", "music", "kitchen", "travel", "books")
BUDGETS = {"low": np.log(15.0), "mid": np.log(50.0), "high": np.log(170.0)}
"""Mean log prices preferred by visitors with each budget."""
PERIOD = 1_000
"""Period of the seasons and of new actions in visitors."""


# -- real data ------------------------------------------------------------------------


@cache
def _rows(data: str) -> tuple[Array, Codes, tuple[str, ...], tuple[str, ...]]:
    """Numbers (n, d), classes (n,), the names of the columns and of the classes."""
    from sklearn import datasets  # noqa: PLC0415

    result = getattr(datasets, f"load_{data}")()
    columns = tuple(str(name).replace(" ", "_") for name in result.feature_names)
    return result.data, result.target, columns, tuple(str(name) for name in result.target_names)


def binned(numbers: Array) -> Codes:
    """Quantile bin of each number in its column, (n, d); equal numbers share a bin."""
    cuts = np.quantile(numbers, np.arange(1, BINS) / BINS, axis=0)
    result: Codes = (numbers[None] > cuts[:, None]).sum(axis=0)
    return result


def supervised(seed: int, rounds: int, data: str, form: str) -> Environment:
    """The rows in random order, again and again; 1 for the right class.

    ``form``: numbers ``"raw"``, ``"standard"`` (mean 0, deviation 1), or ``"words"`` for quantiles.
    """
    numbers, classes, columns, names = _rows(data)
    rng = stream(seed, data)
    laps = -(-rounds // len(classes))
    order = np.concatenate([rng.permutation(len(classes)) for _ in range(laps)])[:rounds]
    if form == "standard":
        numbers = (numbers - numbers.mean(axis=0)) / np.maximum(numbers.std(axis=0), 1e-12)
    if form == "words":
        codes = binned(numbers)
        plain = _one_hot(codes)[order]
        sent = [dict(zip(columns, (f"q{c}" for c in row), strict=True)) for row in codes.tolist()]
    else:
        plain = numbers[order]
        sent = [dict(zip(columns, row, strict=True)) for row in numbers.tolist()]
    actions = named(list(names))
    return Environment(
        np.eye(len(names))[classes[order]],
        rng.random(rounds),
        lambda t: [sent[order[t]]],
        lambda t: actions,
        View(plain),
    )


# -- tables of words ------------------------------------------------------------------


def _one_hot(codes: Codes) -> Array:
    """Columns for all values of all fields, (T, sum of sizes), from codes (T, F)."""
    return np.hstack([np.eye(int(code.max()) + 1)[code] for code in codes.T])


@dataclass(frozen=True)
class Visitors:
    """Visitors: fields of words, and their cell in a table of the relevant fields.

    Attributes:
        sizes: number of words of each field.
        codes: index of each visitor's word in each field, (T, F).
        meeting: number of relevant fields; the first ones are relevant.
    """

    sizes: tuple[int, ...]
    codes: Codes
    meeting: int

    @classmethod
    def drawn(
        cls, rng: np.random.Generator, rounds: int, sizes: tuple[int, ...], meeting: int = 0
    ) -> "Visitors":
        codes = np.stack([rng.integers(size, size=rounds) for size in sizes], axis=1)
        return cls(sizes, codes, meeting or len(sizes))

    @property
    def cells(self) -> int:
        return int(np.prod(self.sizes[: self.meeting]))

    @property
    def cell(self) -> Codes:
        """The cell of each visitor, (T,)."""
        mattering = tuple(self.codes.T[: self.meeting])
        result: Codes = np.ravel_multi_index(mattering, self.sizes[: self.meeting])
        return result

    def context(self, t: int) -> list[Json]:
        return [{f"field{f}": f"w{code}" for f, code in enumerate(self.codes[t].tolist())}]

    def place(
        self, rng: np.random.Generator, rewards: Array, prices: Array | None = None
    ) -> Environment:
        """An environment in which the visitors give these rewards, (T, K), at prices (K,)."""
        offers = [named([f"item{k}" for k in range(n + 1)]) for n in range(rewards.shape[1])]
        there = np.isfinite(rewards).sum(axis=1) - 1
        fields = [np.eye(n)[code] for n, code in zip(self.sizes, self.codes.T, strict=True)]
        plain = np.hstack(fields)
        cell = self.cell
        crossed = np.hstack([plain, np.eye(self.cells)[cell]])
        return Environment(
            rewards,
            rng.random(len(rewards)),
            self.context,
            lambda t: offers[there[t]],
            View(plain),
            View(crossed),
            lambda t: [*self.context(t), {"cell": f"c{cell[t]}"}],
            prices=prices,
        )


def rare(seed: int, rounds: int) -> Environment:
    """10 actions with click rates of 3 % on average, by device, place and part of the day."""
    rng = stream(seed, "rare")
    visitors = Visitors.drawn(rng, rounds, (2, 5, PARTS_OF_A_DAY))
    device, place, part = (
        0.45 * rng.standard_normal((*shape, 10))
        for shape in ((2, 1, 1), (1, 5, 1), (1, 1, PARTS_OF_A_DAY))
    )
    odds = np.exp(device + place + part).reshape(-1, 10)
    return visitors.place(rng, (0.03 * odds / odds.mean())[visitors.cell])


def narrow(seed: int, rounds: int) -> Environment:
    """5 actions with rewards within .4 and .6, by user and time together."""
    rng = stream(seed, "narrow")
    visitors = Visitors.drawn(rng, rounds, (4, 3))
    rewards = rng.uniform(0.45, 0.55, size=(visitors.cells, 5))[visitors.cell]
    return replace(visitors.place(rng, rewards), noise=0.05)


def two_of_twelve(seed: int, rounds: int) -> Environment:
    """12 fields of 4 words, of which 2 matter, and only together: .8 for the right of 4 actions."""
    rng = stream(seed, "two of twelve")
    visitors = Visitors.drawn(rng, rounds, (4,) * 12, meeting=2)
    square = (rng.permutation(4)[:, None] + rng.permutation(4)) % 4
    return visitors.place(rng, _right(square.ravel(), 4)[visitors.cell])


def parity(seed: int, rounds: int, fields: int) -> Environment:
    """2 actions, right for an even or an odd number of true fields: .8, else .2."""
    rng = stream(seed, "parity", fields)
    visitors = Visitors.drawn(rng, rounds, (2,) * fields)
    odd = visitors.codes.sum(axis=1) % 2
    place = visitors.place(rng, _right(odd, 2, low=0.2))
    true = visitors.codes == 1

    def context(t: int) -> list[Json]:
        return [numbered("field", true[t])]

    return replace(
        place,
        context=context,
        crossed=lambda t: [*context(t), {"cell": f"c{visitors.cell[t]}"}],
    )


def _right(right: Codes, actions: int, high: float = 0.8, low: float = 0.1) -> Array:
    """``high`` for the right action, ``low`` for the others."""
    return np.where(np.eye(actions, dtype=bool)[right], high, low)


# -- changing tastes ------------------------------------------------------------------


def walk(seed: int, rounds: int) -> Environment:
    """4 actions with log-odds per cell that follow a random walk, reverting within some 500
    visitors.
    """
    rng = stream(seed, "walk")
    visitors = Visitors.drawn(rng, rounds, (4, 3))
    keeps = np.exp(-1 / 500)
    at = rng.standard_normal((visitors.cells, 4))
    rewards = np.empty((rounds, 4))
    for t, cell in enumerate(visitors.cell):
        rewards[t] = 2 * at[cell]
        at = keeps * at + np.sqrt(1 - keeps**2) * rng.standard_normal(at.shape)
    return visitors.place(rng, sigmoid(rewards))


def abrupt(seed: int, rounds: int) -> Environment:
    """4 actions, one right in each cell (.9, else .1), all redrawn every 750 visitors."""
    rng = stream(seed, "abrupt")
    visitors = Visitors.drawn(rng, rounds, (4, 3))
    epoch = np.arange(rounds) // 750
    right = rng.integers(4, size=(int(epoch[-1]) + 1, visitors.cells))[epoch, visitors.cell]
    return visitors.place(rng, _right(right, 4, high=0.9))


def seasonal(seed: int, rounds: int) -> Environment:
    """4 actions with log-odds per cell that oscillate with a period of 1,000 visitors."""
    rng = stream(seed, "seasonal")
    visitors = Visitors.drawn(rng, rounds, (4, 3))
    phase = rng.random((visitors.cells, 4))[visitors.cell]
    turn = (np.arange(rounds) / PERIOD)[:, None] + phase
    return visitors.place(rng, sigmoid(2 * np.sin(2 * np.pi * turn)))


def newcomer(seed: int, rounds: int) -> Environment:
    """4 actions with rewards from .1 to .6 by cell; after 1,000 visitors a fifth has .8 always."""
    rng = stream(seed, "newcomer")
    visitors = Visitors.drawn(rng, rounds, (4, 3))
    rewards = rng.uniform(0.1, 0.6, size=(visitors.cells, 5))[visitors.cell]
    rewards[:, 4] = np.where(np.arange(rounds) < PERIOD, np.nan, 0.8)
    return visitors.place(rng, rewards)


def late(seed: int, rounds: int) -> Environment:
    """The noisy coffee table; rewards arrive 100 visitors late, and one in five never arrives."""
    lost = stream(seed, "lost").random(rounds) < 0.2
    return replace(coffee(seed, rounds, high=0.8, low=0.1), late=100, lost=lost)


# -- actions with features ------------------------------------------------------------


def _tags(rng: np.random.Generator, rounds: int, items: int) -> Array:
    """Two different tags for each item, as 0 and 1, (T, K, number of tags)."""
    first, second = np.argsort(rng.random((rounds, items, len(TAGS))), axis=2)[..., :2].T
    eye = np.eye(len(TAGS))
    tags: Array = (eye[first] + eye[second]).transpose(1, 0, 2)
    return tags


def priced(seed: int, rounds: int, items: int = 20) -> Environment:
    """20 new items a round with a price and two tags; who comes has an interest and a budget."""
    rng = stream(seed, "priced")
    interest, budget = rng.integers(len(TAGS), size=rounds), rng.integers(3, size=rounds)
    cost = rng.normal(np.log(50.0), 1.2, size=(rounds, items))
    tags = _tags(rng, rounds, items)
    fits = tags[np.arange(rounds), :, interest]
    off = np.abs(cost - np.array([*BUDGETS.values()])[budget][:, None])
    prices = np.exp(cost).round(2)
    codes = np.stack([interest, budget], axis=1)

    def actions(t: int) -> list[Json]:
        rows = zip(prices[t].tolist(), tags[t] > 0, strict=True)
        return [
            {
                "id": f"item{t}-{k}",
                "features": [
                    {"price": price, "tags": {TAGS[i]: True for i in np.flatnonzero(has)}}
                ],
            }
            for k, (price, has) in enumerate(rows)
        ]

    words = [*BUDGETS]
    bare = np.concatenate([prices[..., None], tags], axis=2)
    logs = np.concatenate([fits[..., None], off[..., None], cost[..., None] - 4, tags], axis=2)
    context = np.hstack([np.eye(len(TAGS))[interest], np.eye(3)[budget]])
    return Environment(
        sigmoid(-1 + 2 * fits - 1.2 * off),
        rng.random(rounds),
        lambda t: [{"interest": TAGS[codes[t, 0]], "budget": words[codes[t, 1]]}],
        actions,
        View(context, bare),
        View(context, logs),
        fresh=True,
    )


def columns(seed: int, rounds: int) -> Environment:
    """50 actions described by 200 numbers, 3 numbers of context, bilinear log-odds."""
    rng = stream(seed, "columns")
    items = rng.standard_normal((50, 200)).round(3)
    weights = rng.standard_normal((3, 200)) / np.sqrt(200)
    contexts = rng.standard_normal((rounds, 3))
    offer = articles_of(items, "item")
    return Environment(
        sigmoid(-1.5 + contexts @ weights @ items.T),
        rng.random(rounds),
        lambda t: [numbered("c", contexts[t])],
        lambda t: offer,
        View(contexts, np.broadcast_to(items, (rounds, *items.shape))),
    )


# -- all environments -----------------------------------------------------------------


def _supervised(data: str, form: str) -> Maker:
    return lambda seed, rounds: supervised(seed, rounds, data, form)


SECOND_FAMILY: Mapping[str, Maker] = {
    **{
        f"{data}:{form}": _supervised(data, form)
        for data in ("iris", "wine")
        for form in ("raw", "standard", "words")
    },
    "narrow": narrow,
    "parity_3": lambda seed, rounds: parity(seed, rounds, 3),
    "parity_4": lambda seed, rounds: parity(seed, rounds, 4),
    "walk": walk,
    "abrupt": abrupt,
    "seasonal": seasonal,
    "newcomer": newcomer,
    "late": late,
    "two_of_twelve": two_of_twelve,
    "priced": priced,
    **{
        f"{data}:{form}": _supervised(data, form)
        for data in ("breast_cancer", "digits")
        for form in ("raw", "standard", "words")
    },
    "rare": rare,
    "columns": columns,
}
"""The quickest first."""
