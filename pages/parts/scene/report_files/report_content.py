"""Content of a report, without layout. The engine computes all of its numbers."""

from dataclasses import dataclass
from datetime import date

from pages.parts.scene.part_types import Figure


@dataclass(frozen=True, slots=True)
class Report:
    """A page of results in plain text.

    Attributes:
        title: the question that the report answers.
        world: title of the world.
        story: the world's story.
        about: description of the experiment, in a line or two.
        figures: the main chart, and at most one more, for which a slide has no room.
        sentences: results with their numbers and intervals.
        seed: of the simulation; None if nothing was simulated.
        link: to the experiment; empty if nobody else can open it.
        made: date of the report.
        further: charts that are downloaded as files, but are not in the report.
        offered: (name, data URI) of each action with a picture file.
        actions: rows of a table of the simulated actions, the first with the heads of its columns;
            a slide has no room for it.
    """

    title: str
    world: str
    story: str
    about: str
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...]
    seed: int | None
    link: str
    made: date
    further: tuple[Figure, ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    actions: tuple[tuple[str, ...], ...] = ()

    @property
    def description(self) -> str:
        """Story and experiment as a single paragraph."""
        return f"{self.story} {self.about}".strip()

    @property
    def origin(self) -> str:
        """Source of the numbers: app, seed and date, in one line."""
        seed = "" if self.seed is None else f"Random seed {self.seed}"
        return " · ".join(
            filter(None, ["Personalizer Playground", seed, f"{self.made.day} {self.made:%B %Y}"])
        )
