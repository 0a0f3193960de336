"""Actions of steps in the talks on Play: visitors are served, and a step back undoes it."""

from pages.parts.play.session import PlaySession


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
