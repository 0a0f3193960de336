"""The talk on the Play page: three visitors one by one, a hundred, a thousand, and the truth.

All that a screen says it reads off the loop's log: the last visitor's answer is that of its last
event. So a link, a reload and a step back show what was there.
"""

from collections.abc import Callable, Sequence
from functools import partial

from engine.worlds import World
from pages.parts.charts.base import STAGE
from pages.parts.charts.belief_rows import rows_of
from pages.parts.play import talk_figures as play_pictures
from pages.parts.play import talk_wording as play_words
from pages.parts.play.audience_talk import room_screens
from pages.parts.play.session import PlaySession
from pages.parts.scene.talk import Screen, Show, Stage
from pages.parts.text.rewards import answers_to

Act = Callable[[], bool]


def play_show(session: PlaySession) -> Show:
    """The talk about the loop that is shown."""
    screens = _whole(session) if session.may_change else _without_acts(session)
    return Show.of(screens, session.live.waiting > 0)


def _whole(session: PlaySession) -> Sequence[Screen]:
    opened = session.open
    in_show = Stage.in_link().act == "play"
    return [
        *(room_screens(opened.world, opened.loop.seed) if in_show else ()),
        *_visit(session, 1),
        *_visit(session, 2),
        *_visit(session, 3),
        _map(session, "map", "More visitors come next."),
        _crowd(session, 100, "Somebody walks in next: is it surer by now?"),
        *_visit(session, 4),
        _curve(session, "curve", truth=False),
        _crowd(session, 1_000, "The truth comes next: ask how many cells are right."),
        _map(session, "truth", "What could be earned at best comes next.", truth=True),
        _curve(session, "best", truth=True),
    ]


def _without_acts(session: PlaySession) -> Sequence[Screen]:
    """A past moment, or somebody else's loop: it can be shown, and stays as it is."""
    visitor, offer, _ = _visit(session, 1)
    last = [_answer(session, "answer", None)] if session.shown.loop.events else []
    return [
        visitor,
        offer,
        *last,
        _map(session, "map", "The curve comes next."),
        _curve(session, "curve", truth=False),
        _map(session, "truth", "What could be earned at best comes next.", truth=True),
        _curve(session, "best", truth=True),
    ]


def _visit(session: PlaySession, number: int) -> tuple[Screen, Screen, Screen]:
    """Somebody walks in, is offered something, and answers."""
    opened = session.shown
    hands = [item.label for item in opened.world.items]
    ask = Screen(
        f"visitor-{number}",
        partial(play_words.who_comes, opened),
        partial(play_pictures.beliefs, opened, asked=True),
        "Ask the room: what would you offer? Count hands with 1 to 9. The offer comes next.",
        hands,
        rows=rows_of(opened.world, STAGE),
    )
    offer = Screen(
        f"offer-{number}",
        partial(play_words.offered, opened),
        partial(play_pictures.beliefs, opened),
        "The dot is one draw from each bell; the highest wins. The visitor's answer comes next.",
    )
    name = f"answer-{number}"
    return ask, offer, _answer(session, name, partial(let_in, session, name))


def _answer(session: PlaySession, name: str, do: Act | None) -> Screen:
    return Screen(
        name,
        partial(play_words.answered, session.shown),
        partial(play_pictures.answer, session.shown),
        "Dashed is before the answer. Who else was like this visitor? Their bells moved, too.",
        do=do,
        undo=do and partial(take_back, session, name),
    )


def _crowd(session: PlaySession, size: int, then: str) -> Screen:
    name = f"crowd-{size}"
    return Screen(
        name,
        partial(play_words.crowd, session),
        partial(play_pictures.context_map, session.shown),
        f"{size:,} visitors answer by their hidden tastes. {then}",
        do=partial(let_in, session, name, size),
        undo=partial(take_back, session, name),
    )


def _map(session: PlaySession, name: str, then: str, truth: bool = False) -> Screen:
    return Screen(
        name,
        partial(play_words.learned, session.shown, truth),
        partial(play_pictures.context_map, session.shown, truth),
        f"One cell for each kind of visitor, in the colour of what it would offer there. {then}",
    )


def _curve(session: PlaySession, name: str, truth: bool) -> Screen:
    return Screen(
        name,
        partial(play_words.earned, session.shown, truth),
        partial(play_pictures.curve, session.shown, truth),
        _worths(session.shown.world),
    )


def _worths(world: World) -> str:
    """What the answers to the action are worth that is worth most."""
    answers = answers_to(world, int(world.worth.argmax()))
    told = " · ".join(f"{answer.label} {answer.reward:.3g}" for answer in answers)
    at_most = "" if world.worth.min() == world.worth.max() else " at most"
    return f"What an answer is worth{at_most}: {told}"


def let_in(session: PlaySession, name: str, crowd: int = 0) -> bool:
    """What a screen is about: one visitor, or a crowd; whether they come.

    How much was done before is noted, to take back just that.
    """
    acts = session.open.acts
    before = acts.before[name] = len(acts.done)
    if crowd:
        session.live.enqueue(crowd)
        return True
    session.live.step()
    return len(acts.done) > before


def take_back(session: PlaySession, name: str) -> None:
    """Take back what a screen is about, if it was done from here, and nothing since."""
    session.live.stop()
    acts = session.open.acts
    before = acts.before.pop(name, None)
    if before is not None and len(acts.done) == before + 1 and session.can_undo:
        session.undo()
