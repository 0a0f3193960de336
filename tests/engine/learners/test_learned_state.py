"""Learned state: complete, and independent in forks."""

from collections.abc import Iterator
from functools import cache, cached_property
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from engine.learners.base import Impression, Learner
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.learners.bayesian.learner import FITS, BayesianLearner
from engine.learners.bayesian.learner_inputs import InputEncoding
from engine.learners.classic import ClassicLearner
from engine.learners.learned_state import Learned, state_names
from engine.pausable_steps import finish
from engine.store.snapshot_codec import KINDS, dump, load
from tests.engine.comparable import learned_bits
from tests.engine.requests import CONTEXTS, DRINKS, request_of


def impressions() -> Iterator[tuple[Impression, float]]:
    for i in range(60):
        request = request_of(CONTEXTS[i % 4], *DRINKS)
        yield Impression(request, i % 3, i % 3, 0.5), float(i % 4 == i % 3)


def taught(learner: Learner) -> Learner:
    """A learner after training and after calls of every method."""
    for number, (impression, earned) in enumerate(impressions()):
        if number % 3 == 0:
            learner.watch(impression)
        learner.learn(impression, earned)
        learner.contributions(impression.request, np.ones(3))
        learner.beliefs([impression.request] * 2)
        if learner.imitation is not None:
            learner.imitation.belief(impression.request)
    learned_bits(learner)
    return learner


LEARNERS = {
    "bayesian": lambda: taught(BayesianLearner(HYPOTHESES, may_change=True, crosses=2)),
    "classic": lambda: taught(ClassicLearner(crosses=1, rate=0.3)),
}
learners = pytest.mark.parametrize("make", LEARNERS.values(), ids=LEARNERS)


