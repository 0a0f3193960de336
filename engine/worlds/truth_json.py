"""Truth of a world in JSON: rewards of actions by context, as a table or a sum.

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
from collections.abc import Collection, Mapping, Sequence
from itertools import product

from msgspec import UNSET

from engine.errors import refuse
from engine.worlds.fields import Field
from engine.worlds.json_checks import CODE, check_known
from engine.worlds.limits import MAX_TABLE
from engine.worlds.schema import SumJson, TableJson, TermJson, read
from engine.worlds.taste import Item, Taste, TasteTable, TasteTerm, TasteWeights


def truth_in(
    value: object, fields: Sequence[Field], items: Sequence[Item]
) -> TasteTable | TasteWeights:
    """Read a truth; ``BadRequest`` for the first fault, with the place."""
    if isinstance(value, Mapping) and "table" in value:
        return _table(read(value, TableJson, "truth").table, fields, items)
    source = read(value, SumJson, "truth")
    places = (f"truth.terms[{at}]" for at in range(len(source.terms)))
    terms = (_term(term, fields, items, at) for term, at in zip(source.terms, places, strict=True))
    return TasteWeights(source.base, tuple(terms), source.whole)


def check_length(values: Sequence[object], count: int, place: str) -> None:
    """Refuse a list of another length."""
    if len(values) != count:
        refuse(CODE, place, len(values), f"{count:,}", f"the length of {place}")


def _table(
    rows: Sequence[Sequence[float | tuple[float, ...]]],
    fields: Sequence[Field],
    items: Sequence[Item],
) -> TasteTable:
    size = math.prod(len(field.values) for field in fields) * len(items)
    if size > MAX_TABLE:
        allowed = f"at most {MAX_TABLE:,}; weights may be more"
        refuse(CODE, "truth.table", size, allowed, "the number of entries of truth.table")
    cells = list(product(*([value.name for value in field.values] for field in fields)))
    check_length(rows, len(cells), "truth.table")
    tastes = {}
    for at, (cell, row) in enumerate(zip(cells, rows, strict=True)):
        check_length(row, len(items), f"truth.table[{at}]")
        tastes[cell] = {
            item.id: _taste(entry, f"truth.table[{at}][{number}]")
            for number, (item, entry) in enumerate(zip(items, row, strict=True))
        }
    return TasteTable(tuple(field.name for field in fields), tastes)


def _taste(entry: float | tuple[float, ...], place: str) -> Taste:
    if not isinstance(entry, tuple):
        return Taste(half=0.0, full=entry)
    if sum(entry) > 1 + 1e-12:
        refuse(CODE, place, list(entry), "two chances that add up to 1 at most")
    return Taste(*entry)


def _term(
    source: TermJson, fields: Sequence[Field], items: Sequence[Item], place: str
) -> TasteTerm:
    known = {field.name: field for field in fields}
    for name, value in source.when.items():
        _check_name(name, f"{place}.when", known)
        values = [option.name for option in known[name].values]
        check_known(value, f"{place}.when.{name}", values)
    for name in source.features:
        _check_name(name, f"{place}.features", {name for item in items for name in item.features})
    item = None if source.item is UNSET else source.item
    if source.item is not UNSET:
        check_known(item, f"{place}.item", [option.id for option in items])
    within = {}
    for name, ends in source.within.items():
        _check_name(name, f"{place}.within", known)
        range_ = known[name].range(*ends)
        if name in source.when or range_ is None:
            allowed = "a range with numbers that the field sends, two or more in rising order, "
            allowed += "and no value of it in `when`"
            refuse(CODE, f"{place}.within.{name}", list(ends), allowed)
        within[name] = range_
    term = TasteTerm(source.add, source.when, item, source.features, within)
    if not any(map(term.is_about, items)):
        refuse(CODE, f"{place}.features", source.features, "features that an item has")
    return term


def _check_name(name: str, place: str, known: Collection[str]) -> None:
    check_known(name, place, sorted(known), f"a name in {place}")
