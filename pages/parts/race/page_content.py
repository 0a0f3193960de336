"""Scene of the Race page: figures, the table and sentences about a race."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import pandas as pd

from engine.evaluation.mean_intervals import Band
from engine.experiments.race.standings import Final
from engine.worlds import key_of
from pages.parts.charts import race as charts
from pages.parts.charts.lines import end_above, span_of
from pages.parts.race import wording
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import in_short, measured, scale_of
from pages.parts.scene.part_types import Figure, FigureStyle, Scene, Table, TableColumn, Text
from pages.parts.scene.report_files.report_content import Report
from pages.parts.scene.report_from_scene import Sheet, report_of
from pages.parts.text.glossary import meanings

QUESTION = "Which method earns most from the same visitors?"
SHEET = Sheet(
    QUESTION,
    about="about",
    figures=("finals", "rewards"),
    sentences=("verdict", "payback", "trial", "conclusions", "losses-note"),
    further=("losses", "segments"),
)
_REGRET_HELP = f"{meanings('regret')} A flat line means no more missed rewards."
_SEGMENT_HELP = (
    "Mean missed reward of visitors with this value, over the whole race. A method can "
    f"be good overall and bad for some visitors.\n\n{meanings('segment')}"
)
_INTERVALS_HELP = (
    "Values in brackets are 95 % intervals of the mean (Student's t over the repetitions)."
)
_TABLE_HELP = (
    "Mean reward: what visitors gave, chance included, for every method alike. "
    "Regret leaves chance out. Repetitions won: nobody earned more there; a tie is shared."
)


def scene_of(session: RaceSession, style: FigureStyle) -> Scene:
    """Return the scene of a session; the caller holds the session's lock."""
    texts = {
        "verdict": lambda: Text(wording.verdict(session)),
        "result": lambda: _result(session),
        "say-leader": lambda: Text(wording.leader_in_short(session)),
        "say-latest": lambda: Text(wording.latest_in_short(session)),
        "say-losses": lambda: Text(wording.losses_in_short(session)),
    }
    if session.raced is None or not session.known.keys:
        return Scene(texts | dict.fromkeys(_OF_RESULTS, lambda: None))
    figures = _Figures(session, style)
    return Scene(
        texts
        | {
            "about": lambda: Text(wording.about(session)),
            "conclusions": lambda: Text("\n".join(wording.first_and_last(session))),
            "finals": figures.finals,
            "finals-note": lambda: Text(wording.about_finals(session), is_note=True),
            "chance": lambda: _text(wording.about_chance(session)),
            "payback": lambda: _text(wording.about_payback(session)),
            "trial": lambda: _text(wording.about_trial(session)),
            "hypotheses": lambda: _text(wording.about_hypotheses(session)),
            "rewards": figures.rewards,
            "rewards-note": partial(_about_bands, session),
            "losses": figures.losses,
            "losses-note": lambda: Text(wording.about_losses(), is_note=True),
            "segments": figures.segments,
            "table-note": partial(_about_table, session),
            "table": partial(_table, session),
        }
    )


def report(session: RaceSession, link: str) -> Report | None:
    """Return the report of a finished race; None without results."""
    with session.lock:
        if session.raced is None or session.is_live or not session.known.keys:
            return None
        plan = session.known.plan
        # Settings may have changed since: the link is that of the displayed race.
        link = link if session.is_current else session.displayed.link(link.partition("?")[0])
        scene = scene_of(session, FigureStyle())
        return report_of(scene, SHEET, plan.world, plan.seed, link, True)


_OF_RESULTS = ("finals", "rewards", "losses")
"""Parts named by a talk that are absent before the first results."""
_FREQUENT = 0.5
"""Mean reward of the best offers from which the axis of rewards is that of shares."""


