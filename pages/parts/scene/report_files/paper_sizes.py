"""Paper sizes of reports."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper size.

    Attributes:
        name: label of its links.
        width, height: in points, 72 to an inch.
        text_size: of sentences, in points; the template derives all other sizes.
        is_slide: whether one chart stands beside the sentences, instead of all charts above them.
        chart_width: of charts, in pixels, before scaling to the paper.
    """

    name: str
    width: float
    height: float
    text_size: float
    is_slide: bool
    chart_width: int


PAPERS: Mapping[str, Paper] = {
    "a4": Paper("A4", 595.28, 841.89, 12, False, 660),
    "16-9": Paper("16:9", 960, 540, 15, True, 680),
}
"""Papers by their key in file names."""
