"""Actions of steps in the talks on Play: visitors are served, and a step back undoes it."""

from collections.abc import Sequence

from pages.parts.play.session import PlaySession
from pages.parts.scene.show_acts import ACTS
from pages.parts.scene.stage_show import Stage


def begin_act(session: PlaySession) -> None:
    """Begin an act of a show with a new loop; if it is opened at a later screen, let the visitors
    of the earlier screens come."""
    stage = Stage.in_link()
    if stage.begins_act:
        if session.open.loop.events:
            session.reset()
    elif stage.act and not session.open.loop.events:
        session.live.enqueue(visitors_until(ACTS[stage.act].screens, stage.screen))


def visitors_until(screens: Sequence[str], name: str) -> int:
    """Return the number of visitors whom a talk serves up to a screen."""
    shown = screens[: screens.index(name) + 1] if name in screens else ()
    kinds = [screen.rpartition("-") for screen in shown]
    crowds = sum(int(number) for kind, _, number in kinds if kind == "crowd")
    return crowds + sum(kind == "answer" for kind, _, _ in kinds)


def let_in(session: PlaySession, name: str, crowd: int = 0) -> bool:
    """Serve a screen's visitor or crowd; return True if visitors come.

    The number of earlier acts is noted for `take_back`.
    """
    acts = session.open.undo_stack
    before = acts.before[name] = len(acts.done)
    if crowd:
        session.live.enqueue(crowd)
        return True
    session.live.step()
    return len(acts.done) > before


def take_back(session: PlaySession, name: str) -> None:
    """Undo a screen's act if it was done from this session and is the last."""
    session.live.stop()
    acts = session.open.undo_stack
    before = acts.before.pop(name, None)
    if before is not None and len(acts.done) == before + 1 and session.can_undo:
        session.undo()
