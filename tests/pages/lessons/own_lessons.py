"""Custom lessons: one in a ready world, and random ones from Hypothesis."""

import json
from typing import Any

from hypothesis import strategies as st

from engine import LoopSettings
from engine.experiments.loop_questions import LoopQuestion
from engine.experiments.recorded_acts import Act, Change, Crowd, Playthrough, Visit
from engine.policies.epsilon_greedy import EpsilonGreedy
from engine.policies.thompson import Thompson
from engine.worlds import WORLDS, Context, World, world_from_json
from pages.parts.lessons.own.own_lesson import OwnLesson
from tests.engine.worlds.random_worlds import BAKERY

DAVE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}
TOLD: dict[str, Any] = {
    "format": "personalizer-playground-lesson",
    "version": 1,
    "title": "Dave in the rain",
    "question": "What does it make of one answer?",
    "reveal": "It uses it for all who seem alike.",
    "note": "",
    "loop": {
        "world": "coffee",
        "seed": 7,
        "settings": {"policy": {"kind": "Thompson", "agreement": 1}, "crosses": 2},
        "played": [
            {"crowd": 6},
            {"context": DAVE, "reward": 1},
            {"settings": {"crosses": 1}},
            {"context": DAVE, "reward": None},
        ],
    },
    "guess": {"kind": "offered", "visitors": 8, "context": DAVE, "action": "Latte"},
    "check": {"kind": "moves", "context": DAVE, "action": "Latte", "seen": DAVE, "reward": 0.5},
}


def told(place: str = "", value: object = None, *, without: bool = False) -> dict[str, Any]:
    """Return the lesson's JSON with one place changed or removed."""
    changed: dict[str, Any] = json.loads(json.dumps(TOLD))
    if place:
        *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        inner: Any = changed
        for part in path:
            inner = inner[part]
        if without:
            del inner[last]
        else:
            inner[last] = value
    return changed


SENTENCE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
SETTINGS = st.sampled_from(
    [
        LoopSettings(),
        LoopSettings.classic(),
        LoopSettings(policy=Thompson(agreement=1), crosses=1, default_reward=-0.5),
        LoopSettings(policy=EpsilonGreedy(epsilon=0.25), learning_mode="apprentice"),
    ]
)


def contexts(world: World) -> st.SearchStrategy[Context]:
    return st.sampled_from(world.contexts)


def acts(world: World) -> st.SearchStrategy[Act]:
    rewards = st.none() | st.floats(-1, 1)
    return st.one_of(
        st.builds(Crowd, st.integers(1, 60)),
        st.builds(Visit, contexts(world), rewards),
        st.builds(Change, SETTINGS),
    )


def asked(world: World) -> st.SearchStrategy[LoopQuestion]:
    who, more = contexts(world), st.integers(0, 1_000)
    action = st.sampled_from([item.id for item in world.items])
    rows, columns, *_ = (field.name for field in world.fields)
    map_ = {"rows": st.just(columns), "columns": st.just(rows)}
    return st.one_of(
        st.builds(LoopQuestion, st.just("where"), more, who, action, **map_),
        st.builds(
            LoopQuestion, st.just("rises"), action=action, seen=who, reward=st.floats(0, 1), **map_
        ),
        st.builds(LoopQuestion, st.just("rewarded"), st.integers(1, 1_000)),
        st.builds(LoopQuestion, st.just("offered"), more, who, action),
        st.builds(LoopQuestion, st.just("favourite"), more, who),
        st.just(LoopQuestion("single")),
        st.builds(LoopQuestion, st.just("moves"), st.just(0), who, action, who, st.floats(0, 1)),
    )


@st.composite
def lessons(draw: st.DrawFn) -> OwnLesson:
    """A lesson in a ready world, or in a custom one."""
    world = draw(st.sampled_from([*WORLDS.values(), world_from_json(BAKERY)]))
    played = Playthrough(world, draw(SETTINGS), tuple(draw(st.lists(acts(world), max_size=6))))
    title, question, reveal = (draw(SENTENCE) for _ in range(3))
    note, seed = draw(st.just("") | SENTENCE), draw(st.integers(0, 999_999))
    guess, check = draw(asked(world)), draw(asked(world))
    return OwnLesson(title, question, reveal, note, played, seed, guess, check)
