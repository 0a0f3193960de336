"""The reason for a choice and the marks in words, with the numbers of the chart."""

import html
import re

import pytest

from engine import EpsilonGreedy, Greedy, LearningLoop, LoopSettings, Softmax, Thompson, Uniform
from engine.evaluation.probability_parts import ProbabilityParts, probability_parts
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS
from pages.parts.play import offer_wording
from pages.parts.text.format import percent

WORLD = WORLDS["coffee"]
FIRST = WORLD.items[0].label


def told(markdown: str) -> str:
    """The displayed text: the label of an action without its picture."""
    return re.sub("[\N{WORD JOINER}*]", "", html.unescape(markdown))


def rankings(policy: Policy, visitors: int = 40, mode: LearningMode = "online") -> list[Ranked]:
    """Offers of a loop in each context."""
    loop = LearningLoop(LoopSettings(policy=policy, learning_mode=mode), seed=2)
    list(crowd(loop, WORLD, visitors))
    return [
        loop.preview(WORLD.actions, WORLD.features(context), event_id=str(i))
        for i, context in enumerate(WORLD.contexts)
    ]


def decided(ranked: Ranked, policy: Policy) -> str:
    return told(offer_wording.decided(WORLD, ranked, probability_parts(ranked, policy), policy))


def legend(ranked: Ranked, policy: Policy) -> str:
    return told(
        offer_wording.legend(WORLD, ranked, probability_parts(ranked, policy), False, False)
    )


def striped(ranked: Ranked, policy: Policy) -> str:
    return told(offer_wording.striped(WORLD, ranked, probability_parts(ranked, policy)))


def of_100(share: float) -> str:
    """A share as a frequency; displayed as certain only if it is."""
    if share not in {0.0, 1.0} and not 0.01 <= share <= 0.99:
        return "under 1 of 100" if share < 0.5 else "over 99 of 100"
    return f"{100 * share:.0f} of 100"


def test_without_a_floor_the_percentage_of_an_offer_is_its_share_of_samples() -> None:
    policy, found = Thompson(floor=0.0, agreement=1), 0
    for ranked in rankings(policy):
        label, chance = WORLD.items[ranked.shown].label, ranked.probabilities[ranked.shown]
        assert ranked.draw is not None
        assert decided(ranked, policy) == (
            f"{label} has the highest sample, as in {of_100(chance)} tries."
        )
        found += percent(chance) == f"{100 * chance:.0f}\u00a0%"
    assert found > 10


@pytest.mark.parametrize("agreement", [1, 4])
def test_the_stage_says_the_share_of_samples_only_where_one_decides(agreement: int) -> None:
    policy = Thompson(floor=0.0, agreement=agreement)
    for ranked in rankings(policy)[:5]:
        label, chance = WORLD.items[ranked.shown].label, ranked.probabilities[ranked.shown]
        sentence = offer_wording.highest_sample_in_short(
            WORLD, ranked, probability_parts(ranked, policy), policy
        )
        won = f"{label} has the highest sample, as in {of_100(chance)} tries."
        assert (told(sentence) == won) is (agreement == 1)


def test_of_the_textbook_the_highest_draw_is_told_or_that_chance_decided() -> None:
    policy = Thompson(floor=0.3, agreement=1)
    for ranked in rankings(policy):
        sentence, label = decided(ranked, policy), WORLD.items[ranked.shown].label
        if ranked.cause == "draw":
            won = [part.by_belief for part in probability_parts(ranked, policy)]
            share = won[ranked.shown] / sum(won)
            chance = percent(ranked.probabilities[ranked.shown])
            assert sentence == f"{label} has the highest sample, as in {of_100(share)} tries."
            turned = f"Some offers are random, so {of_100(share)} becomes {chance}."
            assert (turned in legend(ranked, policy)) == (percent(share) != chance)
            assert "Dots: one random sample each; may lie beyond 0 and 1." in legend(ranked, policy)
        else:
            assert sentence == (
                f"{label} was chosen at random: 30\u00a0% of offers are kept for exploration."
            )
            assert "Dots:" not in legend(ranked, policy)
        assert "Hollow" not in legend(ranked, policy)


