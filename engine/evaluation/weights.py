"""All that was learned, as a table: what each value, and each pair and triple of them, adds to the
expected reward of each action, whatever else a visitor is like."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.learners.base import Contribution, Group
from engine.loop.learning_loop import LearningLoop
from engine.steps import Steps
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Weight:
    """What some values of context fields together add to what an action is believed to earn.

    Attributes:
        values: field -> value, as the world calls it; of a list each tag, field.tag -> "true" or
            "false"; none for what the action adds whoever comes.
        action: its id.
        adds: in units of reward.
    """

    values: Mapping[str, str]
    action: str
    adds: Contribution


def weighing(loop: LearningLoop, world: World) -> Steps[list[Weight]]:
    """The weights of a loop in all contexts of a world, of a large one in those of some who come,
    the largest first; each context is a step.

    The loop is not to change meanwhile.
    """
    found: dict[tuple[tuple[tuple[str, str], ...], str], Weight] = {}
    online = loop.settings.learning_mode == "online"
    for cell in world.some().cells.tolist():
        context, request = world.contexts[cell], world.request(cell)
        sent = request.context_values
        for action, alone in zip(request.actions, np.eye(len(request.actions)), strict=True):
            for group, adds in loop.learner.contributions(request, alone, online).items():
                if isinstance(group, Group) and not group.every:
                    values = {
                        name: context[name]
                        if name in context
                        else json.dumps(sent.get(name, False))
                        for name in group.fields
                    }
                    place = tuple(values.items()), action.id
                    found.setdefault(place, Weight(values, action.id, adds))
        yield None
    return sorted(found.values(), key=lambda one: -abs(one.adds.mean))
