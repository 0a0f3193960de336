"""Rules of a draft: addends to the chance of a success, with their conditions.

A rule's ``when`` is a line like ``weather: Rainy, age: from 18 to 30``: values of fields by their
names, and for a numeric field a range, ends included. All conditions must hold; an empty line
always does. A rule applies to an ``action``, or to all, with these ``features``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from engine.worlds.action_feature_text import features_from_text, features_to_text
from engine.worlds.draft_rows import MAX_WHEN, RuleRow, Rules
from engine.worlds.fields import Field
from engine.worlds.taste import Item, Range, TasteTerm, TasteWeights

_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_NO_NUMBER = "its values do not send two or more numbers in rising order"
_RANGE = re.compile(rf"(?:from +)?{_NUMBER} +to +{_NUMBER}")


def rules_of(weights: TasteWeights, fields: Sequence[Field]) -> Rules:
    """Rules of a sum."""
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
    """Sum of valid rules."""
    known = {field.name: field for field in fields}
    terms = []
    for row in rules.rows:
        if not row.is_blank:
            when, within = when_from_text(row.when, known)
            features, add = features_from_text(row.features), float(row.adds or 0.0)
            terms.append(TasteTerm(add, when, _about(row, items), features, within))
    return TasteWeights(rules.base, tuple(terms), rules.whole)


def when_to_text(
    when: Mapping[str, str], within: Mapping[str, Range], fields: Mapping[str, Field]
) -> str:
    """Write conditions as a line for `when_from_text`."""
    ranges = {name: _range_to_text(range_, fields[name]) for name, range_ in within.items()}
    return features_to_text({**when, **ranges})


def _range_to_text(range_: Range, field: Field) -> str:
    """Range with as many spaces as needed to differ from the names of the field's values."""
    names = {value.name for value in field.values}
    ends = f"{_number_text(range_.low)} to {_number_text(range_.high)}"
    return next(text for wide in count(1) if (text := f"from{' ' * wide}{ends}") not in names)


def when_from_text(
    text: str, fields: Mapping[str, Field]
) -> tuple[dict[str, str], dict[str, Range]]:
    """Parse a line into values and ranges; ValueError with the rest of a sentence for an invalid
    line."""
    when, within = dict[str, str](), dict[str, Range]()
    for name, value in features_from_text(text).items():
        if name not in fields:
            raise ValueError(f"has {name!r}, but the fields are {_listed(fields)}")
        field, value_text = fields[name], value if isinstance(value, str) else _as_written(value)
        values = [known.name for known in field.values]
        if value_text in values:
            when[name] = value_text
            continue
        match = _RANGE.fullmatch(value_text)
        if match is None:
            allowed = _listed(values) + (", or like: from 18 to 30" if field.is_number else "")
            raise ValueError(f"has {value_text!r} for {name}, but may have {allowed}")
        numbers = field.range(float(match[1]), float(match[2]))
        if numbers is None:
            why = "no value is in it" if field.is_number else f"it holds nothing: {_NO_NUMBER}"
            raise ValueError(f"has a range for {name}, but {why}")
        within[name] = numbers
    return when, within


def wrong_in_rule(
    row: RuleRow, fields: Mapping[str, Field], items: Sequence[Item]
) -> Iterator[tuple[str, str]]:
    """Faults of a rule: columns, each with the rest of a sentence."""
    if row.adds is None or not -1 <= row.adds <= 1 or math.isnan(row.adds):
        fault = "is empty" if row.adds is None else f"is {row.adds:g}"
        yield "adds", f"{fault}, but must be a number from -1 to 1"
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
        term = TasteTerm(0.0, {}, _about(row, items), features_from_text(row.features))
    except ValueError as error:
        yield "features", str(error)
        return
    if row.features and not any(map(term.is_about, items)):
        yield "features", "are such as no action has that it is about"


def _about(row: RuleRow, items: Sequence[Item]) -> str | None:
    """Id of the action named by a rule; None for all, for an unknown, and for an ambiguous name."""
    named = _ids(row.action, items)
    return named[0] if len(named) == 1 else None


def _ids(name: str, items: Sequence[Item]) -> list[str]:
    """Ids of the actions with a name: the action with this id, or else those with this display
    name."""
    of_id = [item.id for item in items if item.id == name]
    return of_id or [item.id for item in items if item.name == name]


def _number_text(number: float) -> str:
    return repr(float(number)).removesuffix(".0")


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    """A few names, and the number of the rest."""
    listed = [*names]
    more = f" and {len(listed) - 6} more" if len(listed) > 6 else ""
    return ", ".join(listed[:6]) + more
