"""Race's sentences on the time that learning takes, and on the size of an A/B test."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from engine.evaluation.mean_intervals import Estimate
from engine.experiments.payback_forecast import PaybackForecast
from engine.experiments.payback_time import PaybackTime
from engine.experiments.power import trial_size
from engine.experiments.race.contenders import ABTest, Blind, Contender
from engine.experiments.race.plan import Plan
from pages.parts.race import wording
from pages.parts.race.session import RaceSession
from pages.parts.text.format import bare
from tests.pages.own_bank import OWN_BANK


def session(
    time: PaybackTime | None,
    *contenders: Contender,
    trial: int = 0,
    forecast: PaybackForecast | None = None,
) -> RaceSession:
    plan = Plan(OWN_BANK, contenders or (Blind("uniform"),), visitors=5_000, delay=90, refresh=100)
    known = SimpleNamespace(
        payback=lambda ours, baseline: time,
        payback_forecast=lambda ours, baseline: forecast,
        plan=plan,
    )
    return cast(RaceSession, SimpleNamespace(known=known, displayed=SimpleNamespace(trial=trial)))


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (None, ""),
        (PaybackTime(0, 0, 0, 9, 9), "**Learning cost nothing.**"),
        (PaybackTime(None, 300, None, 2, 9), "in 2 of 9 repetitions"),
        (PaybackTime(None, 300, None, 2, 9), "has not paid for itself within 5,000 visitors.**"),
        (
            PaybackTime(11_500, 7_600, 20_000, 9, 9),
            "after 11,500 visitors** (95 % interval 7,600 to 20,000): from then on",
        ),
        (PaybackTime(11_500, 7_600, 20_000, 9, 9), "1,000 visitors a day: 12 days (8 to 20)."),
        (PaybackTime(900, 100, 1_000, 9, 9), "1,000 visitors a day: 1 day (1 to 1)."),
        (PaybackTime(900, 100, None, 8, 9), "is not known yet.** On average it had by"),
        (PaybackTime(900, 100, None, 8, 9), "(95 % interval 100 to beyond the race)"),
        (PaybackTime(900, None, None, 2, 2), "On average it had by visitor 900. More repetitions"),
    ],
)
def test_the_time_until_learning_has_paid_for_itself(
    time: PaybackTime | None, expected: str
) -> None:
    said = wording.about_payback(session(time))
    assert expected in said
    assert bool(said) == bool(expected)


@pytest.mark.parametrize(
    ("forecast", "expected"),
    [
        (None, "A race of more visitors may show when it does."),
        (
            PaybackForecast(Estimate(4e-4, 1e-4, -1e-4, 9e-4)),
            "When it will cannot be forecast: over the last half of the visitors it earned "
            "120 € more per 1,000 visitors than today's rules (95 % interval −30 to +270 €), and "
            "the interval contains 0.",
        ),
        (
            PaybackForecast(Estimate(4e-4, 1e-4, 2e-4, 6e-4), 11_523, 8_437, 21_321),
            "**Forecast: after about 12,000 visitors** (95 % interval 8,400 to 21,000), if it "
            "goes on as over the last half of the visitors: 120 € more per 1,000 visitors than "
            "today's rules (95 % interval +60 to +180 €).",
        ),
    ],
)
def test_a_payback_beyond_the_race_is_forecast(
    forecast: PaybackForecast | None, expected: str
) -> None:
    said = wording.about_payback(session(PaybackTime(None, 300, None, 2, 9), forecast=forecast))
    assert bare(said).replace("\u00a0", " ").endswith(bare(expected))


def test_the_size_of_an_ab_test_in_a_banks_world() -> None:
    """Half of what random offers earn, 1,722 euros per 1,000 customers, is 861."""
    said = wording.about_trial(session(None))
    assert f"these 5 actions needs **{trial_size(OWN_BANK).visitors:,} visitors**" in said
    assert (
        "that earns 861\u00a0€ per 1,000 visitors more than another, 50\u00a0% of what random"
        in said
    )
    assert said.endswith("(80\u00a0% power, 5\u00a0% error).")


@pytest.mark.parametrize(
    ("rewards", "trial", "expected"),
    [
        (2_500, 0, "stopped after 2,600 visitors**, half of the race. That is 7\u00a0% of the"),
        (14_690, 0, "did not end**: the race has too few visitors."),
        (400, 400, "stopped after 500 visitors**, as set, and its best action was offered"),
    ],
)
def test_the_result_says_when_and_why_an_ab_test_stopped(
    rewards: int, trial: int, expected: str
) -> None:
    said = wording.about_trial(session(None, ABTest("ab", rewards), trial=trial))
    assert expected in said


def test_a_trial_that_has_all_its_visitors_stops_as_planned() -> None:
    made = session(None, ABTest("ab", trial_size(OWN_BANK).visitors))
    made.known.plan = replace(made.known.plan, visitors=50_000)
    assert wording.about_trial(made).endswith("after 35,700 visitors**, as planned.")
