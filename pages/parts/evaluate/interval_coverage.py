"""Coverage: repeat an experiment and count the intervals that contain the truth."""

import math
from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from engine.evaluation.estimators import ESTIMATORS
from engine.evaluation.interval_coverage import Count, Flaw, Kind
from pages.parts.charts import interval_coverage as charts
from pages.parts.charts.interval_coverage import PROMISED
from pages.parts.components.download import download_rows
from pages.parts.evaluate.estimator_names import TITLES, USUAL
from pages.parts.evaluate.interval_coverage_runs import CoverageExperiment, CoverageRuns
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.scene.chart_drawing import picture
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.format import counted, note, plain, section
from pages.parts.text.glossary import explained, meanings
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import is_dark

_KINDS: Mapping[Kind, str] = {
    "fixed": "Each action",
    "uniform": "Random offers",
    "best": "Best offer for each",
    "picked": "Best of 200 rules",
}
_STORIES: Mapping[Flaw, str] = {
    "none": "Each experiment is a new session. Of 100 intervals at 95 %, 95 should contain the "
    "truth.",
    "no_floor": "No exploration. An action that is never shown cannot be weighted, so the log "
    "cannot answer.",
    "forgotten": "The probabilities were not logged, and all actions are assumed equally likely. "
    "Then actions that were shown often count too much: estimates exceed what can be "
    "earned.",
    "few": "A tenth of the visitors. Intervals must be wide to hold, and textbook intervals "
    "are not.",
    "picked": "Of 200 random rules, the rule that looks best on the log is evaluated on the "
    "same log. It was the luckiest, so its estimate is too high, even where its "
    "interval is wide enough.",
}
_NO_WIDTH = 0.001
"""Mean width as a part of the mean reward below which a note explains intervals without width."""
_HELP = (
    f"{meanings('coverage')} A bar that reaches the dashed line keeps its promise. Our "
    "method is built for logs like these, and its coverage is measured. On logs of a "
    "learner that explores with its floor alone it may fall slightly below 95 %. "
    "Betting is proven for any log, and therefore wider."
)


def choose(runs: CoverageRuns, setup: EvaluateSetup) -> None:
    """Draw the controls: flaw, start and stop."""
    story = _STORIES[setup.flaw]
    is_chosen = runs.experiment == CoverageExperiment.of(setup)
    # Beside results, the story is one tap away: a phone has no room for both.
    section("How often is an interval right?", explained(story, story) if is_chosen else None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="watch"):
        setup.draw("flaw", width=240)
        if runs.is_live:
            st.button("Stop", key="stop-watch", icon=":material/stop:", on_click=runs.stop)
        else:
            st.button(
                "Watch coverage",
                key="start-watch",
                type="primary",
                icon=":material/repeat:",
                on_click=runs.start,
                args=(setup,),
            )
    if not is_chosen:
        note(story, explained(story))


def show(runs: CoverageRuns, setup: EvaluateSetup) -> None:
    """Draw the progress and the counts so far."""
    if runs.is_live:
        ahead = f" Waiting: {counted(runs.waits_for, 'job')} first." if runs.waits_for else ""
        progress = f"{runs.done:,} of {counted(runs.times, 'experiment')} done.{ahead}"
        st.progress(runs.done / runs.times, progress)
    kinds = runs.kinds
    if runs.waits_for_start(setup):
        note(
            "This server no longer has the experiments of this link. *Watch coverage* "
            "repeats them, with the same result."
        )
    if runs.experiment is None or not kinds:
        return
    if runs.experiment != CoverageExperiment.of(setup) and not runs.is_live:
        note("The settings have changed. These are the previous experiments.")
    kind, first = kinds[0], st.container(key="evaluate-verdict")
    if len(kinds) > 1:
        kind = st.selectbox(
            "Served to everybody",
            kinds,
            format_func=_KINDS.__getitem__,
            key="evaluate-kind",
            label_visibility="collapsed",
            width=240,
        )
    counts = runs.counts(kind)
    first.markdown(verdict(counts))
    _show_counts(runs, counts, kind)


