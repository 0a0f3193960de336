"""A chart in the size of the stage: type, marks and axes in a unit that grows with the window."""

from collections.abc import Mapping
from typing import Any

from pages.parts.charts.base import Spec

_UNIT = "max(0.6, min(windowSize()[0] / 1280, windowSize()[1] / 720)) + 0 * width"
"""One pixel of a window of 1280 x 720, as in the style sheet of the stage; with the width, so that
Vega computes it anew when the width changes."""
_UNITS = {"u": _UNIT, "px": "2 * u", "type": "28 * u", "least": "28 * u"}
_TYPE = {"fontSize", "labelFontSize", "titleFontSize"}
_LENGTHS = {
    *("dx", "dy", "xOffset", "yOffset", "strokeWidth", "thickness", "width", "cornerRadiusEnd"),
    *("labelPadding", "titlePadding", "labelLimit", "titleLimit", "labelLineHeight"),
}
_WIDE = 26
"""Letters of a legend's names from which each name has a line of its own."""
_FLAT = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleBaseline": "bottom",
    "titleX": 0,
    "titleY": {"expr": "(-16 * u)"},
}
"""Horizontal title above the chart, as a rotated title would be longer than the axis."""
CHANGE = "change"
"""Name of a layer that names changes above a chart."""
_ABOVE_CHANGES = {"titleY": {"expr": "(-52 * u)"}}
_AREAS = {"point", "circle", "square"}
_CONFIG = "config"


def staged(spec: Mapping[str, Any]) -> Spec:
    """The same specification in the size of the stage.

    Numbers of marks, axes, legends and the configuration become expressions of the unit ``u``: type
    is 28 u high, lengths are twice as many u as pixels on a page. A specification that defines
    ``u`` itself stays as it is.
    """
    params = spec.get("params", [])
    if any(param["name"] == "u" for param in params):
        return dict(spec)
    own = [param for param in params if param["name"] not in _UNITS]
    units = [{"name": name, "expr": expr} for name, expr in _UNITS.items()]
    scaled = {key: _scaled(value, key) for key, value in spec.items()}
    if any(layer.get("name") == CHANGE for layer in spec.get("layer", ())):
        for layer in scaled["layer"]:
            if "titleY" in (axis := layer["encoding"].get("y", {}).get("axis") or {}):
                axis |= _ABOVE_CHANGES
    return scaled | {"params": [*units, *own]}


def _scaled(value: Any, inside: str) -> Any:
    """A part of a specification, ``inside`` a property of that name."""
    if isinstance(value, list):
        return [_scaled(part, inside) for part in value]
    if not isinstance(value, dict):
        return value
    value = _laid_out(value, inside)
    in_config = inside.startswith(_CONFIG)
    if in_config or inside in {"mark", "axis", "legend"}:
        value |= {key: _length(value, key) for key, part in value.items() if _is_number(part)}
        if dash := value.get("strokeDash"):
            value["strokeDash"] = {"expr": f"[{', '.join(f'{2 * part:g} * u' for part in dash)}]"}
    return {
        key: _scaled(part, f"{_CONFIG}.{key}" if in_config else key) for key, part in value.items()
    }


def _laid_out(channel: dict[str, Any], name: str) -> dict[str, Any]:
    """An encoding channel with its title, legend or line widths laid out for the stage."""
    more: dict[str, Any] = {}
    scale, axis, legend = (channel.get(part) or {} for part in ("scale", "axis", "legend"))
    if legend and "columns" not in legend:
        # Expressions, as Vega updates a legend after a resize only if the layout uses them.
        columns = 1 if len("".join(scale.get("domain", ()))) > _WIDE else 2
        more["legend"] = legend | {"columns": columns, "columnPadding": {"expr": "24 * u"}}
    if name == "y" and axis.get("title") and "titleAngle" not in axis:
        more["axis"] = axis | _FLAT
    if name == "strokeWidth" and "range" in scale:
        # The range of a scale takes no expressions.
        more["scale"] = scale | {"range": [2 * width for width in scale["range"]]}
    return channel | more


def _length(part: Mapping[str, Any], key: str) -> Any:
    """A number of a mark, an axis or a legend as an expression, if it is a length or an area."""
    number, kind = part[key], part.get("type")
    if key in _TYPE:
        return {"expr": "28 * u"}
    if key == "size" and kind in _AREAS:
        return {"expr": f"{4 * number:g} * u * u"}
    if key == "height" and kind == "bar":
        return {"expr": f"min({2 * number:g} * u, 0.8 * bandwidth('y'))"}
    if number and (key in _LENGTHS or key in {"height", "size"}):
        return {"expr": f"({2 * number:g} * u)"}
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
