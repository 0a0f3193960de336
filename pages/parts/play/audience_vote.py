"""Talk in which the audience is the policy: six offers, next to the engine's for the same visitors.

Hands are counted for each action; the visitor is offered the action with the most hands. World,
seed and picks determine the talk, so the address contains them (`picks`), and a reload restores it.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from engine import PersonalizerError
from engine.experiments.choice_codec import decode_choices, encode_choices
from engine.experiments.person_duel import Duel
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import World
from pages.parts.charts.lessons import score_rows, score_spec
from pages.parts.components.stage_front import MOST
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Screen
from pages.parts.text.format import plain
from pages.parts.text.lesson_words import Words, words
from pages.parts.text.theme import is_dark
from pages.parts.work.stage_remotes import this_remote

VISITS = 6
PICKS = "picks"
"""Query parameter of the picks."""
_ROOM = "stage-room"
_SETTINGS = LoopSettings(policy=Thompson(agreement=1))


def room_screens(world: World, seed: int) -> Sequence[Screen]:
    """Return the screens: six visitors, then the rewards of the room and of the engine."""
    duel, said = _duel(world, seed), words("show")
    hands = [item.label for item in world.items]
    note = said.say("room_note")
    visits = [
        Screen(
            f"room-{number}",
            partial(_visitor_sentence, duel, said, number),
            partial(_menu, duel, said),
            note,
            hands,
            do=partial(_pick, duel, number - 2) if number > 1 else None,
            undo=partial(_take_back, duel) if number > 1 else None,
        )
        for number in range(1, VISITS + 1)
    ]
    over = Screen(
        "room-over",
        partial(_scored, duel, said),
        partial(_curve, duel, said),
        said.say("room_over_note"),
        do=partial(_pick, duel, VISITS - 1),
        undo=partial(_take_back, duel),
    )
    return [*visits, over]


def begin_anew() -> None:
    """Discard the picks."""
    st.session_state.pop(_ROOM, None)
    st.query_params.pop(PICKS, None)


def _duel(world: World, seed: int) -> Duel:
    """Return the two loops of this browser session, restored from the address if necessary."""
    known: Duel | None = st.session_state.get(_ROOM)
    if known is None or (known.world, known.seed) != (world, seed):
        visitors = [nth_visitor(world, seed, number) for number in range(VISITS)]
        known = st.session_state[_ROOM] = Duel(world, seed, visitors, _SETTINGS)
        with suppress(PersonalizerError):
            for position in decode_choices(st.query_params.get(PICKS, ""), world)[:VISITS]:
                known.choose(world.items[position].id)
    return known


def picked(hands: Sequence[int]) -> int:
    """Return the position with the most hands; the first if no hand was raised."""
    return max(range(len(hands)), key=hands.__getitem__) if hands else 0


def _pick(duel: Duel, number: int) -> None:
    """Offer the room's action to a visitor, unless the visitor was served before."""
    counted = this_remote().hand_counts
    items = duel.world.items
    hands = counted if len(counted) == min(len(items), MOST) else ()
    duel.choose(items[picked(hands)].id, number)
    _write(duel)


def _take_back(duel: Duel) -> None:
    duel.undo()
    _write(duel)


def _write(duel: Duel) -> None:
    text = encode_choices(duel.choices)
    if text:
        st.query_params[PICKS] = text
    else:
        st.query_params.pop(PICKS, None)


# -- what is shown --------------------------------------------------------------------


def _visitor_sentence(duel: Duel, said: Words, number: int) -> str:
    world, visitor = duel.world, duel.visitors[number - 1]
    labels = {(f.name, v.name): v.label for f in world.fields for v in f.values}
    context = ", ".join(labels[name, value] for name, value in visitor.context.items())
    return said.say("room_who", number=number, all=VISITS, who=context)


def _menu(duel: Duel, said: Words) -> None:
    """Draw the actions with the keys that count hands, and the previous visitor's rewards."""
    with st.container(key="stage-names"):
        for place, item in enumerate(duel.world.items, 1):
            st.markdown(f":gray[{place}] **{plain(item.label)}**")
    if not duel.served:
        return
    items = duel.world.items
    own, other = (items[choices[-1]].label for choices in (duel.choices, duel.engine_choices))
    (gave, gave_other), sums = duel.scores()[-1], _sums(duel)
    with st.container(key="stage-words"):
        last = {"own": own, "other": other, "gave": f"{gave:g}", "gave_other": f"{gave_other:g}"}
        st.markdown(said.say("room_last", **last))
        st.markdown(said.say("room_sums", **sums))


def _sums(duel: Duel) -> dict[str, str]:
    own, other = (
        (sum(scores) for scores in zip(*duel.scores(), strict=True)) if duel.served else (0, 0)
    )
    return {"you": f"{own:g}", "engine": f"{other:g}"}


def _scored(duel: Duel, said: Words) -> str:
    return said.say("room_over", served=duel.served, **_sums(duel))


def _curve(duel: Duel, said: Words) -> None:
    names = said.say("room_you"), said.say("room_engine")
    draw_stage_chart(
        score_rows(names, duel.scores(), VISITS),
        score_spec(is_dark(), names, said.say("room_visits"), said.say("room_curve")),
        key="room",
        alt=_scored(duel, said),
    )
