"""Rules that people write: what is added to the chance of a success, when, and for what.

A rule's ``when`` is a line like ``weather: Rainy, age: from 18 to 30``: values of fields by their
names, and of a field whose values all send numbers a range, its ends included. All of it has to be
so; an empty line is always. A rule is for an ``action``, or for all, that have these ``features``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from engine.worlds.feature_text import features_from_text, features_to_text
from engine.worlds.fields import Field
from engine.worlds.rows import MAX_WHEN, RuleRow, Rules
from engine.worlds.taste import Item, Range, TasteWeights, Term

_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_NO_NUMBER = "its values do not send two or more numbers in rising order"
_RANGE = re.compile(rf"(?:from +)?{_NUMBER} +to +{_NUMBER}")


def rules_of(weights: TasteWeights, fields: Sequence[Field]) -> Rules:
    """A sum as it is written."""
    known = {field.name: field for field in fields}
    rows = tuple(
        RuleRow(
            number,
            term.add,
            when_to_text(term.when, term.within, known),
            term.item or "",
            features_to_text(term.features),
        )
        for number, term in enumerate(weights.terms)
    )
    return Rules(weights.base, weights.whole, rows)


def weights_of(rules: Rules, fields: Sequence[Field], items: Sequence[Item]) -> TasteWeights:
    """The sum that rules without a fault are."""
    known = {field.name: field for field in fields}
    terms = []
    for row in rules.rows:
        if not row.is_blank:
            when, within = when_from_text(row.when, known)
            features, add = features_from_text(row.features), float(row.adds or 0.0)
            terms.append(Term(add, when, _about(row, items), features, within))
    return TasteWeights(rules.base, tuple(terms), rules.whole)


def when_to_text(
    when: Mapping[str, str], within: Mapping[str, Range], fields: Mapping[str, Field]
) -> str:
    """A line that `when_from_text` reads."""
    ranges = {name: _range_to_text(one, fields[name]) for name, one in within.items()}
    return features_to_text({**when, **ranges})


def _range_to_text(one: Range, field: Field) -> str:
    """A range with as many spaces as tell it from the names of the field's values."""
    names = {value.name for value in field.values}
    ends = f"{_said(one.low)} to {_said(one.high)}"
    return next(text for wide in count(1) if (text := f"from{' ' * wide}{ends}") not in names)


def when_from_text(
    text: str, fields: Mapping[str, Field]
) -> tuple[dict[str, str], dict[str, Range]]:
    """Values and ranges out of a line; ValueError with the rest of a sentence for one that cannot
    be read."""
    when, within = dict[str, str](), dict[str, Range]()
    for name, value in features_from_text(text).items():
        if name not in fields:
            raise ValueError(f"has {name!r}, but the fields are {_listed(fields)}")
        field, said = fields[name], value if isinstance(value, str) else _as_written(value)
        values = [one.name for one in field.values]
        if said in values:
            when[name] = said
            continue
        found = _RANGE.fullmatch(said)
        if found is None:
            allowed = _listed(values) + (", or like: from 18 to 30" if field.is_number else "")
            raise ValueError(f"has {said!r} for {name}, but may have {allowed}")
        made = field.range(float(found[1]), float(found[2]))
        if made is None:
            why = "no value of it" if field.is_number else f"nothing: {_NO_NUMBER}"
            raise ValueError(f"has a range for {name}, but in that is {why}")
        within[name] = made
    return when, within


def wrong_in_rule(
    row: RuleRow, fields: Mapping[str, Field], items: Sequence[Item]
) -> Iterator[tuple[str, str]]:
    """What is wrong in a rule: columns, each with the rest of a sentence."""
    if row.adds is None or not -1 <= row.adds <= 1 or math.isnan(row.adds):
        said = "is empty" if row.adds is None else f"is {row.adds:g}"
        yield "adds", f"{said}, but must be a number from -1 to 1"
    if len(row.when) > MAX_WHEN:
        yield "when", f"has {len(row.when):,} characters, but may have at most {MAX_WHEN:,}"
        return
    try:
        when_from_text(row.when, fields)
    except ValueError as error:
        yield "when", str(error)
    if row.action and _about(row, items) is None:
        names = [item.name if _ids(item.name, items) == [item.id] else item.id for item in items]
        yield "action", f"is {row.action!r}, but the actions are {_listed(names)}"
        return
    try:
        term = Term(0.0, {}, _about(row, items), features_from_text(row.features))
    except ValueError as error:
        yield "features", str(error)
        return
    if row.features and not any(map(term.is_about, items)):
        yield "features", "are such as no action has that it is about"


def _about(row: RuleRow, items: Sequence[Item]) -> str | None:
    """The id of the action that a rule names; None for all, or if it names none, or several."""
    named = _ids(row.action, items)
    return named[0] if len(named) == 1 else None


def _ids(name: str, items: Sequence[Item]) -> list[str]:
    """The ids of the actions that are meant by a name: the one that has it for an id, or else those
    that people call so."""
    of_id = [item.id for item in items if item.id == name]
    return of_id or [item.id for item in items if item.name == name]


def _said(number: float) -> str:
    return repr(float(number)).removesuffix(".0")


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    """A few names; how many more there are."""
    told = [*names]
    more = f" and {len(told) - 6} more" if len(told) > 6 else ""
    return ", ".join(told[:6]) + more
