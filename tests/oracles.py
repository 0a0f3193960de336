"""Naive oracles: rows written out column by column, and the regression over all of them.

The oracles follow the documented rules alone and import nothing from the engine code under test:
`naive_row` writes a row out, `DenseOracle` solves the regression over all columns and the overall
mean at once.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.learners.base import Group
from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.rates import LEAST_VARIANCE, USUAL_VARIANCE
from engine.learners.bayesian.row_form import By
from engine.simulation.baselines import Baseline
from engine.worlds import World

Json = dict[str, Any]

Row = Mapping[tuple[tuple[str, ...], str], float]
Readings = Mapping[str, Callable[[float], dict[str, float]]]
"""Readings of numbers by field: columns and values, by column suffix."""


@dataclass(frozen=True)
class BentReadings:
    """Readings of numbers along lines and by nearness."""

    lines: Readings
    nearness: Readings


# -- rows -----------------------------------------------------------------------------


def naive_squash(value: float) -> float:
    """Identity up to 3 in size, then a unit for every factor of ten."""
    if value > 3:
        return 3 + math.log10(value / 3)
    if value < -3:
        return -3 - math.log10(-value / 3)
    return value


def _naive_features(objects: Sequence[Json]) -> Iterator[tuple[str, Any]]:
    for item in objects:
        for name, value in item.items():
            if name.startswith("_"):
                continue
            if isinstance(value, dict):
                for inner, inner_value in value.items():
                    if not inner.startswith("_"):
                        yield f"{name}.{inner}", inner_value
            else:
                yield name, value


def naive_numbers(objects: Sequence[Json]) -> dict[str, float]:
    """Map each field with a single number to its value."""
    kinds = (int, float)
    return {
        name: float(value)
        for name, value in _naive_features(objects)
        if isinstance(value, kinds) and not isinstance(value, bool)
    }


def naive_readings_of(objects: Sequence[Sequence[Json]], by: By) -> Readings | BentReadings:
    """Readings of numbers by rows, fitted to lists of feature objects."""
    if by != "bent":
        return naive_readings(objects, by)
    return BentReadings(naive_readings(objects, "features"), naive_readings(objects, "id"))


def naive_readings(objects: Sequence[Sequence[Json]], by: By) -> Readings:
    """Readings of numbers for one part of a row."""
    values: dict[str, list[float]] = {}
    for item in objects:
        for name, value in naive_numbers(item).items():
            values.setdefault(name, []).append(value)
    kind = _nearness if by == "id" else _line
    return {name: kind(np.array(result)) for name, result in values.items()}


def _nearness(values: Array) -> Callable[[float], dict[str, float]]:
    """Shares of up to 8 distinct values, or of quantiles, as a vector of length 1."""
    knots = np.unique(values)
    few = len(knots) <= 8
    if not few:
        knots = np.unique(np.quantile(values, [i / 7 for i in range(8)]))

    def read(value: float) -> dict[str, float]:
        at = float(np.interp(value, knots, np.arange(len(knots))))
        away = np.abs(at - np.arange(len(knots)))
        near = np.maximum(1 - away, 0)
        if not few:
            near = np.exp(-((away / 0.7) ** 2) / 2)
            low = math.floor(at)
            near[[k < low - 2 or k > low + 3 for k in range(len(knots))]] = 0
        near = near / np.linalg.norm(near)
        return {f"[~{k}]": float(share) for k, share in enumerate(near) if share}

    return read


def _line(values: Array) -> Callable[[float], dict[str, float]]:
    """Standard deviations from the mean, on a log scale if less skewed."""

    def skewness(of: Array) -> float:
        away = of - np.mean(of)
        sd = float(np.std(of))
        negligible = sd <= 1e-12 * float(np.max(np.abs(of)))
        return 0.0 if negligible else abs(float(np.mean(away**3)) / sd**3)

    logged = bool(np.min(values) > 0) and skewness(np.log(values)) < skewness(values)
    lowest = float(np.min(values)) / 10
    of = np.log(values) if logged else values
    mean, sd = float(np.mean(of)), float(np.std(of))
    constant = sd <= 1e-12 * float(np.max(np.abs(of)))

    def read(value: float) -> dict[str, float]:
        scaled = math.log(max(value, lowest)) if logged else value
        return {"": naive_squash((scaled - mean) / (1.0 if constant else sd))}

    return read


def _naive_values(objects: Sequence[Json], read: Readings) -> dict[str, dict[str, float]]:
    """field -> column -> value, zeros included."""
    results: dict[str, dict[str, float]] = {}
    for name, value in _naive_features(objects):
        if value is None:
            new = {f"{name}=null": 1.0}
        elif value is True:
            new = {f"{name}=true": 1.0}
        elif value is False:
            new = {f"{name}=false": 1.0}
        elif isinstance(value, str):
            new = {f"{name}={value}": 1.0}
        elif isinstance(value, list):
            new = {f"{name}[{i}]": naive_squash(v) for i, v in enumerate(value)}
        else:
            new = {name: naive_squash(value)}
        for column, number in new.items():
            mine = results.setdefault(name, {})
            mine[column] = mine.get(column, 0.0) + number
    for name, value in naive_numbers(objects).items():
        if name in read:
            del results[name][name]
            results[name] |= {f"{name}{end}": share for end, share in read[name](value).items()}
    return results


def naive_columns(
    objects: Sequence[Json], read: Readings | None = None
) -> dict[str, dict[str, float]]:
    """field -> column -> value, zeros left out."""
    result = _naive_values(objects, read or {})
    kept = {f: {c: v for c, v in columns.items() if v != 0} for f, columns in result.items()}
    return {f: columns for f, columns in kept.items() if columns}


def naive_size(objects: Sequence[Json]) -> int:
    """Number of fields, including fields with the value zero."""
    return len(_naive_values(objects, {}))


def _unit(vector: dict[Any, float], length: float) -> dict[Any, float]:
    norm = math.sqrt(math.fsum(v * v for v in vector.values()))
    return {k: length * v / norm for k, v in vector.items()} if norm else {}


def _divided(vector: dict[Any, float], by: float) -> dict[Any, float]:
    return {k: v / by for k, v in vector.items()}


def naive_row(
    context: Sequence[Json],
    action: Json,
    crosses: int,
    by: By = "id",
    read: Readings | BentReadings | None = None,
) -> Row:
    """The row of (context, action): (context columns, action column) -> value. A row ``by="bent"``
    is `naive_row` by features of single fields, plus a tenth of its square by id, with action
    columns that begin with ``~``.
    """
    if by == "bent":
        two = read if isinstance(read, BentReadings) else BentReadings({}, {})
        lines = _naive_part(context, action, min(crosses, 1), "features", two.lines)
        nearness = _naive_part(context, action, crosses, "id", two.nearness)
        share = math.sqrt(1 / 10)
        return {**lines, **{(of, f"~{column}"): share * v for (of, column), v in nearness.items()}}
    assert not isinstance(read, BentReadings)
    return _naive_part(context, action, crosses, by, read)


def _naive_part(
    context: Sequence[Json], action: Json, crosses: int, by: By, read: Readings | None
) -> Row:
    """The row of one part.

    The action's id is the column ``"#" + id``, which differs from all features. By id, every order
    of crosses and every action is a vector of length 1. By features, orders and actions are divided
    by their length for fields of size 1, and an action with a scaled number has a column of 1.
    """
    fields = naive_columns(context, read)
    orders: list[dict[tuple[str, ...], float]] = []
    for order in range(crosses + 1):
        terms: dict[tuple[str, ...], float] = {}
        for chosen in combinations(fields, order):
            for picked in product(*(fields[f] for f in chosen)):
                values = [fields[f][c] for f, c in zip(chosen, picked, strict=True)]
                terms[tuple(sorted(picked))] = math.prod(values)
        if terms and by == "id":
            orders.append(_unit(terms, 1.0))
        elif terms:
            orders.append(_divided(terms, math.sqrt(math.comb(naive_size(context), order))))
    share = 1 / math.sqrt(len(orders))
    features = {
        c: v for group in naive_columns(action["features"], read).values() for c, v in group.items()
    }
    size = naive_size(action["features"])
    if by == "features" and read and read.keys() & naive_numbers(action["features"]).keys():
        features[""], size = 1.0, size + 1
    if not features:
        own = {"#" + action["id"]: 1.0}
    elif by == "id":
        own = {**_unit(features, math.sqrt(1 / 2)), "#" + action["id"]: math.sqrt(1 / 2)}
    else:
        own = _divided(features, math.sqrt(size))
    return {
        (crossed, column): share * u * v
        for terms in orders
        for crossed, u in terms.items()
        for column, v in own.items()
    }


def by_fields(
    context: Sequence[Json], parts: Row, read: Readings | BentReadings | None = None
) -> dict[Group, float]:
    """Sums over the columns of a row, by their context fields.

    For at most 12 fields, so that all crosses have groups.
    """
    ways = (read.lines, read.nearness) if isinstance(read, BentReadings) else (read,)
    columns_of = [naive_columns(context, way) for way in ways]
    assert len(columns_of[0]) <= 12
    field_of = {
        c: field for fields in columns_of for field, columns in fields.items() for c in columns
    }
    results: dict[Group, float] = {}
    for (columns, _), value in parts.items():
        group = Group(tuple(sorted({field_of[column] for column in columns})))
        results[group] = results.get(group, 0.0) + value
    return results


def dot(one: Mapping[Any, float], other: Mapping[Any, float]) -> float:
    """Inner product of two enumerated rows."""
    return math.fsum(value * other[key] for key, value in one.items() if key in other)


# -- regression -----------------------------------------------------------------------


@dataclass(frozen=True)
class DenseOracle:
    """Bayesian linear regression over enumerated columns and a constant, solved densely.

    The constant is the overall mean, with prior N(1/2, 1/4); a weight has prior N(0, prior_sd^2),
    or a prior mean from `prior_mean`. With a memory below 1, the rewards are processed in order,
    each after forgetting in its direction (Kulhavy's directional forgetting, here for any noise):
    the precision gains b z z' / noise with b = memory - (1 - memory) / c, c = z' P z / noise, and
    the mean moves by P z / (1 + c) / noise x the surprise, as without forgetting.
    """

    prior_sd: float
    noise_sd: float
    rows: Sequence[Row]
    rewards: Sequence[float]
    memory: float = 1.0
    prior_mean: Mapping[Any, float] = field(default_factory=dict)
    actions: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        hypothesis: Hypothesis,
        rows: Sequence[Row],
        rewards: Sequence[float],
        actions: Sequence[str] = (),
    ) -> "DenseOracle":
        """The oracle of a hypothesis; with ids of actions, they have prices."""
        own = hypothesis.prior_sd, hypothesis.noise_sd
        return cls(*own, rows, rewards, hypothesis.memory, actions=actions)

    @property
    def prices(self) -> list[float | None]:
        """See `naive_prices`; without ids of actions all prices are 1."""
        if self.actions:
            return naive_prices(list(zip(self.actions, self.rewards, strict=True)))
        some = range(1, len(self.rewards) + 1)
        return [1.0 if {*self.rewards[:end]} <= {0.0, 1.0} else None for end in some]

    def _prior(self, names: Sequence[Any]) -> tuple[Array, Array]:
        """Mean and covariance of constant and weights before any reward."""
        mean = np.array([0.5, *(self.prior_mean.get(name, 0.0) for name in names)])
        return mean, np.diag([0.25, *[self.prior_sd**2] * len(names)])

    def _solve(self, names: Sequence[Any]) -> tuple[Array, Array]:
        """Mean and covariance of the constant and the weights of the columns named."""
        mean, covariance = self._prior(names)
        if self.memory == 1:
            z = augmented(self.rows, names)
            inverse = np.linalg.inv(covariance)
            precision = inverse + z.T @ z / self.noise_sd**2
            pull = inverse @ mean + z.T @ np.array(self.rewards) / self.noise_sd**2
            solved = np.linalg.solve(precision, pull).astype(np.float64)
            return solved, np.linalg.inv(precision).astype(np.float64)
        precision = np.linalg.inv(covariance).astype(np.float64)
        for z, reward in zip(augmented(self.rows, names), self.rewards, strict=True):
            mean, precision, _ = self._one(z, reward, mean, precision)
        return mean, np.linalg.inv(precision).astype(np.float64)

    def _one(
        self, z: Array, reward: float, mean: Array, precision: Array
    ) -> tuple[Array, Array, float]:
        """Mean and precision after a reward, and the predicted variance of the reward."""
        noise = self.noise_sd**2
        towards = np.linalg.solve(precision, z).astype(np.float64)
        c = float(z @ towards) / noise
        surprise = reward - float(z @ mean)
        b = self.memory - (1 - self.memory) / c
        total = noise * (1 + c)
        after = precision + b * np.outer(z, z) / noise
        return mean + towards * surprise / total, after, total

    @property
    def centre(self) -> float:
        """Mean of the constant."""
        return float(self._solve(all_columns(self.rows))[0][0])

    def weights(self, offered: Row) -> dict[Any, float]:
        """Mean weight of every column of a row."""
        names = all_columns([*self.rows, offered])
        mean = self._solve(names)[0][1:]
        return {name: float(w) for name, w in zip(names, mean, strict=True) if name in offered}

    def doubt(self, part: Row) -> float:
        """Variance of the contribution of some columns of a row, without the constant."""
        names = all_columns([*self.rows, part])
        values = np.array([part.get(name, 0.0) for name in names])
        return float(values @ self._solve(names)[1][1:, 1:] @ values)

    def moments(self, offered: Sequence[Row]) -> tuple[Array, Array]:
        """Mean (K,) and covariance (K, K) of the expected rewards of offered rows."""
        names = all_columns([*self.rows, *offered])
        mean, covariance = self._solve(names)
        z = augmented(offered, names)
        return z @ mean, z @ covariance @ z.T

    @property
    def unit(self) -> float:
        """Factor on covariances in a mixture: the unit of the rewards, times the excess of squared
        innovations over their expectation, with ten expected ones as prior.
        """
        excess = 0.0
        prices = self.prices
        for i, (row, reward) in enumerate(zip(self.rows, self.rewards, strict=True)):
            if prices[i] is not None:
                continue
            before = replace(self, rows=self.rows[:i], rewards=self.rewards[:i], actions=())
            (mean,), ((variance,),) = before.moments([row])
            wide = naive_unit(before.rewards) * (float(variance) + self.noise_sd**2)
            excess += (reward - float(mean)) ** 2 / wide - 1
        return naive_unit(self.rewards) * max(1 + excess / (10 + len(self.rewards)), 1)

    def evidence(self, own_units: bool = True) -> float:
        """Log of the product of the densities of each reward given the earlier ones. While all
        rewards are 0 or 1, the likelihood is Bernoulli, with the mean as probability within the
        limits of the noise. Variances are in units of the earlier rewards, or always in the unit of
        a fair coin, and inflated by innovations, with ten expected ones as prior.
        """
        names = all_columns(self.rows)
        mean, covariance = self._prior(names)
        precision, total = np.linalg.inv(covariance).astype(np.float64), 0.0
        prices, squares = self.prices, 10.0
        for i, z in enumerate(augmented(self.rows, names)):
            reward, expected = self.rewards[i], float(z @ mean)
            price = prices[i] if own_units else None
            unit = naive_unit(self.rewards[:i]) if own_units else 1.0
            mean, precision, wide = self._one(z, reward, mean, precision)
            if price is not None:
                noise = unit * self.noise_sd**2 / price**2
                total += naive_coin(float(reward > 0), expected / price, noise)
                squares += 1
                continue
            wide *= unit
            total += naive_student(reward - expected, wide * squares / (10 + i), 10 + i)
            squares += (reward - expected) ** 2 / wide
        return total

    def marginal_likelihood(self) -> float:
        """Log density of all rewards at once, without forgetting.

        The joint distribution is Student's t with ten degrees of freedom: mean 1/2, and scale prior
        variance x inner products of the rows + 1/4 for the common constant + noise.
        """
        size = len(self.rows)
        inner = np.array([[dot(one, other) for other in self.rows] for one in self.rows])
        scale = self.prior_sd**2 * inner + 0.25 + self.noise_sd**2 * np.eye(size)
        deviations = np.array(self.rewards) - 0.5
        _, log_determinant = np.linalg.slogdet(10 * math.pi * scale)
        square = float(deviations @ np.linalg.solve(scale, deviations))
        return float(
            math.lgamma((10 + size) / 2)
            - math.lgamma(5)
            - log_determinant / 2
            - (10 + size) / 2 * math.log(1 + square / 10)
        )


def naive_student(away: float, wide: float, freedom: float) -> float:
    """Log density of Student's t at a distance from the mean, with the square of the scale."""
    whole = math.sqrt(freedom * wide) * math.gamma(0.5) * math.gamma(freedom / 2)
    tail = (freedom + 1) / 2 * math.log1p(away * away / (freedom * wide))
    return math.log(math.gamma((freedom + 1) / 2) / whole) - tail


def naive_unit(rewards: Sequence[float]) -> float:
    """Variance of the first hundred rewards and a fair coin, as a multiple of the
    coin's variance.
    """
    rewards = rewards[:100]
    mean = (sum(rewards) + 1 / 2) / (len(rewards) + 1)
    return 4 * (sum((r - mean) ** 2 for r in rewards) + 1 / 4) / (len(rewards) + 1)


def naive_coin(reward: float, mean: float, noise: float) -> float:
    """Log chance of a 0 or a 1: the mean, and a quarter of the noise at least, up to a half."""
    least = min(noise / 4, 1 / 2)
    one = least if mean < least else 1 - least if mean > 1 - least else mean
    return math.log(one) if reward == 1 else math.log(1 - one)


def augmented(rows: Sequence[Row], names: Sequence[Any]) -> Array:
    """Rows written out with a constant 1 before the columns named, (rows, 1 + columns)."""
    return np.column_stack([np.ones(len(rows)), dense(rows, names)])


def all_columns(rows: Sequence[Row]) -> list[Any]:
    """Every column of any of the rows."""
    return list(dict.fromkeys(column for row in rows for column in row))


def dense(rows: Sequence[Row], names: Sequence[Any]) -> Array:
    """Rows written out over the columns named, (rows, columns)."""
    x = np.zeros((len(rows), len(names)))
    at = {name: i for i, name in enumerate(names)}
    for i, row in enumerate(rows):
        for column, value in row.items():
            x[i, at[column]] = value
    return x


# -- cells ----------------------------------------------------------------------------


@dataclass
class CellsOracle:
    """Tables of cells of all subsets of fields, as lists of rewards in dictionaries.

    A context maps fields to values. Rewards are learned in order; the evidence is the sum of the
    logs of their predictive densities.
    """

    fields: Sequence[str]
    crosses: int
    share: float = 1e-12
    evidence: float = 0.0
    rewards: list[float] = field(default_factory=list)
    of_cells: dict[Any, list[float]] = field(default_factory=dict)
    errors: dict[Any, list[tuple[float, float]]] = field(default_factory=dict)
    weights: dict[tuple[str, ...], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        orders = range(min(self.crosses, len(self.fields)) + 1)
        sizes = {order: list(combinations(self.fields, order)) for order in orders}
        self.weights = {
            subset: 1 / len(sizes) / len(subsets)
            for subsets in sizes.values()
            for subset in subsets
        }

    def learn(
        self, context: Mapping[str, str], action: str, reward: float, price: float | None
    ) -> dict[Any, float]:
        """Learn a reward, with the price of the action if all rewards so far are 0 or a price;
        return its log density under each subset before learning.
        """
        densities = {}
        for subset in self.weights:
            mean, doubt = self.moments(subset, context, action)
            noise, away = self._noise(subset), reward - mean
            wide = noise + doubt
            normal = -0.5 * (math.log(2 * math.pi * wide) + away**2 / wide)
            densities[subset] = (
                normal
                if price is None
                else naive_coin(float(reward > 0), mean / price, noise / price**2)
            )
            met = self.of_cells.setdefault(self._cell(subset, context, action), [])
            self.errors.setdefault(subset, []).append((away**2, len(met) / (len(met) + 1)))
            met.append(reward)
        self.rewards.append(reward)
        self._weigh(densities)
        return densities

    def moments(
        self, subset: tuple[str, ...], context: Mapping[str, str], action: str, lean: float = 0.0
    ) -> tuple[float, float]:
        """Mean and variance of an action's expected reward, for one subset."""
        met = self.of_cells.get(self._cell(subset, context, action), [])
        noise = self._noise(subset)
        k = 2 * noise / self._variance
        mean, cells = self.mean_of(subset, action)
        total = math.fsum(met) + k * (mean + lean)
        doubt = (k / (len(met) + k)) ** 2 * self._variance / 2 / cells
        return total / (len(met) + k), noise / (len(met) + k) + doubt

    def mean_of(self, subset: tuple[str, ...], action: str) -> tuple[float, float]:
        """Mean of an action over a subset's cells, weighted by their certainty, and the total
        weight; the overall mean counts as a cell with weight 1.
        """
        means, known = [self.mean], [1.0]
        noisy = min(1.5 * self._noise(subset) / self._variance_of(self.rewards[:100]), 1.0)
        for (of, _, shown), met in self.of_cells.items():
            if (of, shown) == (subset, action) and met:
                known.append(1 - noisy + noisy * len(met) / (len(met) + 2))
                means.append(known[-1] * math.fsum(met) / len(met))
        return math.fsum(means) / math.fsum(known), math.fsum(known)

    @property
    def mean(self) -> float:
        return (math.fsum(self.rewards) + 0.5) / (len(self.rewards) + 1)

    @property
    def _variance(self) -> float:
        return self._variance_of(self.rewards)

    def _variance_of(self, rewards: Sequence[float]) -> float:
        mean = (math.fsum(rewards) + 0.5) / (len(rewards) + 1)
        squares = math.fsum((reward - mean) ** 2 for reward in rewards)
        return (squares + 0.25) / (len(rewards) + 1)

    def _noise(self, subset: tuple[str, ...]) -> float:
        errors = self.errors.get(subset, [])
        squares = math.fsum(square * weight for square, weight in errors)
        return (squares + self._variance) / (math.fsum(weight for _, weight in errors) + 1)

    def _cell(self, subset: tuple[str, ...], context: Mapping[str, str], action: str) -> Any:
        return subset, tuple(context.get(name) for name in subset), action

    def _weigh(self, densities: Mapping[Any, float]) -> None:
        joint = {subset: w * math.exp(densities[subset]) for subset, w in self.weights.items()}
        total = math.fsum(joint.values())
        self.evidence += math.log(total)
        even = self.share / len(joint)
        self.weights = {s: (1 - self.share) * w / total + even for s, w in joint.items()}


@dataclass
class RatesOracle:
    """Factors of actions in cells, in dictionaries, one success at a time.

    A model is the largest number of fields of its terms, and the shape of their factors. Usual
    rates of actions relative to the level are 1 unless given; the usual one counts as ``trust``
    successes.
    """

    fields: Sequence[str]
    crosses: int
    shapes: Sequence[float]
    share: float
    relative: Mapping[str, float] = field(default_factory=dict)
    trust: float = 0.5
    evidence: float = 0.0
    level: float = 0.5
    variance: float = USUAL_VARIANCE
    successes: dict[Any, float] = field(default_factory=dict)
    exposures: dict[Any, float] = field(default_factory=dict)
    weights: dict[tuple[int, float], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        orders = range(1, self.crosses + 1)
        models = {(order, h): 1 / len(self.shapes) for order in orders for h in self.shapes}
        total = 1 + self.crosses
        self.weights = {(0, 1.0): 1 / total} | {key: w / total for key, w in models.items()}

    def factors(
        self, model: tuple[int, float], context: Mapping[str, str], action: str
    ) -> dict[tuple[str, ...], tuple[float, float]]:
        """Factor of each term, and its relative variance; of the empty one, the action's own."""
        results, shape = {}, 1 / self.variance
        visits = self.exposures.get(((0, 1.0), ((), (), action)), 0.0)
        usual = self.level * self.relative.get(action, 1.0)
        open_to_context = usual * visits / (1 + usual * visits)
        for size in range(min(model[0], len(self.fields)) + 1):
            for term in combinations(self.fields, size):
                cell = term, tuple(context.get(name) for name in term), action
                mass = (model[1] if term else shape) + self.successes.get(cell, 0.0)
                expected = (model[1] if term else shape / usual) + self.exposures.get(
                    (model, cell), 0.0
                )
                doubt = open_to_context if term else 1.0
                results[term] = mass / expected, doubt / mass
        return results

    def rate(self, model: tuple[int, float], context: Mapping[str, str], action: str) -> float:
        factors = self.factors(model, context, action).values()
        return min(math.prod(factor for factor, _ in factors), 0.999)

    def learn(self, context: Mapping[str, str], action: str, reward: float) -> None:
        """Learn a reward: a success unless it is 0."""
        rates = {model: self.rate(model, context, action) for model in self.weights}
        factors = {model: self.factors(model, context, action) for model in self.weights}
        joint = {
            model: self.weights[model] * (rate if reward else 1 - rate)
            for model, rate in rates.items()
        }
        total = math.fsum(joint.values())
        self.evidence += math.log(total)
        even = self.share / len(joint)
        self.weights = {m: (1 - self.share) * w / total + even for m, w in joint.items()}
        for size in range(min(self.crosses, len(self.fields)) + 1):
            for term in combinations(self.fields, size):
                cell = term, tuple(context.get(name) for name in term), action
                self.successes[cell] = self.successes.get(cell, 0.0) + (reward != 0)
                for model, rate in rates.items():
                    own = factors[model].get(term, (1.0, 0.0))[0]
                    key = model, cell
                    self.exposures[key] = self.exposures.get(key, 0.0) + rate / own
        self._fit_prior()

    def _fit_prior(self) -> None:
        """Level and variance of the actions' rates, by their successes and visits."""
        cells = [((), (), action) for action in {action for _, _, action in self.successes}]
        pairs = [
            (self.successes[cell], self.exposures[(0, 1.0), cell] * self.relative.get(cell[2], 1.0))
            for cell in cells
        ]
        weights = [1 / (1 + self.variance * n * self.level) for _, n in pairs]
        each = [(w, *pair) for w, pair in zip(weights, pairs, strict=True)]
        total = self.trust + math.fsum(w * s for w, s, _ in each)
        self.level = total / (2 * self.trust + math.fsum(w * n for w, _, n in each))
        known = max(self.trust, 1.0)
        excess = known * USUAL_VARIANCE
        for s, n in pairs:
            expected = n * self.level
            excess += ((s - expected) ** 2 - expected) / (1 + expected) ** 2
            known += (expected / (1 + expected)) ** 2
        self.variance = max(excess / known, LEAST_VARIANCE)


def naive_prices(rewards: Sequence[tuple[str, float]]) -> list[float | None]:
    """Price of each reward's action, or None from the first reward on that is neither 0 nor 1, if
    a reward is neither 0 nor the price; an action without a success has the price 1 drawn from the
    known ones.
    """
    prices: dict[str, float] = {}
    results: list[float | None] = []
    for action, reward in rewards:
        if reward < 0 or (reward and prices.get(action, reward) != reward):
            ones = [
                all(value in (0, 1) for _, value in rewards[: i + 1]) for i in range(len(rewards))
            ]
            return [1.0 if one else None for one in ones]
        if reward:
            prices.setdefault(action, reward)
        known = len(prices)
        new = max(prices.values(), default=1.0) ** (known / (known + 1))
        results.append(prices.get(action, new))
    return results


def naive_common(rewards: Sequence[float]) -> bool:
    """True if successes of 25 % were 20 times as likely as successes of 8 %, at any time."""
    ratio, common = 0.0, False
    for reward in rewards:
        ratio += math.log(0.25 / 0.08) if reward else math.log(0.75 / 0.92)
        common |= ratio > 3
    return common


def naive_told(
    objects: Sequence[Json], seen: Sequence[Sequence[Json]], fields: Sequence[str]
) -> dict[str, str]:
    """Value of each context field, with numbers as bins of the values seen."""
    values_of = {
        name: " and ".join(columns) for name, columns in _naive_values(objects, {}).items()
    }
    values: dict[str, list[float]] = {}
    for item in seen:
        for name, value in naive_numbers(item).items():
            values.setdefault(name, []).append(value)
    for name, value in naive_numbers(objects).items():
        values_of.pop(name)
        if name in values:
            values_of[name] = str(_bin(value, np.array(values[name])))
    return {name: value for name, value in values_of.items() if name in fields}


def _bin(value: float, values: Array) -> int:
    knots = np.unique(values)
    few = len(knots) <= 8
    if not few:
        knots = np.unique(np.quantile(values, [i / 7 for i in range(8)]))
    at = float(np.interp(value, knots, np.arange(len(knots))))
    return round(at) if few else min(math.floor(at * 4 / (len(knots) - 1)), 3)


# -- worlds ---------------------------------------------------------------------------


def value_of(world: World, baseline: Baseline) -> float:
    """Mean expected reward of a baseline in its world, 0 to 1."""
    total = 0.0
    for cell, context in enumerate(world.contexts):
        places = [world.position(item) for item in baseline.possible(context)]
        total += float(world.frequencies[cell] * world.expected[cell, places].mean())
    return total
