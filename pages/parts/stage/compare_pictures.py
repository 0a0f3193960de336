"""The pictures of the talk on the Compare page."""

from pages.parts.charts import comparison as charts
from pages.parts.charts.base import STAGE
from pages.parts.charts.labelled import span_of
from pages.parts.compare.session import CompareSession
from pages.parts.stage.picture import hero
from pages.parts.theme import is_dark


def match(session: CompareSession) -> None:
    """How often the apprentice chooses what is shown, over the visitors."""
    rows, _ = session.rows()
    if not rows:
        return
    span, switches = span_of(len(session.comparison)), session.switches
    hero(
        charts.match_rows(rows, switches, STAGE),
        charts.match_spec(is_dark(), span, bool(switches), STAGE),
        key=f"match-{span}",
        alt=f"Match rate of the apprentice over the visitors: {rows[-1]['recent']:.2f}; "
        f"a perfect copy would reach {rows[-1]['ceiling']:.2f}",
    )


def rewards(session: CompareSession) -> None:
    """What visitors give each of the three loops, over the visitors."""
    _, rows = session.rows()
    if not rows:
        return
    span, switches, last = span_of(len(session.comparison)), session.switches, rows[-1]
    hero(
        charts.reward_rows(rows, switches, size=STAGE),
        charts.reward_spec(is_dark(), span, bool(switches), False, STAGE),
        key=f"rewards-{span}",
        alt="Mean reward of the three loops over the visitors: "
        f"today's rules {last['baseline']:.2f}; apprentice {last['apprentice']:.2f}; "
        f"online from the start {last['online']:.2f}",
    )


def worse(session: CompareSession) -> None:
    """How many visitors were served worse than by today's rules, over the visitors."""
    _, rows = session.rows()
    if not rows:
        return
    span, switches, last = span_of(len(session.comparison)), session.switches, rows[-1]
    _, top = charts.bounds_of(rows, "_worse")
    hero(
        charts.sum_rows(rows, switches, "_worse", (0, top), STAGE),
        charts.cost_spec(is_dark(), span, bool(switches), top, STAGE),
        key=f"worse-{span}-{top}",
        alt="Visitors served worse than by today's rules, over the visitors: "
        f"apprentice {last['apprentice_worse']:,.0f}; "
        f"online from the start {last['online_worse']:,.0f}",
    )
