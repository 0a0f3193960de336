"""How often values of fields come together in a draft: a table over the fields that are bound to
one another, by the numbers of their rows, so that it stays whatever is renamed, added or taken out.

Any other field comes independently, and takes no room in it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.worlds.place import MAX_TIMES
from engine.worlds.rows import ValueRow

Fields = Mapping[str, Sequence[ValueRow]]
"""The values of each field, by its name."""
MAX_SHARE = 1e6
"""Of a value."""


@dataclass(frozen=True, slots=True)
class Joint:
    """How often values come together; nothing where all fields come independently.

    Attributes:
        ids: of each bound field the numbers of its values' rows.
        times: for each combination of these, the last field changing fastest, how many times as
            often as the shares of its values alone say it comes.
    """

    ids: tuple[tuple[int, ...], ...] = ()
    times: tuple[float, ...] = ()

    @property
    def table(self) -> Array:
        """The same, one axis a field."""
        return np.array(self.times or 1.0).reshape([len(ids) for ids in self.ids])


APART = Joint()
"""All fields come independently."""


def joint_of(ids: Sequence[Sequence[int]], times: Sequence[float]) -> Joint:
    """What is known of some fields, without those along which nothing differs."""
    if not times:
        return APART
    table, left = np.array(times).reshape([len(one) for one in ids]), [tuple(one) for one in ids]
    for axis in reversed(range(len(left))):
        if (table == table.take([0], axis)).all():
            table = np.asarray(table.take(0, axis))
            del left[axis]
    return Joint(tuple(left), tuple(table.ravel().tolist())) if left else APART


def bound_in(joint: Joint, fields: Fields) -> dict[str, int]:
    """The fields that are bound to one another, each with the place of its axis."""
    axes = {number: axis for axis, ids in enumerate(joint.ids) for number in ids}
    found: dict[str, int] = {}
    for name, rows in fields.items():
        known = (axes[row.id] for row in rows if row.id in axes)
        axis = next((one for one in known if one not in found.values()), None)
        if axis is not None:
            found[name] = axis
    return found


def astray(joint: Joint, fields: Fields) -> ValueRow | None:
    """The first value that stands in another field than others of its own that are bound, or with
    those of another: as long as a field is being called something else, row by row."""
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
    """Whether there is room for all combinations of the values of bound fields."""
    many = math.prod(len(fields[name]) for name in bound_in(joint, fields))
    return many <= MAX_TIMES


def among(joint: Joint, before: Fields, after: Fields) -> Joint:
    """The same among other values: with one that was not there, as with all of its field that
    were, each counting by its share; so a field taken out is summed over. What there is no room
    for, and whatever is `astray`, stays as it was, until that is no more."""
    bound = bound_in(joint, after)
    ids = tuple(tuple(row.id for row in after[name]) for name in bound)
    if not joint.times or ids == joint.ids or astray(joint, after) or not has_room(joint, after):
        return joint
    often = {row.id: often_of(row) for rows in before.values() for row in rows}
    names, table = {axis: name for name, axis in bound.items()}, joint.table
    for axis, numbers in enumerate(joint.ids):
        weights = np.array([often.get(number, 0.0) for number in numbers])
        mean = np.average(table, axis=axis, weights=weights if weights.any() else None)
        mean = np.expand_dims(mean, axis)
        places = {number: at for at, number in enumerate(numbers)}
        rows = after[names[axis]] if axis in names else ()
        parts = [table.take([places[r.id]], axis) if r.id in places else mean for r in rows]
        table = np.concatenate(parts or [mean], axis)
    gone = tuple(axis for axis in range(table.ndim) if axis not in names)
    table = table.transpose([*bound.values(), *gone]).reshape([len(one) for one in ids])
    times = tuple(float(f"{one:.12g}") for one in table.ravel().tolist())
    return APART if set(times) <= {1.0} else Joint(ids, times)


def times_in(joint: Joint, fields: Fields, names: Sequence[str]) -> Array:
    """How many times as often combinations of the values of these fields come, one axis a field;
    all that are bound are among them."""
    return np.broadcast_to(_placed(joint, fields, names), [len(fields[name]) for name in names])


def segments_come(joint: Joint, fields: Fields, by: Sequence[str]) -> Array:
    """How often segments of some fields come, relative to one another, one axis a field."""
    others = [name for name in bound_in(joint, fields) if name not in by]
    times, found = _placed(joint, fields, [*by, *others]), np.ones(())
    for name in reversed(others):  # Before segments are multiplied out: the table is small.
        times = (times * [often_of(row) for row in fields[name]]).sum(axis=-1)
    for name in by:
        found = np.multiply.outer(found, [often_of(row) for row in fields[name]])
    return np.asarray(found * times)


def _placed(joint: Joint, fields: Fields, names: Sequence[str]) -> Array:
    """The table with an axis for each of some fields, of one place where it is not bound; ones
    where the table is not one of these values, as there was no room for them or one is astray."""
    bound = bound_in(joint, fields)
    is_of = (joint.ids[at] == tuple(r.id for r in fields[name]) for name, at in bound.items())
    if len(bound) != len(joint.ids) or not all(is_of):
        return np.ones([1] * len(names))
    axes = [bound[name] for name in names if name in bound]
    return joint.table.transpose(axes).reshape(
        [len(fields[name]) if name in bound else 1 for name in names]
    )


def often_of(row: ValueRow) -> float:
    """What is written may be wrong yet: a share below 0 counts as 0, one of 0 for all as the
    same."""
    return min(max(0.0, row.often), MAX_SHARE)
