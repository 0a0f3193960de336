"""The log of a session on Play whose prices and actions changed, in a bank's world."""

from dataclasses import replace

import pytest

from engine.worlds import key_of
from engine.worlds.action_changes import NewRates
from engine.worlds.draft_rows import ActionRow, rows_of
from pages.parts.evaluate import wording
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.work import job_queue
from tests.pages.own_bank import OWN_BANK


def serve(play: PlaySession, visitors: int) -> None:
    """Serve visitors in as many frames as a busy machine needs."""
    while visitors:
        visitors -= play.open.serve(visitors)


def evaluated(play: PlaySession, rule: str) -> tuple[LogEvaluation, EvaluateSetup]:
    setup = EvaluateSetup(world=key_of(OWN_BANK), log="play", rule=rule, item=1, truth=True)
    session = EvaluateSession(setup)
    session.adopt(setup, play.open.stored)
    while session.awaits:
        job_queue.jobs().turn()
        session.adopt(setup, play.open.stored)
    assert session.result is not None
    return session.result, setup


@pytest.mark.parametrize("price", [None, 600.0, 100.0])
def test_a_mean_and_its_interval_are_the_same_on_both_pages(price: float | None) -> None:
    """The mortgage talk, the dearest action, has another price after 100 visitors, or none has."""
    keep_at_hand(OWN_BANK)
    play = PlaySession(replace(PlaySetup(), world=key_of(OWN_BANK), seed=7))
    serve(play, 100)
    if price is not None:
        rows = [*rows_of(OWN_BANK.items, 0), ActionRow(70, "Gold card", worth=150.0)]
        rows[2] = replace(rows[2], worth=price)
        play.offer(rows, {70: NewRates("Insurance")})
        serve(play, 100)
    earned, _ = play.open.earnings()
    result, setup = evaluated(play, "always")
    rows_by_key = {row.target: row for row in result.rows}
    interval = wording.estimate_of(result, rows_by_key["online"], setup)
    assert interval is not None
    ends = interval.estimate, interval.low, interval.high
    assert ends == pytest.approx((earned.mean, earned.low, earned.high))
    assert 0 <= interval.low <= interval.high <= result.bounds[1]
    assert result.bounds[1] == pytest.approx(2 if price == 100 else 1)
    for row in result.rows:
        estimate = wording.estimate_of(result, row, setup)
        assert estimate is None or 0 <= estimate.low <= estimate.high <= result.bounds[1]
    assert result.truths.keys() >= {"online", "uniform", "rules", "action Premium card"}
    free = wording.estimate_of(result, rows_by_key["action Nothing new"], setup)
    assert free is not None
    assert (free.low, free.high) == (0, 0)
    assert [*result.log.places] == [item.id for item in play.open.world.items]
    said = any("The world changed after visitor 100." in s for s in wording.doubts(result, setup))
    assert said is (price is not None)


def test_a_rule_ends_with_its_action() -> None:
    keep_at_hand(OWN_BANK)
    play = PlaySession(replace(PlaySetup(), world=key_of(OWN_BANK), seed=7))
    serve(play, 60)
    kept = [row for row in rows_of(OWN_BANK.items, 0) if row.name != "Savings plan"]
    play.offer(kept)
    serve(play, 60)
    result, setup = evaluated(play, "always")
    assert "rules" not in {row.target for row in result.rows}
    assert any("Savings plan" in name for name in wording.names_of(result, setup).values())
    assert result.log.places["Savings plan"] == len(play.open.world.items)
