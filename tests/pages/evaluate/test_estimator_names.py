"""Names and descriptions of the estimators."""

import re

from engine.evaluation.estimators import ESTIMATORS
from pages.parts.evaluate.estimator_names import STORIES, TITLES
from pages.parts.evaluate.interval_coverage import _HELP


def test_each_has_a_title_and_a_story() -> None:
    assert {estimator.key for estimator in ESTIMATORS} == TITLES.keys() == STORIES.keys()


def test_no_measured_rate_is_written_into_a_text() -> None:
    """A rate in a text would outlive a change of the estimators; *Watch coverage* counts rates."""
    texts = " ".join((_HELP, *STORIES.values()))
    assert not re.findall(r"\d+", texts.replace("95\N{NO-BREAK SPACE}%", "").replace("95 %", ""))