def parts(value: Any) -> Iterator[Learned]:
    """All mutable parts within a learned object."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from parts(item)
    if isinstance(value, Learned):
        yield value
        for name in state_names(type(value)):
            yield from parts(getattr(value, name))


@learners
def test_whatever_is_no_state_can_be_computed_again(make: Any) -> None:
    results = list(parts(make()))
    assert {type(part) for part in results} <= set(KINDS.values())
    for part in results:
        kind = type(part)
        for name in set(getattr(part, "__dict__", ())) - {*state_names(kind)}:
            is_default = not isinstance(getattr(kind, name), cached_property)
            assert not is_default or getattr(kind, name) is None


@pytest.mark.no_cover
@learners
def test_a_fork_is_the_same_to_the_last_bit_and_goes_on_by_itself(make: Any) -> None:
    learner, other = make(), make()
    before = learned_bits(learner)
    fork = learner.fork()
    assert not {id(part) for part in parts(fork)} & {id(part) for part in parts(learner)}
    assert learned_bits(fork) == before
    taught(fork)
    assert learned_bits(learner) == before != learned_bits(fork)
    assert learned_bits(taught(other)) == learned_bits(fork)


@pytest.mark.no_cover
@learners
def test_a_learner_that_was_written_down_goes_on_to_the_last_bit(make: Any) -> None:
    learner = make()
    back = load(dump(learner))
    assert learned_bits(back) == learned_bits(learner)
    assert learned_bits(taught(back)) == learned_bits(taught(learner))


# -- numbers and cells, which are looked at again after some rewards ------------------


def with_numbers(learner: BayesianLearner, begin: int, end: int) -> BayesianLearner:
    """A learner after this range of simulated visitors with hours, ages and prices."""
    for i in range(begin, end):
        rng = np.random.default_rng(i)
        context = [{"hour": float(rng.random() * 24), "age": int(rng.integers(80)), "who": i % 7}]
        features = [{"price": float(np.round(rng.lognormal(), 2))} for _ in range(3)]
        offered = [{"id": f"a{k}", "features": [one]} for k, one in enumerate(features)]
        shown = Impression(request_of(context, *offered), i % 3, i % 3, 0.5)
        learner.watch(shown)
        learner.learn(shown, float(rng.random() < 0.5))
        learner.belief(shown.request)
    return learner


def unpacked(dumped: bytes) -> int:
    """Uncompressed size of a dump in bytes."""
    return sum(part.file_size for part in ZipFile(BytesIO(dumped)).infolist())


COUNTS = (0, 9, 29, FITS[-1] - 1, FITS[-1])


def new() -> BayesianLearner:
    return BayesianLearner(HYPOTHESES, True, crosses=2)


@cache
def written(count: int) -> bytes:
    """Snapshot of a learner after so many visitors, continued from the next smaller snapshot."""
    fewer = max((n for n in COUNTS if n < count), default=0)
    learner = load(written(fewer)) if fewer else new()
    assert isinstance(learner, BayesianLearner)
    return dump(with_numbers(learner, fewer, count))


@pytest.mark.parametrize(
    "count",
    [
        *COUNTS[:-2],
        pytest.param(COUNTS[-2], marks=[pytest.mark.slow, pytest.mark.nightly]),
        pytest.param(COUNTS[-1], marks=[pytest.mark.slow, pytest.mark.nightly]),
    ],
)
def test_forks_and_snapshots_go_on_to_the_last_bit_when_numbers_are_read_anew(count: int) -> None:
    """The next reward refits fields and scales, or is the first after the last refit."""
    # No fork itself, so that shared parts would show; for few visitors, not restored either.
    learner = with_numbers(new(), 0, count) if count < 50 else load(written(count))
    assert isinstance(learner, BayesianLearner)
    before = learned_bits(learner)
    fork, back = learner.fork(), load(dump(learner))
    assert not {id(part) for part in parts(fork)} & {id(part) for part in parts(learner)}
    assert learned_bits(fork) == learned_bits(back) == before
    with_numbers(fork, count, count + 3)
    assert learned_bits(learner) == before != learned_bits(fork)
    assert learned_bits(with_numbers(back, count, count + 3)) == learned_bits(fork)
    assert learned_bits(with_numbers(learner, count, count + 3)) == learned_bits(fork)


@pytest.mark.parametrize("hour", [False, True])
def test_nothing_is_learned_anew_where_it_would_come_to_the_same(hour: bool) -> None:
    """Constant prices are read the same with each fit; newly occurring hours are not."""
    learner = BayesianLearner(HYPOTHESES)
    offered = [{"id": f"a{k}", "features": [{"price": 2.5 * k}]} for k in range(3)]
    for i in range(12):
        context = [{"who": "ann" if i % 4 else "bob"} | ({"hour": i} if hour else {})]
        before = learner.evidence
        learner.learn(
            Impression(request_of(context, *offered), i % 3, i % 3, 0.5), float(i % 5 < 2)
        )
        assert (learner.evidence is before) == (i > 0 and not (hour and i + 1 in FITS))
    bits = learned_bits(learner)
    finish(learner._learning_anew(InputEncoding.of(learner._first)))
    assert hour or learned_bits(learner) == bits


@pytest.mark.slow
def test_what_came_first_is_kept_until_nothing_is_learned_anew_any_more() -> None:
    learner = with_numbers(BayesianLearner(HYPOTHESES), 0, FITS[-1] - 1)
    assert len(learner._first) == learner.learned == FITS[-1] - 1
    before = unpacked(dump(learner))
    with_numbers(learner, FITS[-1] - 1, FITS[-1] + 1)
    assert learner._first == []
    assert learner.learned == FITS[-1] + 1
    assert unpacked(dump(learner)) < before


def test_values_that_are_equal_are_written_once() -> None:
    """The bytes depend on the learned values, not on objects shared between requests."""
    requests = [request_of(CONTEXTS[0], {**DRINKS[0], "id": f"a{i}"}) for i in range(2)]
    twice = [request.context for request in requests]
    back = load(dump(twice))
    assert back[0] is back[1]
    assert dump(twice) == dump([twice[0], twice[0]])
