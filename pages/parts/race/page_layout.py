"""Layout of the Race page: the line-up, progress, figures, the table, and files."""

import streamlit as st

from engine.worlds import key_of
from pages.parts.components.download import download_rows
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import (
    conditions_of,
    former_race,
    in_markdown,
    on_card,
    progress_of,
)
from pages.parts.scene.chart_drawing import pair
from pages.parts.scene.part_drawing import draw
from pages.parts.scene.part_types import Scene
from pages.parts.text.format import note, section, small
from pages.parts.text.glossary import explained

_ANSWERS = {
    "Who earns most": "Mean rewards with 95 % intervals.",
    "Reward over time": "Who is ahead, and from which visitor on.",
    "Missed rewards": "By each method, in total and by kind of visitor.",
}
"""Figures of a race by title, and what each tells."""


def show_line_up(setup: RaceSetup, in_short: bool = False) -> None:
    """Draw a card per contender with its name and method; in short its first sentence, and the rest
    as help."""
    names, stories = list(setup.names.items()), setup.stories
    for first in range(0, len(names), 2):
        for column, (key, name) in zip(st.columns(2), names[first : first + 2], strict=False):
            with column.container(border=True, height="stretch"):
                meanings = explained(f"{name} {stories[key]}")
                brief, whole = on_card(setup, key, stories[key])
                title = f"**{in_markdown(setup, name)}**"
                helps = [whole if in_short and brief != whole else "", meanings or ""]
                st.markdown(
                    f"{title}  \n{small(brief if in_short else whole)}",
                    help="\n\n".join(filter(None, helps)) or None,
                )


def show_before(setup: RaceSetup) -> None:
    """Draw the line-up in place of results, as a single part of the page."""
    with st.container(key="before-race"):
        with st.container(key="line-up"):
            section("Methods")
            if said := conditions_of(setup):
                st.markdown(said)
            show_line_up(setup, in_short=True)
        with st.container(key="race-answers"):
            section("What the race shows")
            for column, (title, answer) in zip(st.columns(3), _ANSWERS.items(), strict=True):
                column.markdown(f"**{title}**  \n{small(answer)}")


def show_progress(session: RaceSession) -> None:
    """Draw the progress of the race."""
    plan = session.known.plan
    st.progress(session.choices / (plan.runs * plan.visitors), progress_of(session))


def show_former_verdict(session: RaceSession, scene: Scene) -> None:
    """Draw the verdict of the previous race if the settings have changed since."""
    if session.is_live or session.is_current:
        return
    with st.container(border=True, key="verdict"):
        draw(scene, "result")
        note(former_race(session))


def show_results(session: RaceSession, scene: Scene) -> None:
    """Draw final rewards, curves, losses, the table, the line-up and the downloads; pale if the
    settings have changed since."""
    is_former = not session.is_live and not session.is_current
    with st.container(key="former-race" if is_former else "this-race"):
        _show_results(session, scene)


def _show_results(session: RaceSession, scene: Scene) -> None:
    left, right = pair("leaders")
    with left:
        draw(scene, "finals", "finals-note", "payback", "trial", "chance", "hypotheses")
    with right:
        draw(scene, "rewards", "rewards-note")
    left, right = pair("losses")
    with left:
        draw(scene, "losses", "losses-note")
    with right:
        draw(scene, "segments")
    with st.expander(
        "All figures", icon=":material/table:", key="figures", on_change="rerun"
    ) as box:
        if box.open:
            draw(scene, "table-note", "table")
    with st.expander(
        "About the methods", icon=":material/groups:", key="who", on_change="rerun"
    ) as box:
        if box.open:
            show_line_up(session.displayed)
    if not session.is_live:
        _offer_files(session)


def _offer_files(session: RaceSession) -> None:
    known, plan = session.known, session.known.plan
    parts = {
        "curves": ("Curves as CSV", known.curve_rows),
        "runs": ("Every run as CSV", known.run_rows),
    }
    with st.container(horizontal=True):
        for part, (label, rows) in parts.items():
            name = f"race-{key_of(plan.world)}-seed-{plan.seed}-{part}"
            download_rows(label, rows, key=f"race-csv-{part}", name=name)
