"""Python code that reproduces a loop's last event outside the app."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from pprint import pformat

import engine
from engine import LearningLoop, LoopSettings
from engine.loop.entries import Configured, Ranked, WorldChanged
from engine.loop.event import EventState
from engine.loop.multi_slot import by_slot, events_of_call
from engine.simulation.simulated_visitors import Visitor, nth_visitor
from engine.worlds import WORLDS, World, key_of

_HEAD = '''\
{imports}
from engine.simulation.simulated_visitors import crowd
from engine.worlds import {known}

world = {world}
loop = LearningLoop({settings}, seed={seed})


def visit(context, reward):
    """One visitor and the reward they gave; None is no answer."""
    answer = loop.rank(world.actions, world.features(context))
    if reward is None:
        loop.expire(answer.event_id)
    else:
        loop.reward(answer.event_id, reward)
    return answer

'''


_PAGE = '''

def visit_page(context, rewards):
    """One visitor and the rewards by slot; None is no answer, a slot left out still waits."""
    page = dict(zip(world.slots, loop.ask_multi_slot(world.multi_slot(context))))
    for slot, reward in rewards.items():
        if reward is None:
            loop.expire(page[slot].event_id)
        else:
            loop.reward(page[slot].event_id, reward)
    return page[world.slots[-1]].answer()

'''


def reproduce(loop: LearningLoop, world: World) -> str:
    """Return a script that replays the log of a loop and prints the last event's Rank answer.

    Simulated visitors with the world's own answers are served by `crowd`, visitors with a person's
    answer one by one. Empty for a loop without events.
    """
    settings, *steps = _steps(loop, world)
    if not loop.events:
        return ""
    last = next(ranked for ranked in reversed(list(loop.log)) if isinstance(ranked, Ranked))
    while steps.pop().startswith(("loop.", "world = ")):
        pass
    known, expression = _in_python(world)
    if any(step.startswith("world = ") for step in steps):
        known = ", ".join(sorted({known, "world_from_json"}))
    names = {"imports": _imports(loop), "known": known, "world": expression}
    slots = len(_last(loop, world).slots)
    head = _HEAD.format(**names, settings=settings, seed=loop.seed)
    lines = [head.rstrip("\n") + "\n" + _PAGE if slots else head]
    for step, run in groupby(steps):
        same = list(run)
        visitors = len(same) * (slots or 1)
        crowd = f"for _ in crowd(loop, world, visitors={visitors}):\n    pass"
        lines += [crowd] if step == _CROWD else same
    if last.slot is not None:
        last = loop.events[last.slot.call].ranked
    lines += [f"answer = {_visit(loop, _last(loop, world), last)}", "print(answer.to_json())"]
    return "\n".join(lines) + "\n"


def _last(loop: LearningLoop, world: World) -> World:
    """Return the world at the last event."""
    for entry in loop.log:
        if isinstance(entry, WorldChanged) and entry.before < len(loop.events):
            world = entry.world
    return world


_CROWD = "crowd"


def _in_python(world: World) -> tuple[str, str]:
    """Return the import from `engine.worlds`, and the world as an expression."""
    key = key_of(world)
    if key in WORLDS:
        return "WORLDS", f"WORLDS[{key!r}]"
    data = pformat(world.to_json(), width=99, compact=True, sort_dicts=False)
    return "world_from_json", f"world_from_json(\n{data}\n)"


def _imports(loop: LearningLoop) -> str:
    """Return the import lines for the settings."""
    policies = {type(e.settings.policy) for e in loop.log if isinstance(e, Configured)}
    public = {p.__name__ for p in policies if getattr(engine, p.__name__, None) is p}
    priced = any(e.settings.prices for e in loop.log if isinstance(e, Configured))
    public |= {"ActionPrice"} if priced else set()
    names = ", ".join(sorted({"Hypothesis", "LearningLoop", "LoopSettings"} | public))
    rules = any(e.settings.baseline for e in loop.log if isinstance(e, Configured))
    own = ["from engine.loop.baseline_rule import BaselineRow, BaselineRule"] if rules else []
    own += [
        f"from {p.__module__} import {p.__name__}" for p in policies if p.__name__ not in public
    ]
    return "\n".join(["import datetime\n", f"from engine import {names}", *own])


def _steps(loop: LearningLoop, world: World) -> Iterator[str]:
    """Yield the first settings, then a step for each event and each change."""
    settings: LoopSettings | None = None
    number = 0
    for entry in loop.log:
        if isinstance(entry, Configured):
            yield _change(settings, entry.settings)
            settings = entry.settings
        elif isinstance(entry, WorldChanged):
            world = entry.world
            yield f"world = {_in_python(world)[1]}"
        elif isinstance(entry, Ranked):
            if entry.slot is None or entry.slot.number == 0:
                yield _visit(loop, world, entry, nth_visitor(world, loop.seed, number))
            number += 1


def _change(old: LoopSettings | None, new: LoopSettings) -> str:
    base = old or LoopSettings()
    changed = ", ".join(
        f"{f.name}={getattr(new, f.name)!r}"
        for f in fields(LoopSettings)
        if getattr(new, f.name) != getattr(base, f.name)
    )
    return f"LoopSettings({changed})" if old is None else f"loop.configure({changed})"


def _visit(loop: LearningLoop, world: World, ranked: Ranked, own: Visitor | None = None) -> str:
    """Return the call for a visitor; `_CROWD` for the crowd's visitor with the world's answers.

    ``ranked`` is the visitor's only ranking, or that of the first slot of a page.
    """
    states, context = {"": loop.events[ranked.event_id]}, world.context_of(ranked.request)
    if ranked.slot is not None:
        states = dict(by_slot(events_of_call(loop.events, ranked.slot.call)))
    if own and context == own.context and all(_is_own(loop, world, s) for s in states.values()):
        return _CROWD
    rewards = {slot: _reward(state) for slot, state in states.items()}
    if ranked.slot is None:
        return f"visit({context!r}, {rewards['']!r})"
    given = {slot: reward for slot, reward in rewards.items() if states[slot].rewards}
    return f"visit_page({context!r}, {given!r})"


def _reward(state: EventState) -> float | None:
    """Return the reward that was sent; None for the default reward."""
    return state.rewards[0] if state.open and state.rewards else None


def _is_own(loop: LearningLoop, world: World, state: EventState) -> bool:
    """Return True if an event has the answer of the crowd's visitor of its number."""
    uniform = nth_visitor(world, loop.seed, state.number).uniform
    context = world.context_of(state.ranked.request)
    value = world.answer(context, state.ranked.action_id, uniform)
    return state.open and state.rewards == [value]
