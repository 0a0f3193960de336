"""Inverse propensity scores: the published library, and the service's own example."""

import pytest

from engine.evaluation.estimators.ips import Ips
from engine.evaluation.target_policies import Target
from tests.engine.evaluation.estimators.estimator_helpers import TARGETS, ends, interval_of, tell
from tests.engine.evaluation.made_logs import made


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.key)
@pytest.mark.parametrize("events", [2, 40, 500])
def test_it_equals_the_published_library(target: Target, events: int) -> None:
    from estimators.bandits import gaussian, ips  # noqa: PLC0415 # With all of SciPy's statistics.

    weighed = target.weigh(made(events, seed=events).log)
    point, interval = ips.Estimator(), gaussian.Interval()
    tell(weighed, point, interval)
    result = interval_of(Ips().add(weighed))
    assert result.estimate == pytest.approx(point.get(), abs=1e-9)
    assert ends(result) == pytest.approx(interval.get(), abs=1e-9)


@pytest.mark.parametrize(
    ("weighted", "events", "squares"), [(2.2, 196, 2.424), (22.2, 1906, 2.484)]
)
def test_it_is_the_services_own_worked_example(
    weighted: float, events: int, squares: float
) -> None:
    interval = interval_of(Ips(events=events, wr=weighted, wwrr=squares))
    assert interval.estimate == pytest.approx(weighted / events)
    variance = (squares - weighted**2 / events) / (events - 1)
    reach = 1.96 * (variance / events) ** 0.5
    assert [interval.estimate - interval.low, interval.high - interval.estimate] == pytest.approx(
        [reach, reach], rel=3e-5
    )
