"""You choose: the verbs of a browser session, without a page."""

import pytest

from engine.experiments.person_duel import Duel
from engine.experiments.race.person_contender import Recorded
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds.coffee import COFFEE
from pages.parts.play.duel_session import DuelSession, Opponent
from pages.parts.play.page_settings import PlaySetup

OPPONENT: Opponent = (COFFEE, 7, PlaySetup(mode="apprentice").opponent_settings())


@pytest.fixture
def contest() -> DuelSession:
    """A duel after four visitors."""
    made = DuelSession()
    finish(made.going(OPPONENT, (0, 1, 2)))
    made.choose(3, 3)
    return made


def test_choices_are_those_of_a_duel_before_the_seeds_first_visitors(contest: DuelSession) -> None:
    duel = Duel(COFFEE, 7, [nth_visitor(COFFEE, 7, n) for n in range(4)], OPPONENT[2])
    finish(duel.choosing((0, 1, 2, 3)))
    assert contest.text == "0123"
    assert contest.duel.scores() == duel.scores()
    assert contest.duel.engine.settings.learning_mode == "online"
    assert contest.is_at(OPPONENT, (0, 1, 2, 3))
    assert Recorded("you", 7, contest.duel.choices).choices == duel.choices


def test_a_second_press_for_a_visitor_counts_for_nobody(contest: DuelSession) -> None:
    contest.choose(0, 3)
    contest.choose(0, 9)
    assert contest.text == "0123"


def test_undo_and_redo_lead_back_and_forth(contest: DuelSession) -> None:
    scores = contest.duel.scores()
    contest.undo()
    contest.undo()
    assert (contest.text, contest.toolbar_state) == ("01", (True, True))
    contest.redo()
    contest.redo()
    contest.redo()
    assert (contest.text, contest.toolbar_state) == ("0123", (True, False))
    assert contest.duel.scores() == scores
    contest.undo()
    contest.choose(1, 3)
    assert (contest.text, contest.can_redo) == ("0121", False)


def test_a_reset_is_taken_back_until_somebody_is_served(contest: DuelSession) -> None:
    contest.reset()
    assert (contest.text, contest.toolbar_state) == ("", (True, False))
    contest.undo()
    assert (contest.text, contest.can_undo) == ("0123", True)
    contest.undo()
    contest.reset()
    assert not contest.can_redo
    contest.undo()
    contest.redo()
    assert contest.text == "0123", "what had been taken back before it can be brought back"
    contest.reset()
    contest.choose(2, 0)
    contest.undo()
    contest.undo()
    assert (contest.text, contest.toolbar_state) == ("", (False, True))


def test_choices_are_kept_before_another_engine_and_not_for_others_visitors(
    contest: DuelSession,
) -> None:
    world, seed, settings = OPPONENT
    greedy = world, seed, PlaySetup(policy="greedy").opponent_settings()
    assert contest.kept_for(greedy) == (0, 1, 2, 3)
    assert contest.kept_for((world, seed + 1, settings)) == ()
    assert DuelSession().kept_for(OPPONENT) == ()
