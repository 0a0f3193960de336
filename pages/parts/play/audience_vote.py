"""Talk in which the audience is the policy: six offers, next to the engine's for the same visitors.

Hands are counted for each action; the visitor is offered the action with the most hands. World,
seed and picks determine the talk, so the address contains them (`picks`), and a reload restores it.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from engine import PersonalizerError
from engine.evaluation.probability_parts import probability_parts
from engine.experiments.choice_codec import decode_choices, encode_choices
from engine.experiments.person_duel import Duel
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds import World
from pages.parts.charts.base import STAGE
from pages.parts.charts.belief_rows import belief_rows, rows_of
from pages.parts.charts.beliefs import belief_spec
from pages.parts.charts.lessons import score_rows, score_spec
from pages.parts.components.stage_front import MOST
from pages.parts.play.beliefs import SHOWN, believed
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Screen, Stage
from pages.parts.text.format import counted
from pages.parts.text.lesson_words import Words, words
from pages.parts.text.theme import is_dark
from pages.parts.work.stage_remotes import this_remote

VISITS = 6
PICKS = "picks"
"""Query parameter of the picks."""
_ROOM = "stage-room"
_SETTINGS = LoopSettings(policy=Thompson(agreement=1))


def room_screens(world: World, seed: int, then: str) -> Sequence[Screen]:
    """Return the screens: six visitors, then the rewards of the room and of the engine.

    Without counted hands, a step forward ends the vote, and no offer is made for the room.

    Args:
        then: name of the screen after the vote.
    """
    duel, said = _duel(world, seed), words("show")
    served = duel.served
    is_here = Stage.in_link().screen in {"", f"room-{served + 1}"}
    note, end = said.say("room_note"), "room-over" if served else then
    visits = [
        Screen(
            f"room-{number}",
            partial(_visitor_sentence, duel, said, number),
            partial(_beliefs, duel, number - 1),
            note,
            [item.label for item in world.items],
            do=partial(_pick, duel, number - 2) if number > 1 else None,
            undo=partial(_take_back, duel, number - 2),
            rows=rows_of(world, STAGE),
            otherwise=end,
        )
        for number in range(1, min(served + is_here + 1, VISITS) + 1)
    ]
    over = Screen(
        "room-over",
        partial(_scored, duel, said),
        partial(_curve, duel, said),
        said.say("room_over_note"),
        do=partial(_pick, duel, VISITS - 1),
        undo=partial(_take_back, duel, VISITS - 1),
        otherwise=end,
    )
    return [*visits, over] if served else visits


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


def _pick(duel: Duel, number: int) -> bool:
    """Offer the room's action to a visitor; return False if no hands were counted.

    A visitor who was served before is not served again.
    """
    hands, items = this_remote().hand_counts, duel.world.items
    if duel.served > number:
        return True
    if len(hands) != min(len(items), MOST) or not any(hands):
        return False
    duel.choose(items[picked(hands)].id, number)
    _write(duel)
    return True


def _take_back(duel: Duel, number: int) -> None:
    """Undo the offer to a visitor, if it is the last."""
    if duel.served == number + 1:
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
    sentence = said.say("room_who", number=number, all=VISITS, who=context)
    if not _has_rewards(duel):
        return sentence
    return f"{sentence} {said.say('room_sums', **_sums(duel))}"


def _beliefs(duel: Duel, place: int) -> None:
    """Draw the engine's beliefs about a visitor, without its offer."""
    world, loop = duel.world, duel.engine
    ranked = loop.preview(world.actions, world.features(duel.visitors[place].context))
    parts = probability_parts(ranked, loop.settings.policy)
    draw_stage_chart(
        belief_rows(world, is_dark(), ranked, parts, moment="asked", size=STAGE),
        belief_spec(world, is_dark(), SHOWN[ranked.mode][1], size=STAGE),
        key="beliefs",
        alt=f"A bell for each action: {believed(world, ranked)}",
    )


def _has_rewards(duel: Duel) -> bool:
    return any(map(any, duel.scores()))


def _sums(duel: Duel) -> dict[str, str]:
    own, other = (sum(scores) for scores in zip(*duel.scores(), strict=True))
    return {"you": f"{own:g}", "engine": f"{other:g}"}


def _scored(duel: Duel, said: Words) -> str:
    sentence = "room_over" if _has_rewards(duel) else "room_none"
    return said.say(sentence, visitors=counted(duel.served, "visitor"), **_sums(duel))


def _curve(duel: Duel, said: Words) -> None:
    """Draw the rewards so far; without any, the engine's beliefs about the last visitor."""
    if not _has_rewards(duel):
        _beliefs(duel, duel.served - 1)
        return
    names = said.say("room_you"), said.say("room_engine")
    draw_stage_chart(
        score_rows(names, duel.scores(), VISITS),
        score_spec(is_dark(), names, said.say("room_visits"), said.say("room_curve")),
        key="room",
        alt=_scored(duel, said),
    )
