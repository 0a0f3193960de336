"""Running estimates along the log: the window of events, growing prefixes, consecutive segments."""

import streamlit as st

from pages.parts.charts import running_estimates as charts
from pages.parts.charts.lines import LineStyle, span_of
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import action_of, headline_row, names_of
from pages.parts.scene.chart_drawing import pair, picture
from pages.parts.text.format import note, section
from pages.parts.text.theme import is_dark, theme

_MOST = 4
"""Largest number of lines with bands that a reader can distinguish."""
_GROWING_HELP = (
    "The estimate if the log had ended sooner. The average where it was shown also "
    "settles, but at the wrong value. Checking an interval again and again until it "
    "pleases breaks the 95 % promise; the betting interval, under Settings, allows "
    "it."
)
_STRETCHES_HELP = "The estimate from each eighth of the log; bands are 95 % intervals."


def show_running_estimates(session: EvaluateSession, result: LogEvaluation) -> None:
    """Draw the window's slider and the charts of growing prefixes and of segments."""
    with st.expander(
        "Over the log: precision, changes, included visitors",
        icon=":material/timeline:",
        key="along",
        on_change="rerun",
    ) as box:
        if not box.open:
            return
        choose_window(session, result)
        if session.hides:
            note("Shown after your guess.")
            return
        left, right = pair("along")
        with left:
            _show_growing(session, result)
        with right:
            _show_stretches(session, result)


def choose_window(session: EvaluateSession, result: LogEvaluation) -> None:
    """Draw the slider for the first and the last event to evaluate."""
    events = len(result.log.decisions)
    first, last = session.setup.span
    key, name = f"evaluate-span-{events}-{session.setup.window}", session.setup.key("window")

    def take() -> None:
        start, end = st.session_state[key]
        st.session_state[name] = "" if (start, end) == (1, events) else f"{start}-{end}"

    if events > 1:
        now = (first, min(last or events, events))
        st.slider("Included visitors", 1, events, now, key=key, on_change=take)


def _show_growing(session: EvaluateSession, result: LogEvaluation) -> None:
    setup, names = session.setup, names_of(result, session.setup)
    usual = headline_row(result, setup)
    keys = list(names)
    place = keys.index(usual.target) if usual else 0
    section("Precision as the log grows", help=_GROWING_HELP)
    target = st.selectbox(
        "Served to everybody",
        keys,
        place,
        format_func=names.__getitem__,
        key=f"evaluate-of-{setup.world}",
        label_visibility="collapsed",
    )
    naive, estimates = (
        result.prefix_estimates(target, "naive"),
        result.prefix_estimates(target, setup.estimator),
    )
    truth = result.truths.get(target) if setup.truth else None
    span = span_of(len(result.decisions))
    final = estimates[-1].interval
    picture(
        charts.growing_rows(naive, estimates, truth, result.bounds),
        charts.growing_spec(is_dark(), span, result.bounds, truth is not None),
        key=f"chart-growing-{span}-{truth is not None}-{hash(result.bounds)}",
        alt="Estimate and interval as the log grows; at the end "
        + (f"{final.estimate:.2f} ({final.low:.2f} to {final.high:.2f})" if final else "nothing"),
    )


def _show_stretches(session: EvaluateSession, result: LogEvaluation) -> None:
    setup, names = session.setup, names_of(result, session.setup)
    section("Estimates over time", help=_STRETCHES_HELP)
    usual = [key for key in ("online", "greedy", "uniform") if key in names]
    chosen = st.multiselect(
        "Policies",
        list(names),
        usual,
        format_func=names.__getitem__,
        key=f"evaluate-stretches-{setup.world}",
        max_selections=_MOST,
        label_visibility="collapsed",
    )
    estimates = {names[key]: result.segment_estimates(key, setup.estimator) for key in chosen}
    styles = tuple((names[key], _style_of(result, key)) for key in chosen)
    span = span_of(len(result.decisions))
    picture(
        charts.stretches_rows(estimates, result.bounds),
        charts.stretches_spec(is_dark(), span, result.bounds, styles),
        key=f"chart-stretches-{hash((span, result.bounds, styles))}",
        alt="Estimate from each stretch of the log, for each policy: "
        + "; ".join(
            f"{name}, at the end {stretches[-1].interval.estimate:.2f}"
            for name, stretches in estimates.items()
            if stretches[-1].interval
        ),
    )


_SHAPES = {"online": "circle", "greedy": "square", "rules": "triangle-up", "baseline": "cross"}


def _style_of(result: LogEvaluation, key: str) -> LineStyle:
    """Return the style of a target's line: an action has its colour, a policy another colour."""
    palette = theme(is_dark())
    row = next(row for row in result.rows if row.target == key)
    action, world = action_of(row), result.log.world
    if action is not None and world is not None:
        return LineStyle(palette.action(world.position(action)), "diamond")
    colours = {
        "online": palette.accent,
        "greedy": palette.actions[-1],
        "rules": palette.actions[-3],
    }
    return LineStyle(colours.get(key, palette.faint), _SHAPES.get(key, "square"))
