"""All on Play that an answer changes, as a projection of the session.

A run of the page draws it, or the answer itself does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pages.parts.charts.map_axes import Axes
from pages.parts.components.panel import Panel
from pages.parts.components.reward_buttons import told_of
from pages.parts.play import beliefs, learned, moved
from pages.parts.play.offer import offer_of
from pages.parts.play.offers import Offer
from pages.parts.play.session import PlaySession
from pages.parts.play.who import who_is_there
from pages.parts.text.rewards import answers_to


@dataclass(frozen=True, slots=True)
class Look:
    """What the page knows of its reader.

    Attributes:
        dark: whether it is drawn in the dark colours.
        axes: the fields that the map spreads out.
        keys: whether keys press the answers.
    """

    dark: bool
    axes: Axes
    keys: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn.

    Attributes:
        number: how many there were of this session.
        told: what each panel is told: that, whose it is, and how many presses they have taken.
        offer: what is on the screen from here on.
        visit: what the reward buttons are told.
        panels: by their names.
        around: of what else stands on the page all that follows the loop: where that is another,
            the page has to be drawn.
    """

    number: int
    told: Mapping[str, object]
    offer: Offer
    visit: Mapping[str, object]
    panels: Mapping[str, Panel]
    around: tuple[object, ...]


def scene_of(session: PlaySession, look: Look, offer: Offer) -> Scene:
    """What is to be drawn in a frame that begins with an offer."""
    ranked, opened, truth = offer.ranked, session.shown, session.setup.truth
    step, is_now = session.first_step, session.moments.at is None
    favoured, curve = opened.favoured(look.axes.row, *look.axes.columns), opened.curve()
    asks = session.may_answer and not session.is_closed and step is None
    session.scenes += 1
    visit = told_of(
        session.presses,
        session.scenes,
        offer_of(opened.world, ranked),
        answers_to(opened.world, ranked.shown),
        replace(moved.last(opened, asks, is_now), hint=session.first_minute.hint(step)),
        offer.told,
        opened.loop.settings.default_reward,
        session.is_closed,
        look.keys,
    )
    is_busy = session.is_closed or session.live.playing
    panels = {
        "who": who_is_there(opened, session.is_live, is_busy, look.keys),
        "picture": beliefs.picture_of(opened, ranked, truth, look.dark),
        "map": learned.map_of(opened, favoured, look.axes, truth, look.dark),
        "earned": learned.earned(opened, curve, truth, look.dark),
        "lost": learned.lost(opened.world, curve, truth, look.dark),
        "moved": beliefs.why_it_moved(opened, session.may_change and not truth, look.dark),
    }
    around = (
        *session.refusals.sentences,
        beliefs.heading_of(opened, ranked),
        beliefs.asked_of_the_last(opened),
        truth and bool(curve),
    )
    told = {name: visit[name] for name in ("session", "number", "taken")}
    return Scene(session.scenes, told, offer, visit, panels, around)
