"""Builds a report about a world: its scene, its partial rewards and the date."""

from collections.abc import Iterator
from dataclasses import replace

from engine.loop.clock import Clock, utc_now
from engine.worlds import World
from engine.worlds.success_levels import LEVELS, answers_of
from pages.parts.scene.part_types import Figure
from pages.parts.scene.qr import is_only_here
from pages.parts.scene.report_files.report_content import Report
from pages.parts.text.format import percent
from pages.parts.text.reward_scale import RewardScale


def report_on(
    world: World | None,
    title: str,
    about: str,
    figures: tuple[Figure, ...],
    sentences: tuple[str, ...],
    seed: int | None,
    link: str,
    further: tuple[Figure, ...] = (),
    clock: Clock = utc_now,
    is_simulation: bool = False,
    truth: bool = True,
) -> Report:
    """Return a report, dated today, about a world or an uploaded log; see `Report`.

    Args:
        is_simulation: True to say that the world is simulated, with its actions and prices.
        truth: True to add the true rates of a simulation.
    """
    is_simulation = is_simulation and world is not None
    about = f"{about} {_SIMULATED}" if is_simulation else about
    name = world.title if world is not None else "A log of your own"
    return Report(
        title=title,
        world=f"Simulation: {name}" if is_simulation else name,
        story=_story(world) if world is not None else "",
        about=about,
        figures=figures,
        sentences=tuple(filter(None, sentences)),
        seed=seed,
        link="" if is_only_here(link) else link,
        made=clock().date(),
        further=further,
        actions=tuple(_actions(world, truth)) if is_simulation and world is not None else (),
        offered=tuple((i.name, i.picture) for i in (world.items if world else ()) if i.picture),
    )


_SIMULATED = (
    "The world is simulated: the numbers follow from assumed rates and prices, and are no "
    "measurement."
)
_MAX_ACTIONS = 12
"""Most actions in the table: those that earn most, or the first without the truth."""


def _actions(world: World, truth: bool) -> Iterator[tuple[str, ...]]:
    """Rows of the table of actions: name, price if there is any, and with the truth, assumed rate
    and mean reward. Empty without prices and truth."""
    scale, (chances, means) = RewardScale.of(world), world.item_means()
    has_prices = bool(world.unit) or any(item.value != 1 for item in world.items)
    amounts = replace(scale, unit="")  # The head of the column has the unit.
    unit = f"\u00a0{world.unit}" if world.unit else ""
    if not (has_prices or truth):
        return
    heads = ["Assumed rate", _capital(scale.title)] if truth else []
    yield "Action", *(["Pays"] if has_prices else []), *heads
    order = sorted(range(len(world.items)), key=lambda at: -means[at] if truth else 0.0)
    shown = sorted(order[:_MAX_ACTIONS])
    for at in shown:
        price = [f"{world.items[at].value:,g}{unit}"] if has_prices else []
        rate = f"{100 * chances[at]:.3g}\u00a0%", amounts.value(float(means[at]))
        yield world.items[at].name, *price, *(rate if truth else ())
    if rest := len(order) - len(shown):
        yield f"and {rest} more", *([""] if has_prices else []), *("" for _ in heads)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _story(world: World) -> str:
    """The world's story and its partial rewards; the story ends with a full stop before these."""
    partial, story = _partial_rewards(world), world.story.strip()
    if partial and story and not story.endswith((".", "!", "?", "…")):
        story += "."
    return f"{story} {partial}".strip()


def _partial_rewards(world: World) -> str:
    """Worth and frequency of each partial reward; empty for the default, one of a half."""
    if world.levels == LEVELS:
        return ""
    partial = [level for level in answers_of(world.levels) if level.is_partial]
    if len(partial) == 1:
        (level,) = partial
        if level.name:
            return f"A partial reward ({level.name}) is worth {level.worth:.2f} of a full one."
        return f"A partial reward is worth {level.worth:.2f} of a full one."
    total = sum(level.share for level in partial)
    levels = (
        f"{level.name or 'one'} {level.worth:.2f} ({percent(level.share / total)})"
        for level in partial
    )
    heading = "Partial rewards, as parts of a full one, and the frequency of each"
    return f"{heading}: {', '.join(levels)}."
