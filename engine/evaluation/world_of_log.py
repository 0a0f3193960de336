"""A world estimated from a log: a simulation of that log, and not the truth.

Whoever plays in it plays against what the log says, its gaps and its chance included: an action
that was seldom shown somewhere is believed to earn there what it earns elsewhere. Fields are drawn
independently of one another, each value as often as it came, so what goes together in the log does
not in the world.

Each event counts 1/q of its logged probability q (up to the square root of the number of events),
and means are self-normalised: so it does not matter how often the logger showed what. From coarse
to fine (an action; with the value of one field; of two; in one cell) each mean is drawn towards
what the coarser ones foretell, as far as chance alone explains what it differs by (empirical
Bayes: the spread of the true means is estimated by moments).
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.evaluation.decisions import Decisions, columns_in
from engine.evaluation.estimators import Bounds
from engine.steps import Steps, at_once
from engine.worlds.fields import Field, Value
from engine.worlds.table import MAX_ITEMS, MAX_NAME, MAX_TABLE, TAKEN, world_from_json
from engine.worlds.taste import Item, Taste, TasteTable
from engine.worlds.world import TABULATED, World

MOST_VALUES = 12
"""Different values of a field; the rarest of more are joined to one."""
BINS = 4
"""Parts of about as many visitors that numbers are made."""
OTHERS, MISSING = "others", "none"
_SWEEPS = 3
_TOGETHER = 2_000
"""Contexts that are read in one step."""
_HIDDEN = 0.5
"""Of the spread of true means that chance could hide, as much as is believed to be there."""
_MORE_DIGITS = (15, 17)
"""Of numbers that are near to each other; 17 tell any from any other."""
_CODE = "BadRequest"
Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """A world that simulates a log.

    Attributes:
        world: its truth is what was estimated.
        events: how many each expected reward rests on, (cells, items).
        errors: how uncertain each is, as a standard deviation, (cells, items).
        visitors: events of the log.
        left_out: columns of its context that are no field of the world, each with the reason.
    """

    world: World
    events: NDArray[np.int_]
    errors: Array
    visitors: int
    left_out: Mapping[str, str]


def estimating(
    batches: Iterable[Decisions],
    title: str = "",
    fields: Sequence[str] | None = None,
    items: Sequence[Item] = (),
    bounds: Bounds = (0.0, 1.0),
    unit: str = "",
) -> Steps[Estimated]:
    """Estimate a world from a log; a batch, some contexts, and a column are a step each.

    Args:
        fields: columns of its context to take; by default those by which rewards differ most, as
            many as a table has room for.
        items: actions with their features, by id, where somebody knows them; and with what they
            are worth, as which their successes were rewarded (`World.worth`).
        bounds: of the rewards, which become 0 and 1.
        unit: what the actions' values are counted in.

    ``BadRequest`` for a log of which no world can be made.
    """
    seen = _Seen()
    for batch in batches:
        seen.add(batch)
        yield None
    log, offered = _of_successes(seen.told(bounds), items)
    found, left_out = yield from _columns(log)
    chosen = yield from _chosen(log, found, fields, left_out)
    return _estimated(log, chosen, title, unit, offered, left_out)


estimate = at_once(estimating)
"""The same at once."""


# -- what was seen --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Log:
    """All events of a log, N of them, with weights.

    Attributes:
        contexts: as texts.
        stratum, shown: positions of each event's context and action, (N,).
        reward: from 0 to 1, (N,).
        weight: (N,).
    """

    actions: tuple[str, ...]
    contexts: tuple[str, ...]
    stratum: Codes
    shown: Codes
    reward: Array
    weight: Array


@dataclass(slots=True)
class _Seen:
    """Batches as they come, with one list of contexts and one of actions."""

    contexts: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    parts: list[tuple[Codes, Codes, Array, Array]] = field(default_factory=list)

    def add(self, batch: Decisions) -> None:
        """One batch more."""
        stratum = _places(batch.contexts, self.contexts)[batch.stratum]
        shown = _places(batch.actions, self.actions)[batch.shown]
        self.parts.append((stratum, shown, batch.propensity, batch.reward))

    def told(self, bounds: Bounds) -> _Log:
        """All of it."""
        if not any(len(part[0]) for part in self.parts):
            refuse(_CODE, "log", 0, "1 or more", "the number of answered events")
        if len(self.actions) > MAX_ITEMS:
            refuse(_CODE, "log", len(self.actions), f"at most {MAX_ITEMS}", "the number of actions")
        stratum, shown, propensity, reward = (
            np.concatenate(column) for column in zip(*self.parts, strict=True)
        )
        low, high = bounds
        outside = (reward < low) | (reward > high)
        if outside.any():
            number, value = int(outside.argmax()) + 1, float(reward[outside.argmax()])
            refuse(
                _CODE, "log", value, f"from {low:g} to {high:g}", f"the reward of event {number}"
            )
        most = math.sqrt(len(shown))
        return _Log(
            tuple(self.actions),
            tuple(self.contexts),
            stratum,
            shown,
            (reward - low) / (high - low),
            np.minimum(1 / propensity, most),
        )


def _of_successes(log: _Log, items: Sequence[Item]) -> tuple[_Log, tuple[Item, ...]]:
    """The log with parts of a success for rewards, whatever that is worth; and what it offered, of
    which what nobody knows is worth as much as the best."""
    known = {item.id: item for item in items}
    most = max((item.value for item in items), default=1.0)
    offered = tuple(known.get(name) or _item(name, most) for name in log.actions)
    worth = np.array([item.value / most for item in offered])
    return replace(log, reward=np.minimum(log.reward / worth[log.shown], 1)), offered


def _places(names: Sequence[str], known: dict[str, int]) -> Codes:
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.intp)


# -- fields ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One column of the contexts.

    Attributes:
        name: in the log.
        values: in words.
        codes: which of them each event has, (N,).
        numbers: the mean of each value that is a slice of numbers; none if the values are words.
    """

    name: str
    values: tuple[str, ...]
    codes: Codes
    numbers: tuple[float, ...] = ()

    def value(self, at: int, text: str, share: float) -> Value:
        """One of the values as a field has it."""
        return Value(text, "", share, self.numbers[at] if at < len(self.numbers) else None)


