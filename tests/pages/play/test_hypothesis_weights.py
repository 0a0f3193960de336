"""The engine's hypotheses in words."""

from collections.abc import Iterator
from itertools import product

import pytest
from streamlit.testing.v1 import AppTest

from engine import Hypothesis, LearningLoop, LoopSettings, Uniform
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.simulation.simulated_visitors import crowd
from engine.worlds.coffee import COFFEE
from pages.parts.text.model_names import model_name


def every_hypothesis() -> Iterator[Hypothesis]:
    """Yield a hypothesis of each distinguishable kind."""
    for crosses, memory, noise in product(range(5), (0.9, 1.0), (0.05, 0.4)):
        yield Hypothesis(crosses, "id", noise, memory=memory)
        yield Hypothesis(crosses, "features", noise, memory=memory)
        yield Hypothesis(crosses, "bent", noise, memory=memory)
    yield from (Hypothesis(crosses, "cells") for crosses in range(5))


def test_each_hypothesis_has_words_of_its_own() -> None:
    told = {model_name(hypothesis) for hypothesis in every_hypothesis()}
    # With wandering tastes, the noise is not mentioned.
    assert len(told) == 5 * 3 * 3 + 5
    together = "Three fields count together"
    assert model_name(HYPOTHESES[0]) == f"{together}; much is chance"
    by_features = "Each field counts by itself, like actions earn alike"
    assert model_name(HYPOTHESES[3]) == f"{by_features}; much is chance"
    assert model_name(HYPOTHESES[4]) == f"{by_features}; little is chance"
    assert model_name(HYPOTHESES[5]) == f"{together}, in curves; much is chance"


@pytest.mark.parametrize("crosses", range(5))
def test_tables_of_averages_are_named_by_their_number_of_fields(crosses: int) -> None:
    numbers = ("each action", "each value", "two", "three", "four")
    told = model_name(Hypothesis(crosses, "cells"))
    assert "verage" in told
    assert numbers[crosses] in told
    assert "noisy" not in told


def page() -> None:
    """The box's contents, for the loop of the session."""
    import streamlit as st  # noqa: PLC0415

    from engine.worlds.coffee import COFFEE  # noqa: PLC0415
    from pages.parts.play.hypothesis_weights import show_hypotheses  # noqa: PLC0415

    loop = st.session_state["loop"]
    show_hypotheses(loop, loop.preview(COFFEE.actions, COFFEE.features(COFFEE.contexts[0])))


def shown(loop: LearningLoop) -> str:
    """All text in the box."""
    app = AppTest.from_function(page)
    app.session_state["loop"] = loop
    app.run()
    assert not app.exception
    return "\n".join(element.value for element in app.markdown)


def test_the_fields_that_tables_found_are_named_once_they_are_believed() -> None:
    """All three fields of the coffee table matter, but the first reward cannot reveal them."""
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=7)
    assert "Table models keep one table per set of fields" in shown(loop)
    assert "Tables with the most weight" not in shown(loop)
    list(crowd(loop, COFFEE, 300))
    assert "each with its share: name and timeofday and weather" in shown(loop)


def test_where_no_hypothesis_is_of_tables_they_are_not_explained() -> None:
    loop = LearningLoop(LoopSettings(hypotheses=(Hypothesis(),)))
    assert "Tables" not in shown(loop)
