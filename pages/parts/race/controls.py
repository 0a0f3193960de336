"""What can be set on the Race page, the bet, and the start."""

from dataclasses import replace

import streamlit as st

from pages.parts.choices import CROSSES, MAX_SEED, world_of
from pages.parts.link import current_setup, show
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import (
    DELAYS,
    DRIFTS,
    KEYS,
    REFRESHES,
    REPETITIONS,
    TEMPERATURES,
    TRIALS,
    VISITORS,
    WIDTHS,
    RaceSetup,
    ordered,
)
from pages.parts.race.wording import names_of, size_of
from pages.parts.text import note

KEY = RaceSetup.key
PRESETS: dict[str, dict[str, object]] = {
    "A fair race": {"who": RaceSetup().who},
    "Tastes change halfway": {"who": "ours,epsilon,ucb,ab", "visitors": 2_000, "drift": "halfway"},
    "Rewards come late": {"who": "ours,epsilon,greedy,ucb", "delay": 200, "refresh": 50},
    "Everybody": {"who": ",".join(KEYS), "crowds": 5},
}
"""Ready set-ups: what each changes of the default, but for world and seed."""
_KEPT = {"world", "seed"}


def fit_to_world() -> None:
    """Give up a field that another world had, before the widgets are drawn."""
    show(KEY("field"), current_setup(RaceSetup).fitted().field)


def choose_preset(setup: RaceSetup) -> None:
    """Ready set-ups, each with a point to make."""

    def take() -> None:
        name = st.session_state[KEY("preset")]
        for field in set(RaceSetup.names()) - _KEPT if name else ():
            value = PRESETS[name].get(field, getattr(RaceSetup(), field))
            st.session_state[KEY(field)] = value

    fitting = (name for name, changes in PRESETS.items() if _is_preset(setup, changes))
    show(KEY("preset"), next(fitting, None))
    st.pills("Ready-made races", list(PRESETS), key=KEY("preset"), on_change=take, wrap=True)


def _is_preset(setup: RaceSetup, changes: dict[str, object]) -> bool:
    return all(
        getattr(setup, field) == changes.get(field, getattr(RaceSetup(), field))
        for field in set(RaceSetup.names()) - _KEPT - {"field"}
    )


def choose_contenders(setup: RaceSetup) -> None:
    """Who races."""

    def take() -> None:
        st.session_state[KEY("who")] = ordered(st.session_state[KEY("chosen")]) or setup.who

    everybody = names_of(replace(setup, who=",".join(KEYS)))
    if ordered(st.session_state.get(KEY("chosen"), [])) != setup.who:
        st.session_state[KEY("chosen")] = setup.keys
    st.pills(
        "Contenders",
        list(KEYS),
        key=KEY("chosen"),
        selection_mode="multi",
        format_func=everybody.__getitem__,
        on_change=take,
        wrap=True,
        help="All of them meet the very same visitors, with the same luck. Their own settings "
        "are under Settings.",
    )


def choose_race() -> None:
    """How long, how often, and what makes it hard."""
    st.select_slider(
        "Visitors in a crowd", VISITORS, key=KEY("visitors"), format_func=lambda n: f"{n:,}"
    )
    st.select_slider(
        "Crowds",
        REPETITIONS,
        key=KEY("crowds"),
        help="How often the race is run, each time with new visitors. One crowd is luck, "
        "many are a result.",
    )
    st.segmented_control(
        "Tastes change",
        list(DRIFTS),
        key=KEY("drift"),
        required=True,
        format_func=DRIFTS.__getitem__,
        help="Halfway: each kind of visitor likes, from the middle on, another action than "
        "before. Slowly: one kind of visitor after the other changes its mind.",
    )
    st.select_slider(
        "Rewards come late, by so many visitors",
        DELAYS,
        key=KEY("delay"),
        help="A purchase is known days after the click. Meanwhile others are served.",
    )
    st.select_slider(
        "The model is refreshed after so many visitors",
        REFRESHES,
        key=KEY("refresh"),
        help="The retired service trained all the time, but chose by a copy that it renewed "
        "every few minutes. 1 is at once.",
    )


def choose_settings(setup: RaceSetup) -> None:
    """The contenders' own settings, and the seed."""
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        st.number_input(
            "Seed",
            0,
            MAX_SEED,
            setup.seed,
            key=KEY("seed"),
            help="Same seed, same crowds, same result.",
        )
        st.slider("Epsilon-greedy: offers at random, %", 0, 100, setup.epsilon, key=KEY("epsilon"))
        st.segmented_control(
            "Ours with one hypothesis: crosses of context fields",
            list(CROSSES),
            default=setup.crosses,
            key=KEY("crosses"),
            required=True,
            format_func=CROSSES.__getitem__,
        )
        st.select_slider(
            "A/B tests: rewards in the trial",
            TRIALS,
            setup.trial,
            key=KEY("trial"),
            format_func=lambda n: f"{n:,}",
        )
        fields = {
            field.name: field.label for field in world_of(current_setup(RaceSetup).world).fields
        }
        st.selectbox(
            "A/B test by segment: a winner for each",
            list(fields),
            list(fields).index(setup.field),
            key=KEY("field"),
            format_func=lambda name: fields.get(name, name),
        )
        st.select_slider(
            "Softmax: temperature",
            TEMPERATURES,
            setup.temperature,
            key=KEY("temperature"),
            format_func=lambda n: f"{n / 100:g}",
            help="In units of reward. Actions whose guesses differ by it are shown in the "
            "ratio 2.7 to 1.",
        )
        st.select_slider(
            "UCB: standard deviations added",
            WIDTHS,
            setup.width,
            key=KEY("width"),
            format_func=lambda n: f"{n / 100:g}",
        )


def bet_and_start(session: RaceSession, setup: RaceSetup) -> None:
    """Predict first; then start, or stop."""
    with st.container(border=True, key="gate"):
        if session.is_live:
            _stop(session)
        else:
            _start(session, setup)


def _stop(session: RaceSession) -> None:
    said, button = st.columns([4, 1.15], vertical_alignment="center")
    raced = session.raced or session.setup
    bet = names_of(raced)[session.bet] if session.bet else None
    said.markdown(
        f"Your bet: **{bet}**. Let us see." if bet else "You watch without a bet. Let us see."
    )
    button.button(
        "Stop",
        key="stop",
        icon=":material/stop:",
        shortcut="P",
        width="stretch",
        on_click=session.stop,
    )


def _start(session: RaceSession, setup: RaceSetup) -> None:
    names, again = names_of(setup), session.is_current and session.state == "done"

    def start() -> None:
        setup_now = current_setup(RaceSetup)
        if again:
            st.session_state[KEY("seed")] = (setup_now.seed + 1) % (MAX_SEED + 1)
            setup_now = current_setup(RaceSetup)
        bet = st.session_state.get(KEY("bet"))
        session.start(setup_now, bet)
        st.session_state[KEY("bet")] = None

    said, button = st.columns([4, 1.15], vertical_alignment="bottom")
    with said:
        if st.session_state.get(KEY("bet")) not in names:
            st.session_state[KEY("bet")] = None
        bet = st.pills(
            "**Place your bet first: who will earn most?**",
            list(names),
            key=KEY("bet"),
            format_func=names.__getitem__,
            wrap=True,
        )
    with button:
        st.button(
            "**Race again**" if again else "**Start**",
            key="start",
            icon=":material/sports_score:",
            shortcut="P",
            width="stretch",
            on_click=start,
            disabled=not session.can_start,
            help="With other crowds: the next seed." if again else None,
        )
    note(size_of(setup) + ("" if bet else " You may start without a bet, too."))
