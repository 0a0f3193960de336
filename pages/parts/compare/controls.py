"""What can be set on the Compare page, but for the rule."""

import streamlit as st

from pages.parts.choices import CROSSES, MAX_SEED, SPEEDS
from pages.parts.compare.setup import KINDS, RATES, CompareSetup

KEY = CompareSetup.key


def choose_apprentice() -> None:
    """Who watches."""

    def take_its_crosses() -> None:
        ours = st.session_state[KEY("kind")] == "ours"
        st.session_state[KEY("crosses")] = 3 if ours else 1

    st.segmented_control(
        "Apprentice",
        list(KINDS),
        key=KEY("kind"),
        required=True,
        format_func=KINDS.__getitem__,
        on_change=take_its_crosses,
        help="Ours learns two things from every visitor: what today's rule would choose, and "
        "what the reward tells. The retired service's learned the first alone, slowly, and "
        "only from the one action it had chosen itself; all three loops then use its learner.",
    )
    st.toggle("Reveal the truth", key=KEY("truth"))


def choose_settings(setup: CompareSetup) -> None:
    """Speed of play, seed, and how the loops learn."""
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        st.segmented_control(
            "Visitors a second, when played",
            SPEEDS,
            default=setup.speed,
            key=KEY("speed"),
            required=True,
        )
        st.number_input(
            "Seed",
            0,
            MAX_SEED,
            setup.seed,
            key=KEY("seed"),
            help="Same seed, same visitors, same luck. Another seed starts over.",
        )
        st.slider(
            "Go online by itself at this share of the ceiling, %",
            0,
            100,
            setup.auto,
            key=KEY("auto"),
            help="Once the match rate of the latest 100 visitors reaches it; 0 leaves it to you.",
        )
        st.slider(
            "Exploration during the apprenticeship, %",
            0,
            50,
            setup.explore,
            key=KEY("explore"),
            help="Share of visitors who get any action instead of today's. It changes what they "
            "see, and turns the band of what a switch would bring into an estimate.",
        )
        st.segmented_control(
            "Crosses of context fields",
            list(CROSSES),
            default=setup.crosses,
            key=KEY("crosses"),
            required=True,
            format_func=CROSSES.__getitem__,
            help="Which combinations of context fields the loops may tell apart, each crossed "
            "with the action. The service's own had single fields.",
        )
        st.select_slider(
            "Learning rate of the service's own",
            list(RATES),
            setup.rate,
            key=KEY("rate"),
            disabled=setup.kind != "service",
        )
