"""What the retired service would have tried: three rounds, half of the log chooses."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from engine import EpsilonGreedy, LearningLoop, LoopSettings, Uniform
from engine.evaluation.candidates import replaying
from engine.evaluation.decisions import decisions_from, usable
from engine.evaluation.estimators import Ips
from engine.evaluation.service_form import Form, Way, pairs_of, subsets_of
from engine.evaluation.service_search import (
    RATES,
    Searched,
    ServiceSearch,
    _Log,
    _trying,
    searching,
    steps_of,
)
from engine.evaluation.targets import Given
from engine.loop.event import EventState
from engine.protocol.features import namespace_of
from engine.protocol.request import RankRequest
from engine.simulation.crowd import crowd
from engine.steps import finish
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock


@cache
def events() -> list[EventState]:
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=2, clock=ManualClock())
    list(crowd(loop, COFFEE, 120))
    loop.rank(COFFEE.actions, [{"name": "Bob", "device": {"kind": "new"}}], ["Latte"], "excluding")
    loop.reward("excluding", 1.0)
    return usable(loop)


@cache
def found() -> ServiceSearch:
    return finish(searching(events()))


def one(form: Form, rate: float) -> Searched:
    return next(one for one in found().tried if (one.form, one.rate) == (form, rate))


@pytest.mark.no_cover
@pytest.mark.parametrize("rate", [0.001, 0.5])
def test_without_pairs_it_learns_as_the_classic_learner_does(rate: float) -> None:
    settings = LoopSettings.classic(crosses=0, learning_rate=rate, policy=EpsilonGreedy())
    replayed = finish(replaying(events(), settings, "classic"))
    log, half = decisions_from(events()), len(events()) // 2
    for part, told in (
        (slice(half), one(Form("mtr"), rate).chosen),
        (slice(half, None), one(Form("mtr"), rate).judged),
    ):
        weighed = Given("", replayed.chances[part]).weigh(log.take(part))
        assert Ips().add(weighed).interval() == told


def test_each_round_begins_with_what_was_best_in_the_half_that_chooses() -> None:
    rounds = [[one for one in found().tried if one.round == number] for number in (1, 2, 3)]
    best = [max(tried, key=lambda one: one.chosen.estimate) for tried in rounds]
    assert {(one.form.way, one.form.marginals, one.rate) for one in rounds[0]} == {
        (way, marginals, rate)
        for way in ("mtr", "ips")
        for marginals in (False, True)
        for rate in RATES
    }
    assert [one.form for one in rounds[1]] == [
        replace(best[0].form, pairs=pairs) for pairs in subsets_of(pairs_of(events()))
    ]
    assert {one.rate for one in rounds[1]} == {best[0].rate}
    assert {one.form.pairs for one in rounds[2]} == {best[1].form.pairs}
    assert len(rounds[2]) == len(rounds[0])
    assert found().best == best[2]
    judged = [one.judged.estimate for one in found().tried]
    assert found().ours.width > 0
    assert len(set(judged)) > 10, "settings differ"


def written_out(form: Form, rate: float) -> list[float]:
    """How likely what was shown was to be shown: each weight by its name, step by step."""
    weights, means = dict[str, float](), dict[str, tuple[float, float]]()
    told = []
    for event in events():
        ranked, request = event.ranked, event.ranked.request

        def features(place: int, request: RankRequest = request) -> dict[str, float]:
            action = request.actions[place]
            label, count = means.get(action.id, (0.5, 1.0))
            of_id = {"mean": label / count} if form.marginals else {action.id: 1.0}
            mine, theirs = dict(request.context.columns), dict(action.features.columns)
            crossed = (
                (f"{one} x {other}", value * times)
                for pair in form.pairs
                for one, value in mine.items()
                if namespace_of(request.context.fields[one]) == pair[0]
                for other, times in (of_id if pair[1] == "id" else theirs).items()
            )
            return {"1": 1.0, **mine, **theirs, **of_id, **dict(crossed)}

        def believed(row: dict[str, float]) -> float:
            return sum(weights.get(name, 0.0) * value for name, value in row.items())

        guesses = {i: believed(features(i)) for i in request.allowed}
        best = [i for i in guesses if guesses[i] >= max(guesses.values()) - 1e-12]
        is_best = ranked.shown in best
        told.append(0.2 / len(guesses) + (0.8 / len(best) if is_best else 0.0))
        rows = {i: features(i) for i in request.allowed}
        for i in [ranked.shown] if form.way == "mtr" else request.allowed:
            times = 1 / (ranked.propensity * len(guesses)) if form.way == "mtr" else 1.0
            earned = (event.earned or 0.0) / (1.0 if form.way == "mtr" else ranked.propensity)
            label = earned if i == ranked.shown else 0.0
            error, length = label - believed(rows[i]), sum(v * v for v in rows[i].values())
            for name, value in rows[i].items():
                step = (1 - math.exp(-2 * rate * times)) * error * value / length
                weights[name] = weights.get(name, 0.0) + step
            sums = means.get(request.actions[i].id, (0.5, 1.0))
            means[request.actions[i].id] = sums[0] + times * label, sums[1] + times
    return told


@pytest.mark.parametrize("way", ["mtr", "ips"])
@pytest.mark.parametrize("marginals", [False, True])
def test_pairs_ways_and_marginals_are_as_written_out(way: Way, marginals: bool) -> None:
    form = Form(way, marginals, (("", "id"), ("device", "")))
    log = _Log.of(events())
    (told,) = finish(_trying(log, form, (0.5,), 2))
    half = len(events()) // 2
    chances = np.array(written_out(form, 0.5))[:half]
    value = chances / log.decisions.propensity[:half] * log.decisions.reward[:half]
    assert told.chosen.estimate == pytest.approx(value.mean(), abs=1e-12)


def test_its_steps_are_known_before() -> None:
    few = events()[:20]
    assert sum(1 for _ in searching(few)) == steps_of(few)
