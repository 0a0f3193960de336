"""A log of decisions by Vowpal Wabbit gives the same results here and in Vowpal Wabbit.

Its average loss without learning is the IPS estimate of its policy's loss.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import vowpalwabbit as wabbit

from engine.evaluation.estimators import Ips
from engine.evaluation.files.log_reader import open_log
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.target_policies import Baseline, GivenProbabilities, Target

EVENTS, DRINKS = 400, ["tea", "soup", "cake"]
TESTED = "--cb_adf -q :: --dsjson --quiet --no_stdin"
"""A policy without exploration, on the log."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Decisions of Vowpal Wabbit while learning, with their probabilities; 2 or 3 drinks are
    offered.
    """
    rng = np.random.default_rng(5)
    explorer = wabbit.Workspace("--cb_explore_adf --epsilon 0.2 -q :: --quiet --random_seed 3")
    rows = []
    for _ in range(EVENTS):
        weather = str(rng.choice(["rainy", "sunny"]))
        offered = DRINKS[: rng.integers(2, 4)]
        lines = [f"shared |c weather={weather}", *(f"|j drink={drink}" for drink in offered)]
        chances = np.array(explorer.predict(lines), dtype=float)
        chances /= chances.sum()
        shown = int(rng.choice(len(offered), p=chances))
        cost = -int(rng.random() < (0.7 if (shown == 0) == (weather == "rainy") else 0.2))
        lines[shown + 1] = f"0:{cost}:{chances[shown]} {lines[shown + 1]}"
        explorer.learn(lines)
        rows.append(
            {
                "_label_cost": cost,
                "_label_probability": chances[shown],
                "_label_Action": shown + 1,
                "_labelIndex": shown,
                "a": list(range(1, len(offered) + 1)),
                "p": chances.tolist(),
                "c": {
                    "FromUrl": [{"weather": weather}],
                    "_multi": [{"_tag": drink, "j": [{"drink": drink}]} for drink in offered],
                },
            }
        )
    result = tmp_path_factory.mktemp("vw") / "log.dsjson"
    result.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return result


def ips(path: Path, target: Target) -> float:
    (row,) = evaluate(open_log(path).batches(), [target], [Ips]).rows()
    assert row.events == EVENTS
    interval = row.intervals["ips"]
    assert interval is not None
    return interval.estimate


def loss(arguments: str) -> float:
    run = wabbit.Workspace(f"{TESTED} {arguments}")
    mean = float(run.get_sum_loss() / run.get_weighted_examples())
    run.finish()
    return mean


def test_what_it_loses_before_it_has_learned_is_what_the_first_action_would(path: Path) -> None:
    assert loss(f"-t -d {path}") == pytest.approx(-ips(path, Baseline()), abs=1e-6)


def test_what_it_loses_with_what_it_learned_is_what_its_choices_would(path: Path) -> None:
    model, choices = path.with_name("model.vw"), path.with_name("choices.txt")
    loss(f"-f {model} -d {path}")
    mean = loss(f"-t -i {model} -d {path} -p {choices}")
    chosen = [int(line.split(",")[0].split(":")[0]) for line in choices.read_text().split()]
    chances = np.zeros((EVENTS, len(DRINKS)))
    (log,) = open_log(path).batches()
    chances[np.arange(EVENTS), [log.actions.index(DRINKS[at]) for at in chosen]] = 1.0
    result = ips(path, GivenProbabilities("learned", chances))
    assert mean == pytest.approx(-result, abs=1e-6)
    assert result > ips(path, Baseline()) + 0.1
