"""Scenes in a report: selected figures and sentences on one sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.worlds import World
from pages.parts.scene.part_types import Figure, Scene
from pages.parts.scene.report_files.builder import report_on
from pages.parts.scene.report_files.report_content import Report
from pages.parts.text.format import printed


@dataclass(frozen=True, slots=True)
class Sheet:
    """Selection of a scene's parts for a report, by name.

    Attributes:
        title: the question answered by the report.
        about: text that describes the experiment.
        figures: figures on the sheet; a slide has room for the first only.
        sentences: texts with the results, one line each.
        further: figures for download as files.
    """

    title: str
    about: str
    figures: tuple[str, ...]
    sentences: tuple[str, ...]
    further: tuple[str, ...] = ()


def report_of(
    scene: Scene,
    sheet: Sheet,
    world: World | None,
    seed: int | None,
    link: str,
    is_simulation: bool = False,
    truth: bool = True,
) -> Report:
    """Return a report of the parts selected by a sheet; see `report_on`."""
    lines = [line for name in sheet.sentences for line in scene.text(name).splitlines()]
    return report_on(
        world,
        sheet.title,
        printed(scene.text(sheet.about)),
        _figures(scene, sheet.figures),
        tuple(printed(line.removeprefix("- ")) for line in lines if line),
        seed,
        link,
        _figures(scene, sheet.further),
        is_simulation=is_simulation,
        truth=truth,
    )


def _figures(scene: Scene, names: Sequence[str]) -> tuple[Figure, ...]:
    return tuple(figure for name in names if (figure := scene.figure(name)))
