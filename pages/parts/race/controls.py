"""Controls of the Race page: settings, the bet, and the start."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.experiments.power import trial_size
from pages.parts.components.toolbar import shortcut
from pages.parts.race.page_settings import RaceSetup, everybody, ordered
from pages.parts.race.person_choices import YOU
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import names_in_markdown, result, size_of, where_you_raced
from pages.parts.scene.part_drawing import draw_part
from pages.parts.scene.part_types import Text
from pages.parts.settings.baseline_rules import EXAMPLE, rules_of
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import current_setup, show
from pages.parts.settings.setting import Options, numbers
from pages.parts.settings.shared_settings import SEED
from pages.parts.text.format import note, small
from pages.parts.text.glossary import explained

KEY = RaceSetup.key
_TODAY = ("rule", "item", "table")
"""Settings of today's rules, which ready-made races keep."""
_BET = "Place your bet first: who will earn most?"
_OTHER_CROWDS = "With other visitors: the next random seed."
_CONTENDERS_HELP = (
    "All methods serve the same visitors with the same random numbers. Their "
    "settings are under … → Settings."
)


@dataclass(frozen=True, slots=True)
class Preset:
    """Ready-made race with its main point."""

    setup: RaceSetup
    point: str


def presets(now: RaceSetup) -> dict[str, Preset]:
    """Return the ready-made races for the current world and seed."""
    kept = {name: now.values()[name] for name in ("world", "seed", "record", *_TODAY)}
    fair = RaceSetup().having(kept).begun().fitted()
    ready = {
        "A fair race": Preset(
            fair,
            "One winner for everybody, or individual tastes: what is the difference worth?",
        ),
        "Against today's rules": Preset(
            _against_todays_rules(fair),
            "Today's rules are good from the first visitor on, and never get better.",
        ),
        "Tastes change halfway": Preset(
            replace(fair, who="ours,epsilon,ucb,ab", visitors=2_000, drift="halfway"),
            "A method that has stopped exploring does not notice that the world has changed.",
        ),
        "Rewards come late": Preset(
            replace(fair, who="ours,epsilon,greedy,ucb", delay=200, refresh=50),
            "Answers arrive 200 visitors late. A method that only follows its best "
            "guess may stay with the first offer that looked good.",
        ),
        "The price of random offers": Preset(
            replace(fair, who="ours,nofloor,textbook,ucb"),
            "This engine makes 5 % of its offers at random, so that its log can evaluate "
            "any other method. The same engine without random offers shows the price.",
        ),
        "All methods": Preset(
            replace(fair, who=",".join(everybody()), crowds=5),
            "All methods serve the same visitors.",
        ),
    }
    if now.can_have_you:
        return {"Against you": against_you(fair), **ready}
    return ready


_LONGEST = 20_000
"""Most visitors of a ready-made race, for its time."""
_LONG, _FEW = 10_000, 5
"""Visitors from which a ready-made race has few repetitions, for its time, and their number."""


def _against_todays_rules(fair: RaceSetup) -> RaceSetup:
    visitors = _visitors_of_test(fair.world)
    crowds = _FEW if visitors >= _LONG else fair.crowds
    return replace(fair, who="ours,ab,present,uniform", visitors=visitors, crowds=crowds)


def _visitors_of_test(world: str) -> int:
    """Return the least number on offer with which an A/B test could find its effect."""
    needed = min(trial_size(world_of(world)).visitors, _LONGEST)
    least = max(needed, RaceSetup().visitors)
    offered: Iterable[int] = RaceSetup.declared()["visitors"].offered
    return min(n for n in offered if n >= least)


def against_you(fair: RaceSetup) -> Preset:
    """Return a race against a person's recorded choices."""
    return Preset(
        replace(fair, who=ordered(["ours", "textbook", "present", "uniform", YOU])),
        "The visitors you served come again, with the same random numbers, to each of the others.",
    )


def choose_preset(setup: RaceSetup) -> None:
    """Draw the ready-made races, the point of the selected race, and the form for a custom race."""

    def take() -> None:
        name = st.session_state[KEY("preset")]
        if name:
            for field, value in presets(current_setup(RaceSetup))[name].setup.values().items():
                show(KEY(field), value)

    ready = presets(setup)
    fitting = (
        name for name, preset in ready.items() if setup == replace(preset.setup, field=setup.field)
    )
    chosen = next(fitting, None)
    show(KEY("preset"), chosen)
    with st.container(gap="xsmall"):
        with st.container(horizontal=True, key="which-race"):
            st.pills(
                "Ready-made races",
                list(ready),
                key=KEY("preset"),
                on_change=take,
                wrap=True,
                label_visibility="collapsed",
            )
            choose_race(setup)
        point = ready[chosen].point if chosen else "A race of your own."
        note(point, explained(point))


def choose_race(setup: RaceSetup) -> None:
    """Draw the form for a custom race: contenders, length and difficulties."""
    with st.popover("Your own race", icon=":material/edit:", key="own"):
        choose_contenders(setup)
        columns = st.columns([1, 1, 1.25], gap="medium")
        for column, names in zip(
            columns, (("visitors", "crowds"), ("delay", "refresh"), ("drift",)), strict=True
        ):
            with column:
                for name in names:
                    more = {"options": visitors_on_offer(setup)} if name == "visitors" else {}
                    setup.draw(name, disabled=setup.one_run is not None, **more)


