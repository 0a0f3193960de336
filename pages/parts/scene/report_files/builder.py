"""Builds a report about a world: its scene, its partial rewards and the date."""

from engine.loop.clock import Clock, utc_now
from engine.worlds import World
from engine.worlds.success_levels import LEVELS, answers_of
from pages.parts.scene.part_types import Figure
from pages.parts.scene.qr import is_only_here
from pages.parts.scene.report_files.report_content import Report
from pages.parts.text.format import percent


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
) -> Report:
    """Return a report, dated today, about a world or an uploaded log; see `Report`."""
    return Report(
        title=title,
        world=world.title if world is not None else "A log of your own",
        story=_story(world) if world is not None else "",
        about=about,
        figures=figures,
        sentences=tuple(filter(None, sentences)),
        seed=seed,
        link="" if is_only_here(link) else link,
        made=clock().date(),
        further=further,
        offered=tuple((i.name, i.picture) for i in (world.items if world else ()) if i.picture),
    )


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
