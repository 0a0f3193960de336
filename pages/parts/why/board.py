"""Layout of the Why page: the offer, reasons for and against it, and what was learned."""

from collections.abc import Mapping

import streamlit as st

from engine.evaluation.importance import Importances
from engine.evaluation.learned_weights import Weight
from engine.worlds import World, key_of
from pages.parts.components.download import download_rows
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.why_subject import Subject
from pages.parts.scene.page import draw, draw_chart
from pages.parts.scene.parts import Look, Scene
from pages.parts.scene.table import show_rows
from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note
from pages.parts.text.source_names import in_a_row
from pages.parts.text.theme import is_dark
from pages.parts.why import wording
from pages.parts.why.scene import scene_of_worth
from pages.parts.why.session import WhySession
from pages.parts.work.frames import outcome
from pages.parts.work.heavy_work import submit_here

WORTH_HELP = (
    "The log is learned again without each field, and what the best guesses of that learner would "
    "have earned is estimated from the logged chances (doubly robust). The line is the 95 % "
    "interval. Score: 0 where nothing is lost, 100 where what is left is no better than chance. "
    "Grey: it may well be worth nothing. Below 0: it was better without."
)
_AT_ONCE = 2_000
"""Contexts times actions up to which weights are read when the page is opened."""
_MOST = 500
"""Weights that are listed at once."""


def show_offer(scene: Scene) -> None:
    """Draw what was believed of every action, and what decided."""
    draw(scene, "decided")
    if figure := scene.figure("beliefs"):
        draw_chart(figure)
    draw(scene, "beliefs-note")


def show_reasons(scene: Scene) -> None:
    """Draw what speaks for one action and what for another, in words and bars."""
    for sentence in scene.text("short").splitlines():
        st.markdown(sentence)
    if figure := scene.figure("gap"):
        draw_chart(figure)
    draw(scene, "gap-note")


# -- what its loop has learned ----------------------------------------------------------


def show_worth(session: WhySession, opened: OpenLoop) -> None:
    """Draw the worth of each field over all visitors, once it is asked for."""
    ticket = session.measured(opened.loop)
    if ticket is None:
        note("The log is learned again without each field: what would be lost? Takes some seconds.")
        st.button(
            "Measure it",
            key="measure",
            icon=":material/straighten:",
            type="primary",
            on_click=session.measure,
            args=(opened.loop,),
            disabled=not opened.loop.events,
        )
    elif not ticket.done():
        ahead = ticket.place
        told = f"{ahead} ahead in line" if ahead else "Learning the log again"
        st.progress(session.share, told)
        st.button(
            "Stop", key="stop-measuring", icon=":material/stop:", on_click=session.stop_measuring
        )
    else:
        _show_measured(ticket.result(), opened.world)


def _show_measured(found: Importances | None, world: World) -> None:
    if found is None:
        note("Not enough visitors yet of whom each action had a chance to be shown.")
        return
    scene = scene_of_worth(found, world, Look(is_dark()))
    draw(scene, "said")
    if figure := scene.figure("worth"):
        draw_chart(figure)
        draw(scene, "worth-note")
        download_rows("Download as CSV", figure.rows.to_pandas, key="worth-csv", name="worth")


def show_weights(session: WhySession, shown: Subject) -> None:
    """Draw all weights, to search; of a large world only once it is asked for."""
    world = shown.world
    box = st.expander(
        "Search it",
        icon=":material/search:",
        expanded=len(world.contexts) * len(world.items) <= _AT_ONCE,
        key=f"why-weights-{key_of(world)}",
        on_change="rerun",
    )
    if box.open:
        with box:
            _list_weights(session, shown)


def _list_weights(session: WhySession, shown: Subject) -> None:
    weights = session.weights
    if weights is None:
        with st.spinner("Reading what was learned"), session.giving_way():
            weights = outcome(submit_here(session.weighing()))
    sought = text_field(
        "Search",
        key="why-search",
        placeholder="Search: a value, a field or an action, such as rainy latte",
        label_visibility="collapsed",
    )
    rows, words = [_told(one, shown.world) for one in weights], sought.lower().split()
    found = [row for row in rows if all(word in _text(row) for word in words)]
    cut = f" The largest {_MOST:,} are listed." if len(found) > _MOST else ""
    note(
        f"{len(found):,} of {len(rows):,} weights: what these values together add to the reward "
        f"that the action is believed to earn, and its standard deviation.{cut}"
        f"{wording.in_its_unit(shown.world)}"
    )
    numbers = st.column_config.NumberColumn(format="%+.3f")
    show_rows(
        found[:_MOST],
        height=320,
        key="why-weights",
        column_config={"adds": numbers, "sd": st.column_config.NumberColumn(format="%.3f")},
    )
    label = f"Download {len(found):,} as CSV"
    download_rows(label, lambda: found, key="weights-csv", name="weights")


def _told(weight: Weight, world: World) -> dict[str, object]:
    labels = {field.name: field.label for field in world.fields if field.name in weight.values}
    who = [weight.values[name] for name in labels]
    # A tag is a field of its own in the request, though not in the world.
    tags = [name for name in weight.values if name not in labels]
    who += [f"{name} true" if weight.values[name] == "true" else f"no {name}" for name in tags]
    return {
        "who": in_a_row(who) or "whoever comes",
        "fields": ", ".join([*labels.values(), *tags]) or "–",
        "action": world.items[world.position(weight.action)].name,
        "adds": weight.adds.mean,
        "sd": weight.adds.sd,
    }


def _text(row: Mapping[str, object]) -> str:
    """Text in which a search finds a weight."""
    return f"{row['who']} {row['fields']} {row['action']}".lower()
