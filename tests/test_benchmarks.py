"""The comparison with other libraries stands on environments that are what they say."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.arrays import Array
from engine.protocol.request import parse_rank_request
from tests.benchmarks.environments import Environment, View
from tests.benchmarks.peer import Peer
from tests.benchmarks.regret import ENVIRONMENTS, play, run, run_all, tasks
from tests.benchmarks.second_family import DATA
from tests.benchmarks.standings import (
    Row,
    append,
    rank_table,
    ratio_table,
    read,
    regret_table,
    report,
    summary,
)

ROUNDS = 1_500
REAL = tuple(name for name in ENVIRONMENTS if name.split(":")[0] in DATA)
MADE = tuple(name for name in ENVIRONMENTS if name not in REAL)


@cache
def place_of(name: str, seed: int = 3) -> Environment:
    return ENVIRONMENTS[name](seed, ROUNDS)


PAIR = ("mabwiser LinUCB", "mabwiser LinUCB, tuned, crossed")
each = pytest.mark.parametrize("name", ENVIRONMENTS)


def sampled(place: Environment) -> Array:
    """What every action would earn, (T, K)."""
    rounds, actions = place.rewards.shape
    return np.array([[place.earned(t, k) for k in range(actions)] for t in range(rounds)])


# -- environments ---------------------------------------------------------------------


@each
def test_an_environment_is_the_same_for_the_same_seed_and_another_for_another(name: str) -> None:
    place, again = place_of(name), ENVIRONMENTS[name](3, ROUNDS)
    np.testing.assert_array_equal(place.rewards, again.rewards)
    np.testing.assert_array_equal(place.luck, again.luck)
    np.testing.assert_array_equal(place.plain.context, again.plain.context)
    for t in (0, 700, ROUNDS - 1):
        assert place.context(t) == again.context(t)
        assert place.actions(t) == again.actions(t)
    assert not np.array_equal(place.luck, ENVIRONMENTS[name](4, ROUNDS).luck)


@each
def test_what_is_offered_is_what_has_a_reward_and_what_each_view_shows(name: str) -> None:
    place = place_of(name)
    rounds, actions = place.rewards.shape
    assert rounds == len(place.luck) == len(place.plain.context) == ROUNDS
    for t in (0, 999, 1_000, ROUNDS - 1):
        request = parse_rank_request(place.actions(t), place.context(t))
        assert len(request.actions) == place.offered(t)
        assert np.isfinite(place.rewards[t, : place.offered(t)]).all()
    for view in filter(None, (place.plain, place.right)):
        assert len(view.context) == ROUNDS
        assert np.isfinite(view.context).all()
        assert view.articles is None or view.articles.shape[:2] == (rounds, actions)


@each
def test_what_is_sampled_earns_what_is_expected(name: str) -> None:
    place = place_of(name)
    excess = sampled(place) - place.rewards
    variance = np.nanmean(np.square(excess), axis=0)
    error = np.sqrt(variance / np.isfinite(excess).sum(axis=0))
    assert (np.abs(np.nanmean(excess, axis=0)) <= 4.5 * error + 1e-12).all()


@each
def test_no_action_is_the_best_for_all_unless_it_is_the_newcomer(name: str) -> None:
    rewards = place_of(name).rewards
    if name == "newcomer":
        assert (np.nanargmax(rewards[1_000:], axis=1) == 4).all()
        rewards = rewards[:1_000, :4]
    best = rewards.argmax(axis=1)
    assert np.bincount(best).max() < 0.7 * len(best)
    top, constant = rewards.max(axis=1).mean(), rewards.mean(axis=0).max()
    assert top - constant > 0.2 * (top - rewards.mean())


@each
def test_the_same_context_means_the_same_in_words_and_in_numbers(name: str) -> None:
    place = place_of(name)
    seen: dict[bytes, str] = {}
    for t in range(ROUNDS):
        words = repr(place.context(t))
        assert seen.setdefault(place.plain.context[t].tobytes(), words) == words
    assert len(set(seen.values())) == len(seen)


def test_rare_clicks_are_rare_and_narrow_rewards_narrow() -> None:
    assert place_of("rare").rewards.mean() == pytest.approx(0.03, abs=0.002)
    earned = sampled(place_of("narrow"))
    assert earned.min() >= 0.4
    assert earned.max() <= 0.6


def test_a_parity_cannot_be_told_from_fewer_fields() -> None:
    place = ENVIRONMENTS["parity_4"](0, 16_000)
    for left_out in range(4):
        kept = np.delete(place.plain.context, [2 * left_out, 2 * left_out + 1], axis=1)
        _, cell = np.unique(kept, axis=0, return_inverse=True)
        means = np.bincount(cell, place.rewards[:, 0]) / np.bincount(cell)
        assert np.abs(means - 0.5).max() < 0.1


def test_binned_numbers_fill_their_quantiles() -> None:
    codes = place_of("wine:words").plain.context
    assert (codes[:, :52].reshape(ROUNDS, 13, 4).mean(axis=0) > 0.15).all()


# -- runs -----------------------------------------------------------------------------


class Note(Peer):
    """Notes what it is told, and always chooses the last action."""

    def __init__(self, place: Environment) -> None:
        super().__init__(place, place.plain, 0)
        self.told: list[tuple[int, int]] = []
        self.round = -1

    def choose(self, t: int) -> int:
        self.round = t
        return self.place.offered(t) - 1

    def learn(self, t: int, chosen: int, reward: float) -> None:
        assert reward == self.place.earned(t, chosen)
        self.told.append((t, self.round))


def small(late: int, lost: NDArray[np.bool_] | None = None) -> Environment:
    rewards = np.array([[0.2, 0.9], [0.7, 0.1], [0.5, 0.5], [0.0, 1.0]])
    luck = np.array([0.1, 0.3, 0.6, 0.9])
    view = View(np.zeros((4, 1)))
    place = Environment(rewards, luck, lambda t: [], lambda t: [], view)
    return replace(place, late=late, lost=lost)


def test_what_is_lost_is_the_distance_from_the_best_of_the_round() -> None:
    np.testing.assert_allclose(play(small(0), Note(small(0))), [0, 0.6, 0, 0])


def test_a_reward_comes_as_late_as_said_and_a_lost_one_never() -> None:
    for late in (0, 2):
        place = small(late, lost=np.array([False, True, False, False]))
        note = Note(place)
        play(place, note)
        assert note.told == [(t, min(t + late, 3)) for t in (0, 2, 3)]


@pytest.mark.slow
def test_a_row_is_run_once_and_the_same_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    asked = [*tasks(["narrow", "priced"], ["ours"], range(1), 60)]
    assert len(asked) == 2
    run_all(asked[:1], path, jobs=1)
    first = path.read_text(encoding="utf-8")
    run_all(asked, path, jobs=1)
    assert path.read_text(encoding="utf-8").startswith(first)
    rows = read([path])
    assert [*rows] == asked
    assert run(asked[1]).curve == rows[asked[1]].curve
    assert len(rows[asked[1]].curve) == 10


def test_peers_run_only_where_they_can() -> None:
    asked = [*tasks(["newsfeed", "late"], PAIR, range(1), 9)]
    assert asked == [
        ("newsfeed", PAIR[0], 0, 9),
        ("late", PAIR[0], 0, 9),
        ("late", PAIR[1], 0, 9),
    ]
    assert run(asked[0]).failure == "knows nothing of new actions"


# -- tables ---------------------------------------------------------------------------


def row(learner: str, regret: float, seed: int = 0, place: str = "coffee") -> Row:
    return Row(place, learner, seed, 100, (regret / 2, regret))


ROWS = [
    row("ours", 30),
    row("ours, floor .05", 60),
    row("VW squarecb", 40),
    row("coba LinUCB", 20),
    row("coba LinUCB, tuned", 18),
    row("coba LinUCB, tuned, crossed", 10),
    row("coba LinUCB", 1_000, seed=1),
    Row("coffee", "mabwiser LinTS", 0, 100, failure="LinAlgError: singular"),
]


def test_ours_stands_beside_the_best_default_and_the_best_tuned_on_its_own_seeds() -> None:
    line = ratio_table(ROWS).loc["coffee, 100"]
    assert line["best default, plain"] == "coba LinUCB 20"
    assert line["ours / best default, plain"] == "1.50"
    assert line["best tuned, crosses"] == "coba LinUCB, tuned 10"
    assert line["ours, floor .05 / best tuned, crosses"] == "6.00"


def test_ranks_count_who_is_better_on_what_a_person_sends() -> None:
    ranks = rank_table(ROWS)["mean rank"].to_dict()
    assert ranks == {
        "coba LinUCB, tuned": 1,
        "coba LinUCB": 2,
        "ours": 3,
        "VW squarecb": 4,
        "ours, floor .05": 4,
    }


def test_the_table_tells_errors_and_who_cannot() -> None:
    line = regret_table([*ROWS, row("ours", 1, place="priced")]).loc
    assert line["coffee, 100", "coba LinUCB"] == "510 ± 490"
    assert line["coffee, 100", "mabwiser LinTS"] == "cannot"
    assert line["priced, 100", "coba LinUCB"] == ""


def test_the_summary_tells_how_far_ours_is_behind_at_worst() -> None:
    far = [row("ours", 80, place="priced"), row("coba LinUCB", 10, place="priced")]
    line = summary(ratio_table([*ROWS, *far])).loc["ours / best default, plain"]
    assert [*line] == ["3.46", "8.00 (priced, 100)", "1 of 2"]


def test_rows_of_a_later_file_count(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    append(one, row("ours", 30))
    append(two, row("ours", 20))
    assert [found.regret for found in read([one, two, tmp_path / "none"]).values()] == [20]


def test_a_report_has_no_ratios_where_ours_ran_alone() -> None:
    assert "Ours beside the best" in report(ROWS)
    alone = report([row("ours", 30)])
    assert "Ours beside the best" not in alone
    assert "Mean rank" in alone