def test_where_draws_must_agree_it_is_said_how_that_makes_the_chance() -> None:
    policy, found = Thompson(floor=0.05), 0
    for ranked in rankings(policy):
        if ranked.cause != "draw":
            continue
        sentence = re.search(
            r"It wins (.*) \(hollow bar\); as 4 must agree, its chance is (.*) \(full\)",
            decided(ranked, policy),
        )
        assert sentence
        wins = probability_parts(ranked, policy)[ranked.shown].win_rate
        assert wins is not None
        if 0.01 <= wins <= 0.99:
            assert sentence[1] == f"{100 * wins:.0f} of 100"
            found += 1
        assert sentence[2] == percent(ranked.probabilities[ranked.shown])
        assert "Hollow" in legend(ranked, policy)
    assert found > 10


def test_what_decided_takes_two_lines_beside_a_map_at_most_where_draws_must_agree() -> None:
    """560 pixels at 1280 x 720 hold 82 letters or more, after the description of the visitor."""
    movies, policy = WORLDS["movies"], Thompson()
    who = max(len(" · ".join(context.values())) for context in movies.contexts)
    name = max(len(item.label) for item in movies.items)
    ranked = next(one for one in rankings(policy) if one.cause == "draw")
    parts = [ProbabilityParts(1.0, 0.0, 0.999)] * 4
    sentence = told(offer_wording.decided(WORLD, ranked, parts, policy))
    rest = len(sentence) - len(WORLD.items[ranked.shown].label)
    assert who + len(". ") + name + rest <= 2 * 82


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 of 100"), (0.001, "under 1 of 100"),
     (0.43, "43 of 100"), (0.999, "over 99 of 100"),
     (1.0, "100 of 100")],
)  # fmt: skip
def test_uncertain_probabilities_are_not_displayed_as_certain(share: float, words: str) -> None:
    policy = Thompson()
    ranked = next(one for one in rankings(policy) if one.cause == "draw")
    parts = [ProbabilityParts(1.0, 0.0, share)] * 4
    assert words in told(offer_wording.decided(WORLD, ranked, parts, policy))


@pytest.mark.parametrize(
    ("policy", "said"),
    [(Thompson(floor=0.05, agreement=1), "Striped: 5\u00a0% of offers are kept for exploration, "
      f"half for {FIRST}, the first action, and half for all."),
     (EpsilonGreedy(0.2), "Striped: 20\u00a0% of offers are kept for exploration, the same share "
      "for each."),
     (Uniform(), "Striped: 100\u00a0% of offers are kept for exploration, the same share "
      "for each.")],
)  # fmt: skip
def test_what_is_kept_for_learning_is_said_with_its_share(policy: Policy, said: str) -> None:
    ranked = rankings(policy)[0]
    assert said in striped(ranked, policy)


@pytest.mark.parametrize("policy", [Greedy(), Softmax(), Thompson(floor=0.0)], ids=repr)
def test_where_nothing_is_kept_nothing_is_said_of_it(policy: Policy) -> None:
    assert striped(rankings(policy)[0], policy) == ""


def test_policies_without_draws_tell_what_decided() -> None:
    best = rankings(Greedy())[0]
    label, mean = WORLD.items[best.shown].label, max(best.means)
    assert decided(best, Greedy()) == (
        f"{label} has the highest expected reward, {mean:.2f}, so it is offered."
    )
    blank = rankings(Greedy(), visitors=0)[0]
    assert "Nothing learned so far separates the offers" in decided(blank, Greedy())
    soft = rankings(Softmax())[0]
    assert decided(soft, Softmax()).endswith(
        "chosen at random; its chance is the length of its bar."
    )


def test_of_an_apprentice_todays_choice_and_its_own_are_told_apart() -> None:
    policy = Thompson()
    sentences = {decided(one, policy) for one in rankings(policy, 3, mode="apprentice")}
    today = f"Today's rules choose {FIRST}, and it is shown. The apprentice would have chosen "
    assert all(sentence.startswith(today) for sentence in sentences)
    assert f"{today}it, too." in sentences
    assert len(sentences) > 1
    watched = rankings(policy, 3, mode="apprentice")[0]
    assert "of predictions are random" in striped(watched, policy)
    logged = rankings(policy, 3, mode="logging_only")[0]
    assert decided(logged, policy) == (
        f"Today's rules choose {FIRST}, and it is always shown. Nothing is imitated."
    )
    assert striped(logged, policy) == ""
