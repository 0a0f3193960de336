"""Running estimates along the log: the window of events, growing prefixes, consecutive segments."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from engine.evaluation.estimators import Interval
from engine.evaluation.running_estimates import RunningEstimate
from pages.parts.charts import running_estimates as charts
from pages.parts.charts.lines import LineStyle, span_of
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import (
    NOT_USABLE,
    action_of,
    ends_around,
    headline_row,
    measured,
    names_of,
)
from pages.parts.scene.chart_drawing import pair, picture
from pages.parts.text.format import note, section
from pages.parts.text.reward_scale import RewardScale
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
        "Precision and changes over the log",
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
        if result.truths:
            session.setup.draw("truth")
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
        st.slider("Included visitors", 1, events, now, key=key, on_change=take, format="%,d")


def _mark_if_contradicted(result: LogEvaluation) -> None:
    if result.contradicts:
        st.warning(NOT_USABLE, icon=":material/block:")


def _show_growing(session: EvaluateSession, result: LogEvaluation) -> None:
    setup, names = session.setup, names_of(result, session.setup)
    usual = headline_row(result, setup)
    keys = list(names)
    place = keys.index(usual.target) if usual else 0
    section("Precision as the log grows", help=_GROWING_HELP)
    _mark_if_contradicted(result)
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
    span, scale = span_of(len(result.decisions)), result.log.scale
    final = estimates[-1].interval
    ends = _ends(result, [*estimates, *naive[-1:]], () if truth is None else (truth,))
    picture(
        charts.growing_rows(
            _scaled(scale, naive),
            _scaled(scale, estimates),
            None if truth is None else scale.number(truth),
            ends,
        ),
        charts.growing_spec(is_dark(), span, ends, truth is not None, scale.title),
        key=f"chart-growing-{span}-{truth is not None}-{hash((ends, scale.title))}",
        alt="Estimate and interval as the log grows; at the end "
        + (measured(scale, final) if final else "nothing"),
    )


def _show_stretches(session: EvaluateSession, result: LogEvaluation) -> None:
    setup, names = session.setup, names_of(result, session.setup)
    section("Estimates over time", help=_STRETCHES_HELP)
    _mark_if_contradicted(result)
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
    span, scale = span_of(len(result.decisions)), result.log.scale
    ends = _ends(result, [one for stretches in estimates.values() for one in stretches])
    title = scale.title if scale.unit else charts.EIGHTHS
    scaled = {name: _scaled(scale, stretches) for name, stretches in estimates.items()}
    picture(
        charts.stretches_rows(scaled, ends),
        charts.stretches_spec(is_dark(), span, ends, styles, title),
        key=f"chart-stretches-{hash((span, ends, styles, title))}",
        alt="Estimate from each stretch of the log, for each policy: "
        + "; ".join(
            f"{name}, at the end {measured(scale, stretches[-1].interval)}"
            for name, stretches in estimates.items()
            if stretches[-1].interval
        ),
    )


def _ends(
    result: LogEvaluation, estimates: Sequence[RunningEstimate], values: Sequence[float] = ()
) -> tuple[float, float]:
    """Return the ends of a chart's axis in the scale of the log."""
    ends = ends_around(result.bounds, [estimate.interval for estimate in estimates], values)
    low, high = map(result.log.scale.number, ends)
    return low, high


def _scaled(scale: RewardScale, estimates: Sequence[RunningEstimate]) -> list[RunningEstimate]:
    """Return estimates as numbers of a scale, with its digits and one more."""
    digits = scale.digits + 1 if scale.unit else None

    def number(reward: float) -> float:
        return scale.number(reward) if digits is None else round(scale.number(reward), digits)

    def scaled(interval: Interval) -> Interval:
        return Interval(number(interval.estimate), number(interval.low), number(interval.high))

    return [
        replace(estimate, interval=estimate.interval and scaled(estimate.interval))
        for estimate in estimates
    ]


_SHAPES = {"online": "circle", "greedy": "square", "rules": "triangle-up", "baseline": "cross"}


def _style_of(result: LogEvaluation, key: str) -> LineStyle:
    """Return the style of a target's line: an action has its colour, a policy another colour."""
    palette = theme(is_dark())
    row = next(row for row in result.rows if row.target == key)
    action, places = action_of(row), result.log.places
    if action is not None and action in places:
        return LineStyle(palette.action(places[action]), "diamond")
    colours = {
        "online": palette.accent,
        "greedy": palette.actions[-1],
        "rules": palette.actions[-3],
    }
    return LineStyle(colours.get(key, palette.faint), _SHAPES.get(key, "square"))
