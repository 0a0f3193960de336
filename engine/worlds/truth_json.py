"""The truth of a world out of JSON: what each action earns in each context, as a table or a sum.

A table has one row a context (the last field changes fastest) and in it one entry an item: the
chance of a success, or the two chances of half a one and of a whole one. The reward is 1 for a
whole success with the item of the highest value, and for others as much less as they are worth
less. ::

    {"table": [[0.6, 0.1], [[0.3, 0.1], 0.8]]}

For worlds too large for that it is a sum: ::

    {"base": 0.1, "whole": 0.7, "terms": [
      {"add": 0.5, "when": {"weather": "Rainy"}, "features": {"sweet": true}},
      {"add": 0.2, "item": "Roll"}, {"add": 0.1, "within": {"age": [18, 30]}}
    ]}

The chance of any success is ``base`` and all that is added ``when`` the context has these
values, and numbers that lie ``within`` these ranges, ends included (of fields whose values all send
numbers in rising order; since version 4), for this ``item``, or for items with these ``features``;
below 0 it counts as 0, above 1 as 1. Of the successes, a share of ``whole`` (1 if left out) is
whole, the others are half.
"""

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import partial
from itertools import product
from typing import Any

from engine.errors import refuse
from engine.protocol.features import is_list
from engine.worlds.checks import CODE, check_known, each_in, number_in, object_in
from engine.worlds.fields import Field
from engine.worlds.limits import MAX_TABLE, MAX_TERMS
from engine.worlds.taste import Item, Range, Taste, TasteTable, TasteWeights, Term

_chance = partial(number_in, low=0, high=1)


def truth_in(
    value: object, fields: Sequence[Field], items: Sequence[Item]
) -> TasteTable | TasteWeights:
    """The truth that JSON describes; ``BadRequest`` for what first is not as described above."""
    is_table = isinstance(value, Mapping) and "table" in value
    return _table(value, fields, items) if is_table else _weights(value, fields, items)


def _table(value: object, fields: Sequence[Field], items: Sequence[Item]) -> TasteTable:
    told = object_in(value, "truth", ("table",))["table"]
    size = math.prod(len(field.values) for field in fields) * len(items)
    if size > MAX_TABLE:
        allowed = f"at most {MAX_TABLE:,}; weights may be more"
        refuse(CODE, "truth.table", size, allowed, "the number of entries of truth.table")
    cells = list(product(*([one.name for one in field.values] for field in fields)))
    row = partial(each_in, most=len(items), make=_taste, least=len(items))
    rows = each_in(told, "truth.table", len(cells), row, least=len(cells))
    tastes = (dict(zip((item.id for item in items), row, strict=True)) for row in rows)
    return TasteTable(tuple(f.name for f in fields), dict(zip(cells, tastes, strict=True)))


def _taste(value: Any, place: str) -> Taste:
    if not is_list(value):
        return Taste(half=0.0, full=_chance(value, place))
    half, full = each_in(value, place, 2, _chance, least=2)
    if half + full > 1 + 1e-12:
        refuse(CODE, place, value, "two chances that add up to 1 at most")
    return Taste(half, full)


def _weights(value: object, fields: Sequence[Field], items: Sequence[Item]) -> TasteWeights:
    told = object_in(value, "truth", ("base", "whole", "terms"))
    return TasteWeights(
        _chance(told.get("base"), "truth.base"),
        each_in(
            told.get("terms"), "truth.terms", MAX_TERMS, partial(_term, fields, items), least=0
        ),
        _chance(told.get("whole", 1.0), "truth.whole"),
    )


def _term(fields: Sequence[Field], items: Sequence[Item], value: object, place: str) -> Term:
    told = object_in(value, place, ("add", "when", "item", "features", "within"))
    add = number_in(told.get("add"), f"{place}.add", -1, 1)
    known = {field.name: [one.name for one in field.values] for field in fields}
    when = object_in(told.get("when", {}), f"{place}.when", known)
    for name, one in when.items():
        check_known(one, f"{place}.when.{name}", known[name])
    features = {name for item in items for name in item.features}
    has = object_in(told.get("features", {}), f"{place}.features", features)
    if "item" in told:
        check_known(told["item"], f"{place}.item", [item.id for item in items])
    within = _ranges(fields, when, told.get("within", {}), f"{place}.within")
    term = Term(add, dict(when), told.get("item"), deepcopy(dict(has)), within)
    if not any(map(term.is_about, items)):
        refuse(CODE, f"{place}.features", has, "features that an item has")
    return term


def _ranges(
    fields: Sequence[Field], when: Mapping[str, Any], value: object, place: str
) -> dict[str, Range]:
    known = {field.name: field for field in fields}
    found = {}
    for name, ends in object_in(value, place, known).items():
        low, high = each_in(ends, f"{place}.{name}", 2, _number, least=2)
        made = known[name].range(low, high)
        if name in when or made is None:
            allowed = "a range with numbers that the field sends, two or more in rising order, "
            allowed += "and no value of it in `when`"
            refuse(CODE, f"{place}.{name}", ends, allowed)
        found[name] = made
    return found


def _number(value: object, place: str) -> float:
    return number_in(value, place, -1e300, 1e300)
