"""What is shown on the Why page: the offer, what spoke for and against it, and what was learned."""

from collections.abc import Mapping

import pyarrow as pa
import streamlit as st

from engine.evaluation.chances import chances
from engine.evaluation.explanation import Gap
from engine.evaluation.importance import Importances
from engine.evaluation.weights import Weight
from engine.learners.base import Source
from engine.worlds import World, key_of
from pages.parts.charts import beliefs, reasons
from pages.parts.charts.base import Spec
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.components.download import download_rows
from pages.parts.play import wording as offers
from pages.parts.play.beliefs import SHOWN, in_words
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.why_subject import Subject
from pages.parts.scene.picture import picture
from pages.parts.scene.table import show_rows
from pages.parts.settings.text_field import text_field
from pages.parts.text.format import note
from pages.parts.text.glossary import explained
from pages.parts.text.source_names import in_a_row, names_of
from pages.parts.text.theme import is_dark, theme
from pages.parts.why import wording
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


def show_offer(session: WhySession, shown: Subject) -> None:
    """What was believed of every action, and what decided."""
    world, ranked, policy = shown.world, shown.ranked, shown.loop.settings.policy
    before = session.subject.ranked if session.subject and session.changed else None
    parts = chances(ranked, policy)
    st.markdown(offers.decided(world, ranked, parts, policy))
    told = "Dashed: for who stood there in fact. " if before else ""
    drawn = ", a dot its draw for this visitor" if ranked.draw is not None else ""
    marks = f"{told}A bell is what each is believed to earn{drawn}."
    picture(
        belief_rows(world, is_dark(), ranked, parts, before),
        beliefs.belief_spec(world, is_dark(), SHOWN[ranked.mode][1]),
        key="chart-why-beliefs",
        alt=f"A bell and a bar for each action: {in_words(world, ranked)}",
        marks=marks,
    )
    note(marks, explained(marks))


def show_reasons(session: WhySession, shown: Subject) -> None:
    """What speaks for one action and what for another, in words and bars."""
    world, ranked, gap = shown.world, shown.ranked, session.gap()
    action, against = session.action, session.against
    names = names_of(gap.parts, ranked.request.context_values)
    for sentence in wording.in_short(world, ranked, gap, action, against):
        st.markdown(sentence)
    told = wording.for_and_against(gap, names, world, action, against)
    rows, spec, key = gap_chart(session, shown, gap, names)
    one, other = (wording.named(world, at) for at in (action, against))
    picture(rows, spec, key=key, alt=f"What speaks for {one} and what for {other}: {told}")
    note(
        f"{told} All parts sum to what it believes, those under 0.005 are not drawn. A line holds "
        "what a part may be (95\u00a0%). Groups of fields that each add little stand together."
        f"{wording.in_its_unit(world)}"
    )


def gap_chart(
    session: WhySession,
    shown: Subject,
    gap: Gap,
    names: Mapping[Source, str],
) -> tuple[pa.Table, Spec, str]:
    """Rows, specification and key of the picture of a gap."""
    pair = session.action, session.against
    rows = reasons.gap_rows(gap, names, (_colour_of(pair[0]), _colour_of(pair[1])))
    one, other = (wording.named(shown.world, at) for at in pair)
    reach = reasons.reach_of(rows)
    spec = reasons.gap_spec(is_dark(), rows.num_rows, reach, one, other)
    return rows, spec, f"chart-why-gap-{rows.num_rows}-{reach:g}"


def _colour_of(position: int | None) -> str:
    look = theme(is_dark())
    return look.faint if position is None else look.action(position)


# -- what its loop has learned ----------------------------------------------------------


def show_worth(session: WhySession, opened: OpenLoop) -> None:
    """What each field is worth over all visitors, once it is asked for."""
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
    names = [wording.left_out(world, one.left) for one in found.each]
    st.markdown(wording.worth(found, world))
    rows = reasons.worth_rows(found.each, names)
    reach = reasons.reach_of(rows)
    picture(
        rows,
        reasons.worth_spec(is_dark(), rows.num_rows, reach),
        key=f"chart-why-worth-{rows.num_rows}-{reach:g}",
        alt=f"Reward lost without each field: {wording.worth_in_words(list(found.each), names)}",
    )
    grey = "At the right, the score: 0 to 100. Grey: it may well be worth nothing."
    note(f"{grey}{wording.in_its_unit(world)}")
    download_rows("Download as CSV", rows.to_pandas, key="worth-csv", name="worth")


def show_weights(session: WhySession, shown: Subject) -> None:
    """All that was learned by then, to search; of a large world only once it is asked for."""
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
    """What a weight is found by."""
    return f"{row['who']} {row['fields']} {row['action']}".lower()
