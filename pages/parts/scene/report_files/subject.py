"""What all reports say of where they are from."""

import re

from engine.loop.clock import Clock, utc_now
from engine.worlds import World
from engine.worlds.levels import LEVELS, answers_of
from pages.parts.scene.report_files.letters import drawable, words_first
from pages.parts.scene.report_files.report import Figure, Report
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
    """A report of today about a world, or about what somebody sent."""
    label = world.title if world is not None else "A log of your own"
    story = _story(world) if world is not None else ""
    said = tuple(_with_words(sentence, world) for sentence in sentences if sentence)
    items = world.items if world is not None else ()
    offered = tuple((item.name, item.picture) for item in items if item.picture)
    told = title, label, story, about, figures, said, seed, link, clock().date()
    return Report(*told, further, offered)


def _with_words(sentence: str, world: World | None) -> str:
    """A sentence in which what is called by pictures alone is told by what these are called: none
    are drawn."""
    if world is None:
        return sentence
    values = (value.name for field in world.fields for value in field.values)
    names = {world.unit, *(item.name for item in world.items), *values}
    # All in one go, longer ones first: one may stand in another, which may have words of its own.
    pictured = sorted((name for name in names if drawable(name) != name), key=len, reverse=True)

    def told(found: re.Match[str]) -> str:
        return drawable(found[0]) if words_first(found[0]) == found[0] else found[0]

    return re.sub("|".join(map(re.escape, pictured)), told, sentence) if pictured else sentence


def _story(world: World) -> str:
    """What sets the scene, closed with a stop where something is said after it."""
    partial, story = _partial(world), world.story.strip()
    if partial and story and not story.endswith((".", "!", "?", "…")):
        story += "."
    return f"{story} {partial}".strip()


def _partial(world: World) -> str:
    """What partial rewards are worth, and how often each comes; nothing of a plain half."""
    if world.levels == LEVELS:
        return ""
    partial = [level for level in answers_of(world.levels) if level.is_partial]
    if len(partial) == 1:
        (level,) = partial
        name = f" ({level.name})" if level.name else ""
        return f"A partial reward{name} is worth {level.worth:.2f} of a whole one."
    whole = sum(level.share for level in partial)
    told = (
        f"{level.name or 'one'} {level.worth:.2f} ({percent(level.share / whole)})"
        for level in partial
    )
    what = "Partial rewards, as parts of a whole one, and how often each of them comes"
    return f"{what}: {', '.join(told)}."
