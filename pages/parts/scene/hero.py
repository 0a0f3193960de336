"""The picture of a screen: a chart that fills the place it has."""

from collections.abc import Mapping
from typing import Any

from pages.parts.charts.in_words import translated
from pages.parts.charts.stage_size import staged
from pages.parts.lessons.words import words
from pages.parts.scene.phrases import heard
from pages.parts.scene.picture import picture
from pages.parts.scene.talk import Stage


def hero(rows: Any, spec: Mapping[str, Any], key: str, alt: str) -> None:
    """Draw a chart of the size of the stage.

    Args:
        alt: see `picture`.
    """
    language = Stage.in_link().language
    if language != "en":
        told = words(language, "show")
        spec = told.written(spec)
        rows, spec, alt = *translated(rows, spec, told.charts), heard(alt, told)
    picture(rows, staged(spec), f"stage-{key}", alt, height="stretch")
