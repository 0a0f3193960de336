"""Talk about a log: naive averages, estimates, truth."""

from functools import partial

from pages.parts.charts.base import STAGE
from pages.parts.components.stage_presentation import Talk
from pages.parts.evaluate.address import loop_in_link, open_loop
from pages.parts.evaluate.page_content import scene_of
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.scene.part_types import FigureStyle
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Show
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.theme import is_dark
from pages.parts.work.session_singletons import session_of

_GUESSES = ("about 0.9", "about 0.7", "about 0.5", "about 0.3", "about 0.1")


def open_talk() -> Talk:
    """Return the talk about the log in the address."""
    stored = open_loop(open_link(EvaluateSetup))
    session = session_of(EvaluateSession, lambda: EvaluateSession(current_setup(EvaluateSetup)))
    session.adopt(current_setup(EvaluateSetup), stored)
    write_link(session.setup, loop=loop_in_link(session))
    return Talk(partial(evaluate_show, session), session)


def evaluate_show(session: EvaluateSession) -> Show:
    """Return the screens about the evaluated log."""
    scene = scene_of(session, FigureStyle(is_dark(), STAGE))
    return Show.of(
        [
            screen(
                scene, "report", "say-looks", "looks",
                "Ask: offered to everybody, what would it earn? Count hands with 1 to "
                "5. Next: the answer of the log.",
                hands=_GUESSES,
            ),
            screen(
                scene, "asked", "say-served", "told",
                "It was shown to those who like it. The log has the probability of "
                "each offer, so an unlikely offer counts for many.",
            ),
            screen(
                scene, "truth", "say-served", "true",
                "The world is simulated, so the truth is known. Count the diamonds "
                "inside their bars.",
            ),
        ],
        session.is_live,
    )  # fmt: skip
