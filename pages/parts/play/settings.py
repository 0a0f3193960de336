"""What can be set on the Play page."""

import streamlit as st

from pages.parts.choices import CROSSES, MAX_SEED, MODES, POLICIES, SPEEDS
from pages.parts.play.setup import PlaySetup


def choose_settings(now: PlaySetup) -> None:
    """Speed of play, seed and settings of the loop.

    Args:
        now: what is set. A popover mounts its widgets only when it is opened, and then each
            shows the default that the last run gave it.
    """
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        st.segmented_control(
            "Visitors a second, when played",
            SPEEDS,
            default=now.speed,
            key="speed",
            required=True,
        )
        st.number_input(
            "Seed",
            0,
            MAX_SEED,
            now.seed,
            key="seed",
            help="Same seed, same visitors, same luck: the whole run comes back. "
            "Another seed starts a new loop.",
        )
        st.segmented_control(
            "Learning mode",
            list(MODES),
            default=now.mode,
            key="mode",
            required=True,
            format_func=MODES.__getitem__,
            help="An apprentice shows what is shown today, here always the first action, and "
            "learns to choose like it; logging only shows it and imitates nothing. "
            "The Compare page shows what that is good for.",
        )
        st.selectbox(
            "Learning policy",
            list(POLICIES),
            list(POLICIES).index(now.policy),
            key="policy",
            format_func=POLICIES.__getitem__,
            help="How beliefs become an offer. Changing it keeps what was learned.",
        )
        st.slider(
            "Exploration floor of Thompson sampling, %",
            0,
            100,
            now.floor,
            key="floor",
            disabled=st.session_state.policy != "thompson",
            help="Share of offers left to chance, so that every action keeps some probability.",
        )
        st.slider(
            "Epsilon, %",
            0,
            100,
            now.epsilon,
            key="epsilon",
            disabled=st.session_state.policy != "classic",
            help="Share of offers chosen at random; 20 in the retired service.",
        )
        st.segmented_control(
            "Crosses of context fields",
            list(CROSSES),
            default=now.crosses,
            key="crosses",
            required=True,
            format_func=CROSSES.__getitem__,
            help="Which combinations of context fields the engine may tell apart. "
            "Changing it learns the whole log again.",
        )
