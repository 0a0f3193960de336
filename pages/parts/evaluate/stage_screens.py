"""Talk about a log: naive averages, estimates, truth."""

from functools import partial

from pages.parts.charts.base import STAGE
from pages.parts.components.stage_presentation import Talk
from pages.parts.evaluate.address import loop_in_link, open_loop
from pages.parts.evaluate.page_content import scene_of
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import chart_ends
from pages.parts.scene.part_types import FigureStyle
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Show
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.theme import is_dark
from pages.parts.work.session_singletons import session_of

_GUESSES = (0.9, 0.7, 0.5, 0.3, 0.1)
"""Guesses to count hands for, as parts of the chart."""


def open_talk() -> Talk:
    """Return the talk about the log in the address."""
    stored = open_loop(open_link(EvaluateSetup))
    session = session_of(EvaluateSession, lambda: EvaluateSession(current_setup(EvaluateSetup)))
    session.adopt(current_setup(EvaluateSetup), stored)
    write_link(session.setup, loop=loop_in_link(session))
    return Talk(partial(evaluate_show, session), session)


def _guesses(session: EvaluateSession) -> tuple[str, ...]:
    """Return guesses in the scale of the log."""
    if session.result is None:
        return tuple(f"about {part}" for part in _GUESSES)
    scale = session.result.log.scale
    low, high = chart_ends(session.result, session.setup)
    digits = max(scale.digits - 1, 0) if scale.unit else 1
    numbers = (scale.number(low + part * (high - low)) for part in _GUESSES)
    unit = f" {scale.unit}" if scale.unit else ""
    return tuple(f"about {number:,.{digits}f}{unit}" for number in numbers)


def evaluate_show(session: EvaluateSession) -> Show:
    """Return the screens about the evaluated log."""
    scene = scene_of(session, FigureStyle(is_dark(), STAGE))
    return Show.of(
        [
            screen(
                scene, "report", "say-looks", "looks",
                "Ask: offered to everybody, what would it earn? Count hands with 1 to "
                "5. Next: the answer of the log.",
                hands=_guesses(session),
            ),
            screen(
                scene, "asked", "say-served", "told",
                "It was shown to those who like it. The log has the probability of "
                "each offer, so an unlikely offer counts for many.",
            ),
            screen(
                scene, "truth", "say-truth", "true",
                "The world is simulated, so the truth is known. Count the diamonds "
                "inside their bars.",
            ),
        ],
        session.is_live,
    )  # fmt: skip