def visitors_on_offer(setup: RaceSetup) -> Options[int]:
    """Return the slider's numbers of visitors, with that of a link between them."""
    offered: Options[int] = RaceSetup.declared()["visitors"].offered
    return numbers(*sorted({*offered, setup.visitors}))


def choose_rule(setup: RaceSetup) -> None:
    """Draw the choice of today's rules."""

    def forget_table() -> None:
        st.session_state[KEY("table")] = ""

    world = world_of(setup.world)
    options = {"": EXAMPLE} | rules_of(world)
    setup.draw("rule", options=options, on_change=forget_table)
    if setup.rule == "always":
        setup.draw("item", options={i: item.label for i, item in enumerate(world.items)})


def choose_contenders(setup: RaceSetup) -> None:
    """Draw the choice of contenders."""

    def take() -> None:
        st.session_state[KEY("who")] = ordered(st.session_state[KEY("chosen")]) or setup.who

    names = names_in_markdown(replace(setup, who=ordered([*everybody(), YOU])))
    if ordered(st.session_state.get(KEY("chosen"), [])) != ordered(setup.keys):
        st.session_state[KEY("chosen")] = setup.keys
    st.pills(
        "Methods",
        list(names),
        key=KEY("chosen"),
        selection_mode="multi",
        format_func=names.__getitem__,
        on_change=take,
        wrap=True,
        help=explained(" ".join(names.values()), _CONTENDERS_HELP),
    )


def choose_settings(setup: RaceSetup) -> None:
    """Draw the seed and the contenders' own settings."""
    setup.draw("seed", "crosses", "trial")
    setup.draw("field", options=setup.fields)
    choose_rule(setup)
    for key in setup.policies():
        setup.draw(*setup.knobs_of(key))


def prepare(session: RaceSession, bet: str | None) -> None:
    """Prepare the race of a link, with its bet in the widget."""
    session.prepare(bet)
    if session.waits_for_start:
        st.session_state[KEY("bet")] = bet


def this_race(session: RaceSession) -> dict[str, str]:
    """Return the link to the displayed race, keyed by its description; empty without a race."""
    bet = session.raced_in_link
    if bet is None:
        return {}
    does = "**This race.** Its result is shown at once, or after the reader starts the same race."
    return {does: session.setup.link(st.context.url or "", raced=bet)}


def bet_and_start(session: RaceSession, setup: RaceSetup) -> DeltaGenerator | None:
    """Draw the bet and Start, or Stop during a race, or the verdict and Race again.

    Return the container for the progress bar during a race, else None.
    """
    with st.container(border=True, key="gate"):
        if session.is_live:
            return _stop(session)
        if session.is_current:
            _again(session, setup)
        else:
            _start(session, setup)
    return None


def _stop(session: RaceSession) -> DeltaGenerator:
    column, button = st.columns([4, 1.15], vertical_alignment="center")
    bet = (
        session.bet
        and f":violet-badge[Your bet: {names_in_markdown(session.displayed)[session.bet]}]"
    )
    with column, st.container(gap="xsmall"):
        st.markdown(f"{bet or 'You watch without a bet.'} Racing.")
        progress = st.container(key="race-progress")
    button.button(
        "Stop",
        key="stop",
        icon=":material/stop:",
        shortcut=shortcut("P"),
        width="stretch",
        on_click=session.stop,
    )
    return progress


def _start(session: RaceSession, setup: RaceSetup) -> None:
    column, button = st.columns([4, 1.15], vertical_alignment="center")
    with column, st.container(gap="xsmall"):
        text = size_of(setup)
        if session.waits_for_start:
            text = f"This link holds a race: start it for the same result. {text}"
        helped = explained(" ".join(names_in_markdown(setup).values()))
        st.markdown(f"**{_BET}** {small(text)}", help=helped)
        _bet(setup, "collapsed")
        if text := where_you_raced(setup):
            note(text)
    with button:
        _start_button(session)


def _again(session: RaceSession, setup: RaceSetup) -> None:
    column, buttons = st.columns([2.6, 1], vertical_alignment="center")
    with column.container(key="verdict"):
        headline, rest = result(session)
        draw_part(Text(rest, headline))
    with buttons.container(horizontal=True, gap="xsmall", key="again"):
        _start_button(session, session.state == "done", session.displayed.one_run is not None)
        with st.popover("Bet first", icon=":material/casino:", key="bet-again", width="stretch"):
            _bet(setup)


def _bet(setup: RaceSetup, label: Literal["visible", "collapsed"] = "visible") -> None:
    names = names_in_markdown(setup)
    if st.session_state.get(KEY("bet")) not in names:
        st.session_state[KEY("bet")] = None
    st.pills(
        f"**{_BET}**",
        list(names),
        key=KEY("bet"),
        format_func=names.__getitem__,
        wrap=True,
        help=explained(" ".join(names.values())),
        label_visibility=label,
    )


def _start_button(session: RaceSession, is_again: bool = False, without_you: bool = False) -> None:
    def start() -> None:
        if is_again:
            seed = current_setup(RaceSetup).seed
            st.session_state[KEY("seed")] = (seed + 1) % len(SEED.offered)
        session.start(current_setup(RaceSetup), st.session_state.get(KEY("bet")))
        st.session_state[KEY("bet")] = None

    st.button(
        ("Race without you" if without_you else "Race again") if is_again else "Start",
        key="start",
        type="primary",
        icon=":material/sports_score:",
        shortcut=shortcut("P"),
        width="stretch",
        on_click=start,
        disabled=not session.can_start,
        help=_OTHER_CROWDS if is_again else None,
    )