class _Figures:
    """Figures of a race, in one theme and size."""

    def __init__(self, session: RaceSession, style: FigureStyle) -> None:
        self._session, self._known, self._style = session, session.known, style
        self._names, self._plan = session.displayed.names, session.known.plan
        self._entries = tuple(self._names.items())
        self._drifts = self._plan.drift == "halfway"
        self._finals = session.known.finals()
        self._is_one_crowd = is_one_crowd(self._finals)
        self._scale = scale_of(self._plan.world)

    def finals(self) -> Figure:
        """Mean reward of each method, the highest first."""
        top, once, scale = self._end_of(_highs(self._finals)), self._is_one_crowd, self._scale
        raced = tuple(entry for entry in self._entries if entry[0] in self._known.keys)
        heading = "Mean reward of each method with its 95 % interval, the highest first: "
        if once:
            heading = "Mean reward of each method, the highest first: "
        return Figure(
            f"chart-race-finals-{top}-{once}-{hash(raced)}",
            "Who earns most",
            heading
            + "; ".join(
                f"{self._names[f.contender]} {measured(f.reward, scale)}" for f in self._finals
            ),
            charts.finals_spec(self._style.dark, top, raced, once, scale),
            charts.finals_rows(self._finals, self._entries, self._session.bet, scale),
        )

    def _end_of(self, rewards: Iterable[float]) -> float:
        """End of an axis that holds mean rewards."""
        if self._scale.factor == 1:
            return charts.tenths_above(rewards)
        return _end_above(self._scale.number(max(rewards, default=0.0)))

    def rewards(self) -> Figure:
        """Mean reward of the latest visitors of each method, over the visitors."""
        known, visitors, scale = self._known, self._plan.visitors, self._scale
        bands = {key: known.recent(key) for key in known.keys}
        top, banded = self._end_of_rewards(bands), _banded(self._session)
        return Figure(
            f"chart-race-reward-{visitors}-{top:g}-{hash(self._entries)}",
            "Reward over time",
            "Mean reward of each method by visitor, at the end: "
            + "; ".join(
                f"{self._names[key]} {in_short(scale).value(float(band.mean[-1]))}"
                for key, band in bands.items()
            ),
            charts.reward_spec(
                self._style.dark,
                visitors,
                known.latest_visitors,
                self._entries,
                self._drifts,
                top,
                scale,
            ),
            charts.band_rows(
                self._plan,
                bands,
                self._entries,
                top,
                banded,
                self._style.size,
                scale.factor,
                self._first_window,
            ),
        )

    @property
    def _first_window(self) -> int:
        """Position of the first point of a drawn line: the first whole window if rewards are rare,
        as the means of a few visitors leap."""
        if self._plan.world.reward_size >= _FREQUENT:
            return 0
        return min(self._known.window, len(self._plan.points)) - 1

    def _end_of_rewards(self, bands: Mapping[str, Band]) -> float:
        """End of the axis of `rewards`: of shares if rewards are frequent, else beyond all
        means."""
        if self._plan.world.reward_size >= _FREQUENT:
            return 1.04 * self._scale.factor
        first, banded = self._first_window, _banded(self._session)
        curves = [band.high if key in banded else band.mean for key, band in bands.items()]
        return _end_above(self._scale.number(max(float(curve[first:].max()) for curve in curves)))

    def losses(self) -> Figure:
        """Cumulative regret of each method, over the visitors."""
        known, visitors, sums = self._known, self._plan.visitors, self._scale.of_sums
        bands = {key: known.regret(key) for key in known.keys}
        high = sums.factor * max(float(band.high.max()) for band in bands.values())
        end = _end_above(high) if self._scale.unit else span_of(high, 10)
        unit, banded = sums.unit or "rewards", _banded(self._session)
        return Figure(
            f"chart-race-regret-{visitors}-{end}-{hash(self._entries)}",
            "Missed rewards (regret)",
            "Cumulative regret of each method by visitor, at the end: "
            + "; ".join(
                f"{self._names[key]} {sums.value(float(band.mean[-1]))}"
                for key, band in bands.items()
            ),
            charts.regret_spec(self._style.dark, visitors, end, self._entries, self._drifts, unit),
            charts.band_rows(
                self._plan, bands, self._entries, end, banded, self._style.size, sums.factor
            ),
            help=_REGRET_HELP,
        )

    def segments(self) -> Figure:
        """Regret per visitor of each method, for each value of the context."""
        world, segments = self._plan.world, self._known.segments()
        top, scale = self._end_of(segment.regret.mean for segment in segments), self._scale
        once, places = self._is_one_crowd, len(world.segments())
        return Figure(
            f"chart-race-segments-{key_of(world)}-{top}-{once}-{hash(self._entries)}",
            "Whose rewards are missed?",
            f"Regret{scale.per} of each method, for each value of the context: "
            + "; ".join(
                f"{self._names[s.contender]}, {s.value}, {in_short(scale).value(s.regret.mean)}"
                for s in segments
            ),
            charts.segments_spec(self._style.dark, places, top, self._entries, once, scale),
            charts.segments_rows(segments, self._entries, world, scale),
            help=_SEGMENT_HELP,
        )


def _result(session: RaceSession) -> Text:
    headline, rest = wording.result(session)
    return Text(rest, headline)


def _text(body: str) -> Text | None:
    return Text(body) if body else None


def is_one_crowd(finals: Iterable[Final]) -> bool:
    """Return whether no mean has an interval, as after a single crowd."""
    return all(math.isnan(final.reward.low) for final in finals)


def _highs(finals: Sequence[Final]) -> Iterator[float]:
    """Upper ends of the intervals of all means, if any."""
    return (f.reward.mean if math.isnan(f.reward.high) else f.reward.high for f in finals)


def _end_above(value: float) -> float:
    return end_above(value) if value > 0 else 1.0


def _banded(session: RaceSession) -> list[str]:
    """Contenders drawn with a band: the leader, and the bet."""
    finals = session.known.finals()
    leaders = [finals[0].contender, session.bet] if finals else []
    return [key for key in session.known.keys if key in leaders]


def _about_bands(session: RaceSession) -> Text | None:
    if is_one_crowd(session.known.finals()):
        return None
    names = " and ".join(session.displayed.names[key] for key in _banded(session))
    return Text(wording.about_bands(session, names), is_note=True)


def _about_table(session: RaceSession) -> Text:
    once = is_one_crowd(session.known.finals())
    return Text(_TABLE_HELP if once else f"{_INTERVALS_HELP} {_TABLE_HELP}", is_note=True)


def _table(session: RaceSession) -> Table:
    """Return a table with one row per contender, the highest mean reward first."""
    return Table(
        "race-table",
        pd.DataFrame([*_table_rows(session)]),
        columns={
            "Repetitions won": TableColumn("%.0f\u00a0%%"),
            "Mean reward": TableColumn(width="medium"),
            "Regret": TableColumn(help=meanings("regret"), width="medium"),
            "Recovered after": TableColumn(help=wording.RECOVERY_HELP, width="medium"),
        },
    )


def _table_rows(session: RaceSession) -> Iterator[Mapping[str, object]]:
    names, scale = session.displayed.names, scale_of(session.known.plan.world)
    for final in session.known.finals():
        back = {"Recovered after": wording.recovery_in_words(final.recovery)}
        yield {
            "Method": names[final.contender],
            "Mean reward": measured(final.reward, scale),
            "Repetitions won": 100 * final.won,
            "Regret": measured(final.regret, scale.of_sums),
            **(back if session.known.plan.drift == "halfway" else {}),
        }
