"""Learned weights as a table: contribution of each value, pair and triple of values to the
expected reward of each action."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.learners.base import Contribution, Group
from engine.loop.learning_loop import LearningLoop
from engine.pausable_steps import Steps
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class LearnedWeight:
    """Contribution of some context values together to the believed reward of an action.

    Attributes:
        values: field -> value, by the world's names; for a list each tag, field.tag -> "true" or
            "false"; empty for the action's own contribution.
        action: its id.
        contribution: in units of reward.
    """

    values: Mapping[str, str]
    action: str
    contribution: Contribution


def learned_weights_steps(loop: LearningLoop, world: World) -> Steps[list[LearnedWeight]]:
    """Weights of a loop in the contexts of a world, in descending absolute size; each context is a
    step.

    For a large world only a sample of the contexts is used. The loop must not change meanwhile.
    """
    weights: dict[tuple[tuple[tuple[str, str], ...], str], LearnedWeight] = {}
    online = loop.settings.learning_mode == "online"
    for cell in world.some().cells.tolist():
        context, request = world.contexts[cell], world.request(cell)
        sent = request.context_values
        for action, indicator in zip(request.actions, np.eye(len(request.actions)), strict=True):
            for group, contribution in loop.learner.contributions(
                request, indicator, online
            ).items():
                if isinstance(group, Group) and not group.every:
                    values = {
                        name: context[name]
                        if name in context
                        else json.dumps(sent.get(name, False))
                        for name in group.fields
                    }
                    key = tuple(values.items()), action.id
                    weights.setdefault(key, LearnedWeight(values, action.id, contribution))
        yield None
    return sorted(weights.values(), key=lambda weight: -abs(weight.contribution.mean))
