"""All learned weights as a table."""

import math

import numpy as np
import pytest

from engine import LearningLoop
from engine.evaluation.learned_weights import learned_weights_steps
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS
from engine.worlds.gallery.registry import GALLERY

COFFEE = WORLDS["coffee"]


@pytest.mark.no_cover
@pytest.mark.parametrize("visitors", [0, 60])
def test_the_weights_of_a_visitor_sum_to_what_is_believed_above_the_mean_of_everything(
    visitors: int,
) -> None:
    loop = LearningLoop(seed=3)
    list(crowd(loop, COFFEE, visitors))
    result = finish(learned_weights_steps(loop, COFFEE))
    for cell in (0, 17, 35):
        context, request = COFFEE.contexts[cell], COFFEE.request(cell)
        for i, item in enumerate(COFFEE.items):
            parts = loop.learner.contributions(request, np.eye(4)[i])
            own = [
                one.contribution.mean
                for one in result
                if one.action == item.id and one.values.items() <= context.items()
            ]
            mean = float(loop.learner.belief(request).mean[i])
            assert math.fsum(own) + parts["everything"].mean == pytest.approx(mean, abs=1e-9)


def test_each_weight_is_listed_once_in_descending_order() -> None:
    loop = LearningLoop(seed=3)
    list(crowd(loop, COFFEE, 30))
    result = finish(learned_weights_steps(loop, COFFEE))
    assert len({(tuple(one.values.items()), one.action) for one in result}) == len(result)
    sizes = [abs(one.contribution.mean) for one in result]
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) > 0


def test_of_a_field_that_is_a_list_each_tag_has_weights() -> None:
    gym = GALLERY["gym"].world
    loop = LearningLoop(seed=3)
    list(crowd(loop, gym, 5))
    result = finish(learned_weights_steps(loop, gym))
    alone = [dict(one.values) for one in result if len(one.values) == 1]
    assert {"likes.calm": "true"} in alone
    assert {"age": "age 16-30"} in alone
