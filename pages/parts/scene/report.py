"""Scenes in a report: the figures and sentences that a page names, on one sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.worlds import World
from pages.parts.scene.parts import Figure, Scene
from pages.parts.scene.report_files.builder import report_on
from pages.parts.scene.report_files.report import Report
from pages.parts.text.format import printed


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a report takes of a scene, by the names of parts.

    Attributes:
        title: the question that it answers.
        about: text that says what was compared or done.
        figures: on the sheet; a slide has room for the first alone.
        sentences: texts with what came of it, a line each.
        further: figures that go along as files.
    """

    title: str
    about: str
    figures: tuple[str, ...]
    sentences: tuple[str, ...]
    further: tuple[str, ...] = ()


def report_of(
    scene: Scene, sheet: Sheet, world: World | None, seed: int | None, link: str
) -> Report:
    """Lay out the parts that a sheet names."""
    said = [line for name in sheet.sentences for line in scene.text(name).splitlines()]
    return report_on(
        world,
        sheet.title,
        printed(scene.text(sheet.about)),
        _figures(scene, sheet.figures),
        tuple(printed(line.removeprefix("- ")) for line in said if line),
        seed,
        link,
        _figures(scene, sheet.further),
    )


def _figures(scene: Scene, names: Sequence[str]) -> tuple[Figure, ...]:
    return tuple(figure for name in names if (figure := scene.figure(name)))