def verdict(counts: Mapping[str, Count]) -> str:
    """Compare the coverage of the default estimator and of the service's estimator, as Markdown;
    empty without intervals of both."""
    ours, service = counts.get(USUAL), counts.get("ips")
    if ours is None or service is None:
        return ""
    promised = math.ceil(PROMISED * ours.intervals - 1e-9)
    of = "" if service.intervals == ours.intervals else f" of {service.intervals:,}"
    return (
        f"**Our intervals contained the truth {ours.covering:,} of "
        f"{ours.intervals:,} times, Azure Personalizer's {service.covering:,}{of}; 95 % would be "
        f"{promised:,}.** "
        f"{_who_keeps([count.share >= PROMISED for count in counts.values()])}"
    )


def _who_keeps(are_kept: Sequence[bool]) -> str:
    """State the number of violet bars, which reach the promised coverage."""
    match sum(are_kept):
        case 0:
            return f"No bar is violet: none of the {len(are_kept)} methods keeps its promise."
        case 1:
            return "The violet bar keeps its promise."
        case many if many == len(are_kept):
            return "All bars are violet: each method keeps its promise."
        case many:
            return f"The {many} violet bars keep their promise."


def _show_counts(runs: CoverageRuns, counts: Mapping[str, Count], kind: Kind) -> None:
    experiment = runs.experiment
    assert experiment is not None, "there are counts"
    world = world_of(experiment.world)
    scale = RewardScale.of(world)
    bars = [
        charts.Kept(
            TITLES.get(estimator.key, estimator.key),
            count.covering,
            count.intervals,
            count.width,
            scale.value(count.width),
        )
        for estimator in ESTIMATORS
        if (count := counts.get(estimator.key)) is not None
    ]
    picture(
        charts.coverage_rows(bars),
        charts.coverage_spec(is_dark(), len(bars)),
        key=f"chart-coverage-{len(bars)}",
        alt="Intervals that contained the truth, and their mean width: "
        + "; ".join(f"{k.name}, {k.held} of {k.intervals}, {k.how_wide}" for k in bars),
    )
    if kind == "picked":
        off = ", ".join(
            f"{TITLES.get(key, key)} {plain(scale.signed(count.bias))}"
            for key, count in counts.items()
        )
        note(f"Mean overestimate of the winner's reward{scale.per}: {off}.")
    if any(count.width < _NO_WIDTH * world.reward_size for count in counts.values()):
        note(
            "Width 0: all rewards that counted were nearly equal, so these methods "
            "show no doubt, right or wrong."
        )
    beyond = {key: count for key, count in counts.items() if count.beyond}
    for key, count in beyond.items():
        note(
            f"{TITLES.get(key, key)}: {count.beyond:,} of {count.intervals:,} "
            "estimates are above or below all possible rewards."
        )
    note(
        f"{counted(runs.done, 'experiment')} of {counted(runs.visitors, 'visitor')}, "
        f"random seeds from {experiment.seed}. Served to everybody: {_KINDS[kind].lower()}. "
        "Dashed line: 95 %.",
        help=_HELP,
    )
    download_rows(
        "Download as CSV",
        lambda: list(_figures(runs)),
        key="coverage-csv",
        name=f"coverage-{experiment.world}-seed-{experiment.seed}",
    )


def _figures(runs: CoverageRuns) -> Iterator[Mapping[str, object]]:
    """Yield a row per kind of target and estimator."""
    for kind in runs.kinds:
        for key, count in runs.counts(kind).items():
            yield {
                "target": kind,
                "estimator": key,
                "intervals": count.intervals,
                "held": count.covering,
                "share_held": count.share,
                "mean_width": count.width,
                "rmse": count.rmse,
                "bias": count.bias,
                "beyond_possible": count.beyond,
            }