def _columns(log: _Log) -> Steps[tuple[list[_Column], dict[str, str]]]:
    """All columns of the contexts in words, and why some say nothing."""
    told: dict[str, list[str]] = {}
    for at, text in enumerate(log.contexts):
        for name, value in _parts(text).items():
            if name not in told:
                told[name] = [MISSING] * at
            told[name].append(value)
        for texts in told.values():
            if len(texts) == at:
                texts.append(MISSING)
        if at % _TOGETHER == 0:
            yield None
    visits = np.bincount(log.stratum, minlength=len(log.contexts))
    columns, left_out = [], dict[str, str]()
    for name, texts in told.items():
        yield None
        values, codes, numbers = _words(texts, visits)
        if len(values) == 1:
            left_out[name] = "it is the same in all events"
        else:
            columns.append(_Column(name, values, codes[log.stratum], numbers))
    return columns, left_out


def _parts(text: str) -> dict[str, str]:
    """Column -> value, of a context as one text."""
    parts = (column.partition("=") for column in columns_in(text) if column)
    return {name: value for name, _, value in parts}


def _words(
    texts: Sequence[str], visits: NDArray[np.int_]
) -> tuple[tuple[str, ...], Codes, tuple[float, ...]]:
    """The values of a column, which each context has, and their numbers: numbers in slices, rare
    words together."""
    distinct = sorted(set(texts))
    place = {text: at for at, text in enumerate(distinct)}
    codes = np.array([place[text] for text in texts], dtype=np.intp)
    numbers = np.array([_number(text) for text in distinct])
    known = np.isfinite(numbers)
    missing = np.array([text == MISSING for text in distinct])
    met = np.unique(numbers[codes[visits > 0]])
    if np.isfinite(met).sum() > MOST_VALUES // 2 and (known | missing).all():
        return _binned(numbers[codes], visits)
    came = np.bincount(codes, weights=visits, minlength=len(distinct))
    if len(distinct) <= MOST_VALUES:
        return tuple(map(_short, distinct)), codes, ()
    kept = np.sort(np.argsort(-came, kind="stable")[: MOST_VALUES - 1])
    places = np.full(len(distinct), len(kept), dtype=np.intp)
    places[kept] = np.arange(len(kept))
    return (*(_short(distinct[at]) for at in kept), OTHERS), places[codes], ()


