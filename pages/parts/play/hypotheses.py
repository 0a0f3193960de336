"""What the world might be like, in words, and how far the engine believes it."""

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from engine import Hypothesis, LearningLoop
from engine.loop.entries import Ranked
from pages.parts.download import as_cells
from pages.parts.text import note

_CROSSES = {0: "Actions alone", 1: "Single fields", 2: "Pairs of fields", 3: "Triples of fields"}
_CERTAIN = 0.2
"""Standard deviation of rewards below which they are called nearly certain."""
_HELP = (
    "Several learners run side by side, each with another idea of the world: which fields "
    "matter together, how noisy rewards are, whether tastes wander. Each foretells every "
    "reward before it learns it; whoever foretells best is believed most. Each draw comes "
    "from one of them, picked by these weights."
)


def in_words(hypothesis: Hypothesis) -> str:
    """A hypothesis as a person would say it."""
    told = _CROSSES[hypothesis.crosses]
    if hypothesis.by == "features":
        told += ", actions by their features"
    if hypothesis.memory < 1:
        return f"{told}, tastes wander"
    return f"{told}, {'nearly certain' if hypothesis.noise_sd < _CERTAIN else 'noisy'} rewards"


def box(loop: LearningLoop) -> ExpanderContainer | None:
    """Where `show_hypotheses` goes, if there are any."""
    if not loop.learner.weights:
        return None
    label = "What it takes the world to be like"
    return st.expander(label, icon=":material/balance:", key="hypotheses", on_change="rerun")


def show_hypotheses(loop: LearningLoop, ranked: Ranked) -> None:
    """How far each hypothesis is believed, and whether tastes were found to have changed."""
    with loop.lock:
        hypotheses, weights = loop.settings.compared, loop.learner.weights
        changes = tuple(loop.learner.changes)
    note(_HELP)
    told = list(map(in_words, hypotheses))
    believed = st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100)
    st.dataframe(
        as_cells(
            {"Hypothesis": name, "Believed": 100 * weight}
            for name, weight in zip(told, weights, strict=True)
        ),
        hide_index=True,
        key="hypotheses-weights",
        column_config={"Believed": believed},
    )
    if ranked.hypothesis is not None:
        note(f"The draw for this visitor came from: {told[ranked.hypothesis]}.")
    for found, since in changes:
        note(f"After {found:,} rewards it found that tastes had changed after {since:,}.")
