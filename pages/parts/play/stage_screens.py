"""Talk on the Play page: three visitors, a hundred, a thousand, and the truth.

Screens are derived from the loop's log: for example, the last answer is the last event's. So links,
reloads and steps back restore them.
"""

from collections.abc import Callable, Sequence
from functools import partial

from engine.worlds import World
from pages.parts.charts.base import STAGE
from pages.parts.charts.belief_rows import rows_of
from pages.parts.play.audience_vote import room_screens
from pages.parts.play.second_loop_screens import waste_screens
from pages.parts.play.session import PlaySession
from pages.parts.play.stage_actions import let_in, take_back
from pages.parts.play.stage_content import scene_of
from pages.parts.play.stage_wording import single
from pages.parts.scene.part_types import FigureStyle, Scene
from pages.parts.scene.show_acts import ROOM
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Screen, Show, Stage
from pages.parts.text.answer_names import answers_to
from pages.parts.text.theme import is_dark

Act = Callable[[], bool]


def play_show(session: PlaySession) -> Show:
    """Return the talk about the displayed loop."""
    scene = scene_of(session, FigureStyle(is_dark(), STAGE))
    screens = _whole(session, scene) if session.may_change else _without_acts(session, scene)
    return Show.of(screens, session.live.waiting > 0)


def _whole(session: PlaySession, scene: Scene) -> Sequence[Screen]:
    opened = session.open
    has_room = Stage.in_link().act == ROOM
    return [
        *(room_screens(opened.world, opened.loop.seed, "visitor-1") if has_room else ()),
        *_visit(session, scene, 1),
        _others(scene),
        *_visit(session, scene, 2),
        *_visit(session, scene, 3),
        _map(scene, "map", "Next: more visitors."),
        _crowd(session, scene, 100, "Next: another visitor. Is it surer by now?"),
        *_visit(session, scene, 4),
        _curve(session, scene, "curve"),
        _crowd(session, scene, 1_000, "Next: the truth. Ask how many cells are right."),
        *_truth(session, scene),
    ]


def _without_acts(session: PlaySession, scene: Scene) -> Sequence[Screen]:
    """Return the screens for a past moment or another owner's loop, which stay unchanged."""
    visitor, offer, _ = _visit(session, scene, 1)
    if not session.displayed.loop.events:
        return [visitor, offer, _map(scene, "map", "Each answer will fill some of them.")]
    return [
        visitor,
        offer,
        _answer(session, scene, "answer", None),
        _others(scene),
        _map(scene, "map", "Next: the curve."),
        _curve(session, scene, "curve"),
        *_truth(session, scene),
    ]


def _visit(session: PlaySession, scene: Scene, number: int) -> tuple[Screen, Screen, Screen]:
    """Return three screens: a visitor, an offer, and an answer."""
    world = session.displayed.world
    ask = screen(
        scene, f"visitor-{number}", "say-who", "asked",
        "Ask the audience what to offer. Count raised hands with the keys 1 to 9. Next: the offer.",
        hands=[item.label for item in world.items],
        rows=rows_of(world, STAGE),
    )  # fmt: skip
    offer = screen(
        scene, f"offer-{number}", "say-offer", "offered",
        "Each dot is a sample: one plausible guess at an offer's reward. The highest wins. "
        "Next: the visitor's answer.",
    )  # fmt: skip
    name = f"answer-{number}"
    return ask, offer, _answer(session, scene, name, partial(let_in, session, name))


def _answer(session: PlaySession, scene: Scene, name: str, do: Act | None) -> Screen:
    return screen(
        scene, name, "say-answer", "answered",
        "Dashed: before the answer. Which other visitors are similar? Their bells "
        "moved, too.",
        do=do,
        undo=do and partial(take_back, session, name),
    )  # fmt: skip


def _crowd(session: PlaySession, scene: Scene, size: int, then: str) -> Screen:
    name = f"crowd-{size}"
    return screen(
        scene, name, "say-crowd", "map",
        f"{size:,} visitors answer by their hidden tastes. {then}",
        do=partial(let_in, session, name, size),
        undo=partial(take_back, session, name),
    )  # fmt: skip


def _others(scene: Scene) -> Screen:
    """Return the map of an answer's effect on other visitors."""
    return screen(
        scene, "others", "say-others", "others",
        "Each number: how much expected reward this offer gained or lost against the best other "
        "offer. Visitors who have more in common with this one change more.",
    )  # fmt: skip


def _truth(session: PlaySession, scene: Scene) -> tuple[Screen, ...]:
    """Return the screens with the hidden truth: map, curve, regret, and a second loop's waste."""
    then = "A tick: the best offer. A corner: the best offer is another. Next: earnings."
    return (
        _map(scene, "truth", then, "say-right", "true-map"),
        _curve(session, scene, "best", "say-best", "true-rewards"),
        screen(
            scene, "regret", "say-missed", "missed",
            "Regret: the reward of the best offer minus that of the actual offer, summed up. "
            "A flat line means that nothing more is missed.",
        ),
        *waste_screens(session),
    )  # fmt: skip


def _map(scene: Scene, name: str, then: str, say: str = "say-learned", show: str = "map") -> Screen:
    note = "One cell for each kind of visitor, in the colour of the most likely offer."
    return screen(scene, name, say, show, f"{note} {then}")


def _curve(
    session: PlaySession, scene: Scene, name: str, say: str = "say-earned", show: str = "rewards"
) -> Screen:
    return screen(scene, name, say, show, _worths(session.displayed.world))


def _worths(world: World) -> str:
    """Return the rewards of the answers to the most valuable action."""
    answers = answers_to(world, int(world.worth.argmax()))
    worths = " · ".join(f"{answer.label} {single(world, answer.reward)}" for answer in answers)
    if world.worth.min() == world.worth.max():
        return f"Rewards of the answers: {worths}"
    return f"Highest rewards of the answers: {worths}"
