"""Joint frequencies of values in a draft: a table over the fields that depend on each other, by
the numbers of their rows, so that it survives renaming, insertion and removal.

Independent fields take no room in the table.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.worlds.draft_rows import ValueRow
from engine.worlds.world_contents import MAX_TIMES

Fields = Mapping[str, Sequence[ValueRow]]
"""Values of each field, by its name."""
MAX_SHARE = 1e6
"""Largest share of a value."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Joint frequencies of values; empty if all fields are independent.

    Attributes:
        ids: numbers of the rows of each bound field's values.
        times: for each combination, the last field changing fastest, its frequency relative to that
            of independent fields.
    """

    ids: tuple[tuple[int, ...], ...] = ()
    times: tuple[float, ...] = ()

    @property
    def table(self) -> Array:
        """Array of `times`, an axis per field."""
        return np.array(self.times or 1.0).reshape([len(ids) for ids in self.ids])


APART = Joint()
"""Independent fields."""


def joint_of(ids: Sequence[Sequence[int]], times: Sequence[float]) -> Joint:
    """Joint frequencies of some fields, without axes along which they are constant."""
    if not times:
        return APART
    table, axes = (
        np.array(times).reshape([len(numbers) for numbers in ids]),
        [tuple(numbers) for numbers in ids],
    )
    for axis in reversed(range(len(axes))):
        if (table == table.take([0], axis)).all():
            table = np.asarray(table.take(0, axis))
            del axes[axis]
    return Joint(tuple(axes), tuple(table.ravel().tolist())) if axes else APART


def bound_in(joint: Joint, fields: Fields) -> dict[str, int]:
    """Axis of each bound field."""
    axes = {number: axis for axis, ids in enumerate(joint.ids) for number in ids}
    bound: dict[str, int] = {}
    for name, rows in fields.items():
        known = (axes[row.id] for row in rows if row.id in axes)
        axis = next((candidate for candidate in known if candidate not in bound.values()), None)
        if axis is not None:
            bound[name] = axis
    return bound


def astray(joint: Joint, fields: Fields) -> ValueRow | None:
    """First value that is separated from the other bound values of its field, or mixed with those
    of another field, while a field is renamed row by row."""
    axes = {number: axis for axis, ids in enumerate(joint.ids) for number in ids}
    names, known = dict[int, str](), dict[str, int]()
    for name, rows in fields.items():
        for row in rows:
            axis = axes.get(row.id)
            if axis is not None and (
                names.setdefault(axis, name) != name or known.setdefault(name, axis) != axis
            ):
                return row
    return None


def has_room(joint: Joint, fields: Fields) -> bool:
    """Return True if the combinations of bound values fit the table."""
    many = math.prod(len(fields[name]) for name in bound_in(joint, fields))
    return many <= MAX_TIMES


def among(joint: Joint, before: Fields, after: Fields) -> Joint:
    """Transfer joint frequencies to other values: a new value gets the weighted mean of its
    field's previous values, and a removed field is summed over. Without room for the table, and
    with a value `astray`, the frequencies stay unchanged."""
    bound = bound_in(joint, after)
    ids = tuple(tuple(row.id for row in after[name]) for name in bound)
    if not joint.times or ids == joint.ids or astray(joint, after) or not has_room(joint, after):
        return joint
    frequency = {row.id: often_of(row) for rows in before.values() for row in rows}
    names, table = {axis: name for name, axis in bound.items()}, joint.table
    for axis, numbers in enumerate(joint.ids):
        weights = np.array([frequency.get(number, 0.0) for number in numbers])
        mean = np.average(table, axis=axis, weights=weights if weights.any() else None)
        mean = np.expand_dims(mean, axis)
        positions = {number: at for at, number in enumerate(numbers)}
        rows = after[names[axis]] if axis in names else ()
        parts = [table.take([positions[r.id]], axis) if r.id in positions else mean for r in rows]
        table = np.concatenate(parts or [mean], axis)
    removed = tuple(axis for axis in range(table.ndim) if axis not in names)
    table = table.transpose([*bound.values(), *removed]).reshape([len(numbers) for numbers in ids])
    times = tuple(float(f"{factor:.12g}") for factor in table.ravel().tolist())
    return APART if set(times) <= {1.0} else Joint(ids, times)


def times_in(joint: Joint, fields: Fields, names: Sequence[str]) -> Array:
    """Relative frequencies of combinations of these fields' values, an axis per field. The fields
    must include every bound field."""
    return np.broadcast_to(_placed(joint, fields, names), [len(fields[name]) for name in names])


def segments_come(joint: Joint, fields: Fields, by: Sequence[str]) -> Array:
    """Relative frequencies of segments of some fields, one axis per field."""
    others = [name for name in bound_in(joint, fields) if name not in by]
    times, shares = _placed(joint, fields, [*by, *others]), np.ones(())
    for name in reversed(others):  # Sum while the table is still small.
        times = (times * [often_of(row) for row in fields[name]]).sum(axis=-1)
    for name in by:
        shares = np.multiply.outer(shares, [often_of(row) for row in fields[name]])
    return np.asarray(shares * times)


def _placed(joint: Joint, fields: Fields, names: Sequence[str]) -> Array:
    """Table with an axis for each of some fields, of length 1 for independent ones; ones if the
    table belongs to other values, for lack of room or a value astray."""
    bound = bound_in(joint, fields)
    is_of = (joint.ids[at] == tuple(r.id for r in fields[name]) for name, at in bound.items())
    if len(bound) != len(joint.ids) or not all(is_of):
        return np.ones([1] * len(names))
    axes = [bound[name] for name in names if name in bound]
    return joint.table.transpose(axes).reshape(
        [len(fields[name]) if name in bound else 1 for name in names]
    )


def often_of(row: ValueRow) -> float:
    """Frequency of a value from its share, clipped to the valid range."""
    return min(max(0.0, row.often), MAX_SHARE)
