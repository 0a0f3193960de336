"""The pictures of the talk on the Race page."""

from pages.parts.charts import race as charts
from pages.parts.charts.base import STAGE
from pages.parts.charts.labelled import span_of
from pages.parts.race.board import banded, end_of_finals, is_one_crowd
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import measured
from pages.parts.stage.picture import hero
from pages.parts.theme import is_dark


def leaders(session: RaceSession) -> None:
    """What each earns, the highest first."""
    if session.raced is None or not session.known.keys:
        return
    known, names = session.known, session.shown.names
    entries, finals = tuple(names.items()), known.finals()
    one_run = is_one_crowd(finals)
    raced = tuple(entry for entry in entries if entry[0] in known.keys)
    hero(
        charts.finals_rows(finals, entries, session.bet),
        charts.finals_spec(is_dark(), end_of_finals(finals), raced, STAGE, one_run),
        key=f"finals-{one_run}-{hash(raced)}",
        alt=f"Mean reward of each contender{'' if one_run else ' with its 95 % interval'}, the "
        "highest first: "
        + "; ".join(f"{names[f.contender]} {measured(f.reward, 3)}" for f in finals),
    )


def rewards(session: RaceSession) -> None:
    """What visitors give each, over the visitors."""
    if session.raced is None or not session.known.keys:
        return
    known, names = session.known, session.shown.names
    entries, plan = tuple(names.items()), known.plan
    window = known.latest_visitors
    bands, drifts = {key: known.recent(key) for key in known.keys}, plan.drift == "halfway"
    hero(
        charts.band_rows(plan, bands, entries, 1.04, banded(session), STAGE),
        charts.reward_spec(is_dark(), plan.visitors, window, entries, drifts, STAGE),
        key=f"rewards-{hash(entries)}",
        alt="Mean reward of each contender over the visitors, in the end: "
        + "; ".join(f"{names[key]} {band.mean[-1]:.2f}" for key, band in bands.items()),
    )


def losses(session: RaceSession) -> None:
    """What each has lost by then, over the visitors."""
    if session.raced is None or not session.known.keys:
        return
    known, names = session.known, session.shown.names
    entries, plan = tuple(names.items()), known.plan
    bands, drifts = {key: known.regret(key) for key in known.keys}, plan.drift == "halfway"
    end = span_of(max(float(band.high.max()) for band in bands.values()), 10)
    hero(
        charts.band_rows(plan, bands, entries, end, banded(session), STAGE),
        charts.regret_spec(is_dark(), plan.visitors, end, entries, drifts, STAGE),
        key=f"losses-{end}-{hash(entries)}",
        alt="Cumulative regret of each contender over the visitors, in the end: "
        + "; ".join(f"{names[key]} {band.mean[-1]:,.0f}" for key, band in bands.items()),
    )
