"""Layout of the Why page: the offer, reasons for and against it, and the learned weights."""

from collections.abc import Mapping

import streamlit as st

from engine.evaluation.field_importance import Importances
from engine.evaluation.learned_weights import LearnedWeight
from engine.worlds import World, key_of
from pages.parts.components.download import download_rows
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.why_subject import Subject
from pages.parts.scene.part_drawing import draw, draw_chart
from pages.parts.scene.part_types import FigureStyle, Scene
from pages.parts.scene.table import show_rows
from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.reward_source_names import in_a_row
from pages.parts.text.theme import is_dark
from pages.parts.why import wording
from pages.parts.why.page_content import scene_of_worth
from pages.parts.why.session import WhySession
from pages.parts.work.frame_scheduler import result_of

WORTH_HELP = (
    "The log is learned again without each field, which takes some seconds. The value of the "
    "resulting best guesses is estimated from the logged probabilities (doubly robust). The line "
    "is the 95 % interval. Score: 0 if nothing is lost, 100 if the rest is no better "
    "than chance. Grey: possibly worth nothing. Below 0: better without it."
)
_AT_ONCE = 2_000
"""Most contexts times actions for which weights are read on opening the page."""
_MOST = 500
"""Most weights listed at once."""


def show_offer(scene: Scene) -> None:
    """Draw the beliefs about all actions, and the cause of the choice."""
    draw(scene, "decided")
    if figure := scene.figure("beliefs"):
        draw_chart(figure)
    draw(scene, "click")


def show_reasons(scene: Scene) -> None:
    """Draw the reasons for either action, in words and bars."""
    for sentence in scene.text("short").splitlines():
        st.markdown(sentence)
    if figure := scene.figure("gap"):
        draw_chart(figure)


# -- what its loop has learned ----------------------------------------------------------


def show_worth(session: WhySession, opened: OpenLoop) -> None:
    """Draw the importance of each field over all visitors, or a button to measure it."""
    job = session.measured(opened.loop)
    if job is None:
        st.button(
            "Measure",
            key="measure",
            icon=":material/straighten:",
            type="primary",
            on_click=session.measure,
            args=(opened.loop,),
            disabled=not opened.loop.events,
        )
    elif not job.done():
        ahead = job.ahead
        text = f"{ahead} ahead in line" if ahead else "Learning the log again"
        st.progress(session.share, text)
        st.button(
            "Stop", key="stop-measuring", icon=":material/stop:", on_click=session.stop_measuring
        )
    else:
        _show_measured(job.result(), opened.world)


def _show_measured(importances: Importances | None, world: World) -> None:
    if importances is None:
        note("Too few visitors for whom every action had a chance to be shown.")
        return
    scene = scene_of_worth(importances, world, FigureStyle(is_dark()))
    draw(scene, "said")
    if figure := scene.figure("worth"):
        draw_chart(figure)
        draw(scene, "worth-note")
        download_rows("Download as CSV", figure.rows.to_pandas, key="worth-csv", name="worth")


def show_weights(session: WhySession, subject: Subject) -> None:
    """Draw all weights with a search field; in a large world, only on request."""
    world = subject.world
    box = st.expander(
        "Search it",
        icon=":material/search:",
        expanded=len(world.contexts) * len(world.items) <= _AT_ONCE,
        key=f"why-weights-{key_of(world)}",
        on_change="rerun",
    )
    if box.open:
        with box:
            _list_weights(session, subject)


def _list_weights(session: WhySession, subject: Subject) -> None:
    weights = session.weights
    if weights is None:
        with st.spinner("Reading what was learned"), session.giving_way():
            weights = result_of(session.weighing())
    world = subject.world
    example = [field.values[0].name for field in world.fields[:1]] + [world.items[0].name]
    search = text_field(
        "Search",
        key="why-search",
        placeholder=f"Search, such as {' '.join(example).lower()}",
        label_visibility="collapsed",
    )
    scale = RewardScale.of(world)
    rows = [_row(weight, world, scale) for weight in weights]
    words = search.lower().split()
    matches = [row for row in rows if all(word in _text(row) for word in words)]
    cut = f" The largest {_MOST:,} are listed." if len(matches) > _MOST else ""
    note(
        f"{len(matches):,} of {len(rows):,} weights: what these values together add to the "
        f"expected reward of the action, with its standard deviation.{cut}"
        f"{wording.in_its_unit(world)}"
    )
    digits = scale.digits if scale.is_money else scale.digits + 1
    numbers = st.column_config.NumberColumn(format=f"%+,.{digits}f")
    show_rows(
        matches[:_MOST],
        height=320,
        key="why-weights",
        column_config={
            "adds": numbers,
            "sd": st.column_config.NumberColumn("standard deviation", format=f"%,.{digits}f"),
        },
    )
    label = f"Download {len(matches):,} as CSV"
    download_rows(label, lambda: matches, key="weights-csv", name="weights")


def _row(weight: LearnedWeight, world: World, scale: RewardScale) -> dict[str, object]:
    labels = {field.name: field.label for field in world.fields if field.name in weight.values}
    context = [weight.values[name] for name in labels]
    # A tag is a field in the request, but not in the world.
    tags = [name for name in weight.values if name not in labels]
    context += [f"{name} true" if weight.values[name] == "true" else f"no {name}" for name in tags]
    return {
        "who": in_a_row(context) or "any visitor",
        "action": world.items[world.position(weight.action)].name,
        "adds": scale.number(weight.contribution.mean),
        "sd": scale.number(weight.contribution.sd),
        "fields": ", ".join([*labels.values(), *tags]) or "–",
    }


def _text(row: Mapping[str, object]) -> str:
    """Return the searchable text of a weight."""
    return f"{row['who']} {row['fields']} {row['action']}".lower()
