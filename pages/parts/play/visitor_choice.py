"""Panels to choose the waiting visitor's context and to call the next visitor; choice of a slot."""

from collections.abc import Mapping

from engine.protocol.multi_slot import SLOT
from engine.worlds import key_of
from pages.parts.components.scene_view.panel_parts import Panel, Part, button, choice, panel
from pages.parts.play.current_loop import OpenLoop
from pages.parts.text.format import plain, printed

_NEXT = (
    "The next visitor walks in. If you have not answered this one, they answer as simulated. "
    "S: they answer in any case; N: in none."
)


def next_panel(opened: OpenLoop, is_closed: bool, keys: bool) -> Panel:
    """Return the panel with the button for the next visitor, and its keys."""
    wishes: dict[str, Mapping[str, object]] = {
        "S": {"walk": "step"},
        "N": {"pass": opened.arrivals.visit},
    }
    calling = button(
        "next",
        "Next",
        "skip_next",
        _NEXT,
        {"walk": "in"},
        keys=wishes if keys else {},
        disabled=is_closed,
    )
    return panel(calling)


def visitor_panel(opened: OpenLoop, is_live: bool) -> Panel:
    """Return the panel with each field of the context.

    Changes are "what if" questions and are not logged; they are disabled during live play.
    """
    world, context, visit = opened.world, opened.context, opened.arrivals.visit
    choices = (
        choice(
            f"{key_of(world)}-{field.name}",
            printed(plain(field.label)),
            [(value.name, printed(plain(value.label))) for value in field.values],
            context[field.name],
            {"field": field.name, "visit": visit},
            is_number=field.is_number,
            disabled=is_live,
        )
        for field in world.fields
        if not (world.slots and field.name == SLOT)
    )
    return panel(*choices)


def slot_choice(opened: OpenLoop, is_live: bool) -> Part | None:
    """Return the slots of the visitor's page, each with its offer, to choose the one displayed;
    None in a world without slots."""
    world, context = opened.world, opened.context
    if not world.slots:
        return None
    field = next(field for field in world.fields if field.name == SLOT)
    options = []
    for value, ranked in zip(field.values, opened.page(context), strict=True):
        done = " ✓" if opened.is_answered(ranked) else ""
        label = f"{value.label}{done}\n{world.items[ranked.shown].label}"
        options.append((value.name, printed(plain(label))))
    wish = {"field": SLOT, "visit": opened.arrivals.visit}
    key, label = "slots", printed(plain(field.label))
    return choice(key, label, options, context[SLOT], wish, is_number=False, disabled=is_live)
