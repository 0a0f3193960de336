"""Picture of a stage screen: a chart that fills its container."""

from collections.abc import Mapping
from typing import Any

from pages.parts.charts.stage_size import staged
from pages.parts.scene.chart_drawing import picture


def draw_stage_chart(rows: Any, spec: Mapping[str, Any], key: str, alt: str) -> None:
    """Draw a chart of the size of the stage.

    Args:
        alt: see `chart_drawing`.
    """
    picture(rows, staged(spec), f"stage-{key}", alt, height="stretch")