def _binned(
    numbers: Array, visits: NDArray[np.int_]
) -> tuple[tuple[str, ...], Codes, tuple[float, ...]]:
    """Numbers in slices of about as many visitors, those that are missing in one of their own."""
    known = np.isfinite(numbers)
    met = known & (visits > 0)
    order = np.argsort(numbers[met], kind="stable")
    ordered, seen = numbers[met][order], np.cumsum(visits[met][order])
    places = np.searchsorted(seen, seen[-1] * np.arange(1, BINS) / BINS)
    cuts = np.unique(ordered[places])
    below = ordered[ordered < ordered[-1]]
    # Where most of them are the largest one, that is a slice of its own.
    cuts = cuts[cuts < ordered[-1]] if cuts[0] < ordered[-1] else below[-1:]
    told = _told_apart(cuts, 6)
    names = [f"up to {told[0]}", *(f"{a} to {b}" for a, b in pairwise(told)), f"above {told[-1]}"]
    codes = np.searchsorted(cuts, numbers, side="left")
    codes[~known] = len(names)
    came = np.bincount(codes[known], weights=visits[known], minlength=len(names))
    sums = np.bincount(codes[known], weights=(visits * numbers)[known], minlength=len(names))
    means = tuple(map(float, _told_apart(sums / came, 4)))
    return (*names, MISSING) if not known.all() else tuple(names), codes, means


def _told_apart(numbers: Array, digits: int) -> list[str]:
    """Numbers in so many digits, or in more where these do not tell them apart."""
    for enough in (digits, *_MORE_DIGITS):
        texts = [f"{number:.{enough}g}" for number in numbers.tolist()]
        if len(set(texts)) == len(texts):
            break
    return texts


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _short(text: str) -> str:
    """A value as a world can have it."""
    plain = re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+", " ", text).strip()
    return plain[:MAX_NAME] or MISSING


