"""What all reports say of where they are from."""

from engine.loop.clock import Clock, utc_now
from engine.worlds import World
from pages.parts.report.report import Figure, Report


def report_on(
    world: World | None,
    title: str,
    about: str,
    figures: tuple[Figure, ...],
    sentences: tuple[str, ...],
    seed: int | None,
    link: str,
    clock: Clock = utc_now,
) -> Report:
    """A report of today about a world, or about what somebody sent."""
    label = world.title if world is not None else "A log of your own"
    story = world.story if world is not None else ""
    said = tuple(sentence for sentence in sentences if sentence)
    return Report(title, label, story, about, figures, said, seed, link, clock().date())
