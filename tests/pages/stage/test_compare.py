"""The talk on the Compare page: what a step lets happen is taken back by the step back."""

from typing import Literal

import pytest
import streamlit as st

from pages.parts.compare.comparison_cache import history_of
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.compare.stage_screens import compare_show
from pages.parts.scene.stage_show import SCREEN, advance

QUICK = CompareSetup(kind="service", crosses=0)
"""Visitors and the time of the switch do not depend on the learner; this learner is fast."""


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The query parameters of the address."""
    said: dict[str, str] = {}
    monkeypatch.setattr(st, "query_params", said)
    return said


def settle(session: CompareSession) -> None:
    """Advance until no automatic work remains."""
    while session.live.is_live:
        session.advance()


def step(session: CompareSession, by: Literal[1, -1]) -> None:
    """Take a step, including all of its visitors."""
    advance(compare_show(session), by)
    settle(session)


@pytest.mark.slow
def test_a_step_back_leads_to_the_visitors_and_the_switches_of_before(
    address: dict[str, str],
) -> None:
    session = CompareSession(QUICK)
    settle(session)
    begun = history_of(session.comparison)
    for _ in range(2):
        step(session, 1)
    online = history_of(session.comparison)
    assert (address[SCREEN], online.came, online.switches) == ("online", 500, (300,))
    step(session, -1)
    assert (address[SCREEN], history_of(session.comparison).switches) == ("watched", ())
    assert len(session.comparison) == 300
    step(session, -1)
    assert (address[SCREEN], history_of(session.comparison)) == ("watching", begun)


def test_what_was_done_before_the_talk_is_not_taken_back_by_it(address: dict[str, str]) -> None:
    session = CompareSession(QUICK)
    settle(session)
    address[SCREEN] = "online"
    step(session, -1)
    assert (address[SCREEN], len(session.comparison)) == ("watched", 100)
