"""Content of a report, without layout. The engine computes all of its numbers."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from pages.parts.charts.base import Keys, Spec


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart to download.

    Attributes:
        title: one line.
        spec, rows: as in `pages.parts.scene.picture.picture`.
        keys: colours and their meanings, if the chart has no legend.
        marks: explanation of other marks, in a sentence, if the chart has none.
        dark: whether the chart has dark colours; those of reports are light.
        narrow: another chart to show on a phone.
    """

    title: str
    spec: Spec
    rows: pa.Table
    keys: Keys = ()
    marks: str = ""
    dark: bool = False
    narrow: "Figure | None" = None


@dataclass(frozen=True, slots=True)
class Report:
    """One page of results; all texts are plain text.

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

    @property
    def description(self) -> str:
        """Story and experiment, as one paragraph."""
        return f"{self.story} {self.about}".strip()

    @property
    def origin(self) -> str:
        """Source of the numbers: app, seed and date, in one line."""
        seeded = "" if self.seed is None else f" · Seed {self.seed}"
        return f"Personalizer Playground{seeded} · {self.made:%d %B %Y}"
