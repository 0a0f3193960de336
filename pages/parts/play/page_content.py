"""Scene of the Play page: everything that a click changes, computed from the session.

Script runs and answers to clicks both draw it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pages.parts.charts.map_axes import Axes
from pages.parts.components.scene_view.panel_parts import Panel, answers, card, effect, panel
from pages.parts.components.scene_view.presses import MOST
from pages.parts.play import beliefs, click_wording, learned_panels
from pages.parts.play.offer_card import card_of
from pages.parts.play.session import PlaySession
from pages.parts.play.shown_offers import Offer
from pages.parts.play.visitor_choice import next_panel, slot_choice, visitor_panel
from pages.parts.scene.part_types import Figure
from pages.parts.text.answer_names import answers_to


@dataclass(frozen=True, slots=True)
class Look:
    """Display options of the page.

    Attributes:
        dark: True for the dark theme.
        axes: fields on the map's axes.
        keys: True if keys press the answers.
    """

    dark: bool
    axes: Axes
    keys: bool


@dataclass(frozen=True, slots=True)
class ClickScene:
    """Content of Play's panels.

    Attributes:
        session: name of the counter of clicks, see `Presses`.
        number: number of the scene in its session; a browser keeps the highest.
        taken: number of clicks counted before the scene.
        offer: displayed offer.
        panels: panels by name.
        around: state of the page outside the scene; a change needs a script run.
    """

    session: str
    number: int
    taken: int
    offer: Offer
    panels: Mapping[str, Panel]
    around: tuple[object, ...]

    @property
    def figures(self) -> dict[str, Figure]:
        """Charts by key."""
        return {key: fig for panel in self.panels.values() for key, fig in panel.figures.items()}

    def message(self, known: "ClickScene | None" = None) -> dict[str, object]:
        """Return JSON for the browser, without chart specifications from a ``known`` scene."""
        panels = {} if known is None else known.panels
        return {
            "session": self.session,
            "number": self.number,
            "taken": self.taken,
            "most": MOST,
            "panels": {name: part.but(panels.get(name)) for name, part in self.panels.items()},
        }


def scene_of(session: PlaySession, look: Look, offer: Offer) -> ClickScene:
    """Compute the next scene of a session."""
    ranked, opened, truth = offer.ranked, session.displayed, session.setup.truth
    step, is_now = session.first_step, session.time_travel.at is None
    favoured, curve = opened.favoured(look.axes.row, *look.axes.columns), opened.curve()
    asks = session.may_answer and not session.is_closed and step is None
    last = replace(click_wording.last(opened, asks, is_now), hint=session.first_minute.hint(step))
    visit = panel(
        slot_choice(opened, session.is_live),
        card(card_of(opened.world, ranked, opened.newcomers())),
        answers(
            answers_to(opened.world, ranked.shown),
            offer.payload,
            opened.loop.settings.default_reward,
            keys=look.keys,
            disabled=session.is_closed or opened.is_answered(ranked),
            is_primary=session.may_change and not session.is_for_crowds,
            is_first=step is not None and step != "crowd",
        ),
        effect(last),
    )
    is_busy = session.is_closed or session.live.playing
    panels = {
        "visit": visit,
        "next": next_panel(opened, is_busy, look.keys),
        "who": visitor_panel(opened, session.is_live),
        "picture": beliefs.picture_of(opened, ranked, truth, look.dark),
        "map": learned_panels.map_of(opened, favoured, look.axes, truth, look.dark),
        "earned": learned_panels.earned(opened, curve, truth, look.dark),
        "lost": learned_panels.lost(opened.world, curve, truth, look.dark),
        "moved": beliefs.why_it_moved(opened, look.dark),
    }
    around = (
        *session.refusals.sentences,
        beliefs.heading_of(opened, ranked),
        beliefs.query_of_last_click(opened),
        truth and bool(curve),
    )
    session.scenes += 1
    presses = session.presses
    return ClickScene(presses.session, session.scenes, presses.taken, offer, panels, around)
