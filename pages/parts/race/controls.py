"""What can be set on the Race page, the bet, and the start."""

from dataclasses import replace

import streamlit as st

from pages.parts.choices import SEED
from pages.parts.link import current_setup, show
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup, everybody, ordered
from pages.parts.race.wording import size_of
from pages.parts.text import note
from pages.parts.toolbar import settings

KEY = RaceSetup.key


def presets(now: RaceSetup) -> dict[str, RaceSetup]:
    """Ready set-ups with the world and the seed that are set now."""
    fair = RaceSetup(world=now.world, seed=now.seed).fitted()
    return {
        "A fair race": fair,
        "Tastes change halfway": replace(
            fair, who="ours,epsilon,ucb,ab", visitors=2_000, drift="halfway"
        ),
        "Rewards come late": replace(fair, who="ours,epsilon,greedy,ucb", delay=200, refresh=50),
        "Everybody": replace(fair, who=",".join(everybody()), crowds=5),
    }


def choose_preset(setup: RaceSetup) -> None:
    """Ready set-ups, each with a point to make."""

    def take() -> None:
        name = st.session_state[KEY("preset")]
        if name:
            for field, value in presets(current_setup(RaceSetup))[name].values().items():
                show(KEY(field), value)

    ready = presets(setup)
    fitting = (name for name, one in ready.items() if setup == replace(one, field=setup.field))
    show(KEY("preset"), next(fitting, None))
    st.pills("Ready-made races", list(ready), key=KEY("preset"), on_change=take, wrap=True)


def choose_contenders(setup: RaceSetup) -> None:
    """Who races."""

    def take() -> None:
        st.session_state[KEY("who")] = ordered(st.session_state[KEY("chosen")]) or setup.who

    names = replace(setup, who=",".join(everybody())).names
    if ordered(st.session_state.get(KEY("chosen"), [])) != setup.who:
        st.session_state[KEY("chosen")] = setup.keys
    st.pills(
        "Contenders",
        list(names),
        key=KEY("chosen"),
        selection_mode="multi",
        format_func=names.__getitem__,
        on_change=take,
        wrap=True,
        help="All of them meet the very same visitors, with the same luck. Their own settings "
        "are under Settings.",
    )


def choose_settings(setup: RaceSetup) -> None:
    """The seed, and the contenders' own settings."""
    with settings():
        setup.draw("seed", "crosses", "trial")
        setup.draw("field", options=setup.fields)
        for key in setup.policies():
            setup.draw(*setup.knobs_of(key))


def prepare(session: RaceSession, bet: str | None) -> None:
    """What a link says was raced is set, and the bet that it tells of."""
    session.prepare(bet)
    if session.waits_for_start:
        st.session_state[KEY("bet")] = bet


def bet_and_start(session: RaceSession, setup: RaceSetup) -> None:
    """Predict first; then start, or stop."""
    with st.container(border=True, key="gate"):
        if session.is_live:
            _stop(session)
        else:
            _start(session, setup)


def _stop(session: RaceSession) -> None:
    said, button = st.columns([4, 1.15], vertical_alignment="center")
    bet = f"Your bet: **{session.shown.names[session.bet]}**." if session.bet else None
    said.markdown(f"{bet or 'You watch without a bet.'} Let us see.")
    button.button(
        "Stop",
        key="stop",
        icon=":material/stop:",
        shortcut="P",
        width="stretch",
        on_click=session.stop,
    )


def _start(session: RaceSession, setup: RaceSetup) -> None:
    names, again = setup.names, session.is_current and session.state == "done"

    def start() -> None:
        if again:
            seed = current_setup(RaceSetup).seed
            st.session_state[KEY("seed")] = (seed + 1) % len(SEED.offered)
        session.start(current_setup(RaceSetup), st.session_state.get(KEY("bet")))
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
    if session.waits_for_start:
        note(f"This link tells of a race: start it, and the same comes out. {size_of(setup)}")
    else:
        note(size_of(setup) + ("" if bet else " You may start without a bet, too."))
