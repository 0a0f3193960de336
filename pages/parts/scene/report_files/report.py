"""What a report holds: no layout, and no figure that the engine did not compute."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from pages.parts.charts.base import Keys, Spec


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart to take along.

    Attributes:
        title: what it shows, a line.
        spec, rows: as `pages.parts.scene.picture.picture` takes them.
        keys: colours with what they mean, where the chart itself does not say.
        marks: what else is in it, a sentence, in the same case.
        dark: whether it is drawn in the dark colours; those of reports are light.
        narrow: the same as it stands on a sheet that is no wider than a phone, if that is another.
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
    """One page about what happened; all texts are plain.

    Attributes:
        title: the question that it answers.
        world: its name.
        story: two sentences that set the scene.
        about: what was compared, or done, a line or two.
        figures: the picture, and at most one more, for which a slide has no room.
        sentences: what came of it, with figures and their intervals.
        seed: of what was simulated; None where nothing was.
        link: leads to what the report is about; empty where nobody else can see it.
        made: the day.
        further: charts that go along as files alone.
        offered: names of the actions that have picture files, with these.
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
    def origin(self) -> str:
        """Where its figures are from, a line."""
        seeded = "" if self.seed is None else f" · Seed {self.seed}"
        return f"Personalizer Playground{seeded} · {self.made:%d %B %Y}"