def _chosen(
    log: _Log, columns: Sequence[_Column], fields: Sequence[str] | None, left_out: dict[str, str]
) -> Steps[list[_Column]]:
    """The columns that become fields."""
    known = {column.name: column for column in columns}
    if fields is not None:
        for name in fields:
            if name not in known:
                why = left_out.get(name)
                allowed = f"one of {', '.join(known)}" + (f" ({name}: {why})" if why else "")
                refuse(_CODE, "fields", name, allowed, "a field of the log")
        ordered = [known[name] for name in dict.fromkeys(fields)]
    else:
        worth: dict[str, float] = {}
        for column in columns:
            worth[column.name] = _worth(log, column)
            yield None
        ordered = sorted(columns, key=lambda column: -worth[column.name])
    most = min(TABULATED, MAX_TABLE // len(log.actions))
    chosen: list[_Column] = []
    for column in ordered:
        if math.prod(len(one.values) for one in (*chosen, column)) <= most:
            chosen.append(column)
        elif fields is not None:
            refuse(
                _CODE, "fields", column.name, "left out, or another: the table is full", "a field"
            )
    for column in columns:
        if column not in chosen:
            left_out[column.name] = "rewards differ less by it, and the table is full"
    return sorted(chosen, key=columns.index)


def _worth(log: _Log, column: _Column) -> float:
    """How much rewards differ by a column, action by action."""
    sums = _Sums.of(log, column.codes, len(column.values))
    by_action = sums.over(np.zeros(len(column.values), dtype=np.intp), 1)
    expected = np.broadcast_to(by_action.mean, sums.mean.shape)
    shares = sums.weight / sums.weight.sum()
    return float((shares * sums.shrunk(expected)[0] ** 2).sum())


# -- means ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Events by group and action, (G, K) each.

    Attributes:
        weight, squares, earned: sums of weights, of their squares, and of weighed rewards.
        spread: how much one reward differs from its mean, squared.
    """

    weight: Array
    squares: Array
    earned: Array
    spread: float

    @classmethod
    def of(cls, log: _Log, groups: Codes, count: int) -> "_Sums":
        """All events of a log in groups."""
        k = len(log.actions)
        cells = groups * k + log.shown

        def summed(values: Array) -> Array:
            found = np.bincount(cells, weights=values, minlength=count * k)
            return found.reshape(count, k).astype(float)

        weight, mean = log.weight, np.average(log.reward, weights=log.weight)
        spread = float(np.average((log.reward - mean) ** 2, weights=weight))
        return cls(summed(weight), summed(weight**2), summed(weight * log.reward), spread)

    def over(self, groups: Codes, count: int) -> "_Sums":
        """The same in larger groups: to which each of these belongs, (G,)."""

        def summed(values: Array) -> Array:
            found = np.zeros((count, values.shape[1]))
            np.add.at(found, groups, values)
            return found

        return _Sums(summed(self.weight), summed(self.squares), summed(self.earned), self.spread)

    @property
    def mean(self) -> Array:
        """Mean reward; 0 where there is no event."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.earned, self.weight, out=none, where=self.weight > 0)

    @property
    def events(self) -> Array:
        """How many events of equal weight tell as much."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.weight**2, self.squares, out=none, where=self.squares > 0)

    def shrunk(self, expected: Array) -> tuple[Array, Array]:
        """By how much means differ from what was expected, as far as that is no chance; and how
        uncertain that is, squared."""
        events, off = self.events, self.mean - expected
        noise = max(self.spread, 1e-9)
        known = events > 0
        between = (events * off**2)[known].sum() - noise * known.sum()
        hidden = noise * math.sqrt(2 * known.sum()) / events.sum()
        variance = max(between / events.sum(), _HIDDEN * hidden)
        share = events / (events + noise / variance)
        return share * off, variance * (1 - share)


def _estimated(
    log: _Log,
    columns: Sequence[_Column],
    title: str,
    unit: str,
    items: Sequence[Item],
    left_out: Mapping[str, str],
) -> Estimated:
    """The world of some columns."""
    sizes = [len(column.values) for column in columns]
    size, k = math.prod(sizes), len(log.actions)
    cells = np.zeros(len(log.shown), dtype=np.intp)
    for column in columns:
        cells = cells * len(column.values) + column.codes
    sums = _Sums.of(log, cells, size)
    expected, variance = _smoothed(sums, sizes)
    halves = _halves(log)
    # Where so many halves would leave less than was earned, some of them become whole ones.
    half = np.minimum(2 * expected * halves, 2 * (1 - expected))
    full = expected - half / 2
    fields = _fields(log, columns)
    world = World(
        title=_short(title)[:40] if title else "A log",
        emoji="🪞",
        story=(
            f"A simulation of a log of {len(log.shown):,} events, made of what can be estimated "
            "from it. It is not the truth about whoever came."
        ),
        fields=fields,
        items=tuple(items),
        taste=_table(fields, items, half, full),
        unit=unit,
    )
    counts = np.bincount(cells * k + log.shown, minlength=size * k).reshape(size, k)
    again = world_from_json(world.to_json())
    errors = np.sqrt(variance) * again.worth
    return Estimated(again, counts, errors, len(log.shown), dict(left_out))


def _smoothed(sums: _Sums, sizes: Sequence[int]) -> tuple[Array, Array]:
    """Expected rewards, (cells, K), from coarse to fine, and how uncertain they are, squared."""
    cells = np.arange(math.prod(sizes))
    places = np.unravel_index(cells, sizes) if sizes else ()
    everything = sums.over(np.zeros(len(cells), dtype=np.intp), 1)
    overall = float(everything.earned.sum() / everything.weight.sum())
    off, doubt = everything.shrunk(np.full((1, sums.weight.shape[1]), overall))
    expected = np.broadcast_to(overall + off, sums.weight.shape).copy()
    variance = np.broadcast_to(doubt, expected.shape).copy()
    for order in range(1, min(2, len(sizes) - 1) + 1):
        every = list(combinations(range(len(sizes)), order))
        adds = {fields: np.zeros(expected.shape) for fields in every}
        doubts = dict(adds)
        for _ in range(_SWEEPS):
            for fields in every:
                expected -= adds[fields]
                some = tuple(sizes[at] for at in fields)
                groups = np.ravel_multi_index(tuple(places[at] for at in fields), some)
                off, doubt = _against(sums, expected, groups, math.prod(some))
                adds[fields], doubts[fields] = off[groups], doubt[groups]
                expected += adds[fields]
        variance += np.sum([*doubts.values()], axis=0)
    off, doubt = sums.shrunk(expected)
    return np.clip(expected + off, 0, 1), variance + doubt


def _against(sums: _Sums, expected: Array, groups: Codes, count: int) -> tuple[Array, Array]:
    """What larger groups add to what was expected, and how uncertain that is, (count, K) each."""
    rest = _Sums(sums.weight, sums.squares, sums.earned - sums.weight * expected, sums.spread)
    larger = rest.over(groups, count)
    return larger.shrunk(np.zeros(larger.weight.shape))


def _halves(log: _Log) -> Array:
    """Which part of what each action earns comes in rewards about 1/2, (K,)."""
    k = len(log.actions)
    middle = (log.reward > 0.25) & (log.reward < 0.75)
    earned = log.weight * log.reward
    halves = np.bincount(log.shown, weights=earned * middle, minlength=k)
    total = np.bincount(log.shown, weights=earned, minlength=k)
    return np.divide(halves, total, out=np.zeros(k), where=total > 0)


# -- parts of the world ---------------------------------------------------------------


def _fields(log: _Log, columns: Sequence[_Column]) -> tuple[Field, ...]:
    """Fields with their values as often as they came; one that says nothing where there is none."""
    if not columns:
        return (Field("visitor", "Visitor", (Value("anybody", ""),)),)
    names: list[str] = []
    for column in columns:
        names.append(_named(column.name, names))
    found = []
    for name, column in zip(names, columns, strict=True):
        came = np.bincount(column.codes, minlength=len(column.values))
        texts = _unlike(column.values)
        values = (
            column.value(at, text, max(n, 0.5))
            for at, (text, n) in enumerate(zip(texts, came.tolist(), strict=True))
        )
        found.append(Field(name, name, tuple(values)))
    return tuple(found)


def _named(column: str, before: Sequence[str]) -> str:
    """A name that a field may have, like no other before it."""
    plain = re.sub(r"[^\w -]+|_{2,}", "-", column).strip("-_ ")[: MAX_NAME - 4] or "field"
    plain = f"{plain}-" if plain in TAKEN else plain
    number = next(n for n in range(1, 99) if _numbered(plain, n) not in before)
    return _numbered(plain, number)


def _unlike(texts: Sequence[str]) -> list[str]:
    """Texts that were cut short, told apart."""
    found: list[str] = []
    for text in texts:
        number = next(n for n in range(1, 99) if _numbered(text[: MAX_NAME - 4], n) not in found)
        found.append(text if text not in found else _numbered(text[: MAX_NAME - 4], number))
    return found


def _numbered(text: str, number: int) -> str:
    return text if number == 1 else f"{text} {number}"


def _item(name: str, worth: float) -> Item:
    return Item(name, "", {"name": name}, value=worth)


def _table(fields: Sequence[Field], items: Sequence[Item], half: Array, full: Array) -> TasteTable:
    """The truth cell by cell."""
    world = World("", "", "", tuple(fields), tuple(items), lambda context, item: Taste(0, 0))
    rows = {}
    for cell, context in enumerate(world.contexts):
        chances = zip(half[cell].tolist(), full[cell].tolist(), strict=True)
        rows[tuple(context.values())] = {
            item.id: Taste(h, f) for item, (h, f) in zip(items, chances, strict=True)
        }
    return TasteTable(tuple(one.name for one in fields), rows)
