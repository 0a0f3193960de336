"""Details on the models: their weights, and suspected changes of tastes."""

from collections.abc import Mapping

import streamlit as st

from engine import LearningLoop
from engine.learners.base import Group
from engine.loop.entries import Ranked
from pages.parts.scene.table import show_rows
from pages.parts.text.format import note, percent, plain
from pages.parts.text.glossary import explained
from pages.parts.text.model_names import model_name

_HELP = (
    "Several models learn side by side. They differ in which fields matter together, "
    "how noisy rewards are, and whether tastes change. Each model predicts every "
    "reward before it learns from it. The model that predicts best gets the most "
    "weight. A bell is the weighted mixture of all models."
)
_TABLES_HELP = (
    "Table models keep one table per set of fields, with a cell for each combination "
    "of values, such as *rainy* and *morning*. Each cell learns separately what every "
    "action earns. The tables with the most weight show which fields matter."
)
_NAMED, _LEAST = 3, 0.05
"""Maximum number of named tables, and their least weight."""


def show_hypotheses(loop: LearningLoop, ranked: Ranked) -> None:
    """Draw the weights of all hypotheses, and detected changes of tastes."""
    with loop.lock:
        hypotheses, weights = loop.settings.compared, loop.learner.weights
        changes, subsets = tuple(loop.learner.changes), loop.learner.subsets
    note(_HELP, explained(_HELP))
    names = list(map(model_name, hypotheses))
    believed = st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100)
    show_rows(
        [
            {"Model": name, "Weight": 100 * weight}
            for name, weight in zip(names, weights, strict=True)
        ],
        key="hypotheses-weights",
        column_config={"Weight": believed},
    )
    if any(hypothesis.by == "cells" for hypothesis in hypotheses):
        note(_TABLES_HELP)
    if named := _named(subsets):
        note(f"Tables with the most weight now, each with its share: {named}.")
    if ranked.hypothesis is not None:
        note(f"The sample for this visitor came from: {names[ranked.hypothesis]}.")
    for number, since in changes:
        note(
            f"At visitor {number:,} it suspected that tastes had changed after "
            f"visitor {since:,}. A single unusual answer can cause that."
        )


def _named(subsets: Mapping[Group, float]) -> str:
    """Return the tables with the most weight, by their fields."""
    best = sorted(subsets.items(), key=lambda item: -item[1])[:_NAMED]
    return "; ".join(
        f"{' and '.join(map(plain, group.fields)) or 'actions alone'} {percent(share)}"
        for group, share in best
        if share >= _LEAST
    )
