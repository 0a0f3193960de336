"""A chart of a page as it stands on the stage: its type and marks in the stage's unit.

For specifications that know no `Size` of their own; see there for the unit.
"""

from collections.abc import Mapping
from typing import Any

from pages.parts.charts.base import STAGE, Spec

_TYPE = {"fontSize", "labelFontSize", "titleFontSize"}
_LENGTHS = {
    *("dx", "dy", "strokeWidth", "thickness", "height", "width", "cornerRadiusEnd"),
    *("labelPadding", "titlePadding", "labelLimit", "labelLineHeight"),
}
_BETWEEN = {"expr": "24 * u"}
"""Beside names of a legend. As it follows the window, a legend is laid out anew with it: for larger
letters alone it would not be."""
_WIDE = 26
"""Letters of a legend's names from which each has a line of its own."""
_FLAT = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleBaseline": "bottom",
    "titleX": 0,
    "titleY": {"expr": STAGE.expr(-8)},
}
"""The title of a vertical axis lies above the picture: upright, it is longer than that is high."""
_AREAS = {"point", "circle", "square"}
_CONFIG = "config"


def staged(spec: Mapping[str, Any]) -> Spec:
    """The same specification in the type of the stage."""
    if any(one.get("name") == "u" for one in spec.get("params", [])):
        return dict(spec)
    found: Spec = {key: _scaled(value, key) for key, value in spec.items()}
    return found | {"params": [*STAGE.signals, *spec.get("params", [])]}


def _scaled(value: Any, inside: str) -> Any:
    """Numbers of marks, axes, legends and of the configuration, as expressions."""
    if isinstance(value, list):
        return [_scaled(one, inside) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("legend") and len("".join(value.get("scale", {}).get("domain", ()))) > _WIDE:
        value = {**value, "legend": {**value["legend"], "columns": 1}}
    if inside == "y" and value.get("axis") and value["axis"].get("title"):
        value = {**value, "axis": {**value["axis"], **_FLAT}}
    known = inside in {"mark", "axis", "legend"} or inside.startswith(_CONFIG)
    # Columns are laid out for the type of a page, and names here are wider.
    is_wide = inside == "legend" and "orient" in value
    found: dict[str, Any] = {"columns": 2} if is_wide else {}
    for key, one in value.items():
        is_number = isinstance(one, int | float) and not isinstance(one, bool)
        if known and is_number and key in _TYPE:
            found[key] = {"expr": STAGE.type_expr(one)}
        elif known and is_number and key in _LENGTHS and one:
            found[key] = {"expr": STAGE.expr(one)}
        elif inside == "mark" and is_number and key == "size":
            is_area = value.get("type") in _AREAS
            found[key] = {"expr": f"{4 * one:g} * u * u" if is_area else STAGE.expr(one)}
        else:
            found[key] = _scaled(one, f"{_CONFIG}.{key}" if inside.startswith(_CONFIG) else key)
    return found | ({"columnPadding": _BETWEEN} if is_wide else {})
