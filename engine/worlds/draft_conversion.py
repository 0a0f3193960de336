"""Conversion of a world to a draft, and of a draft to a world."""

import math
from contextlib import suppress
from dataclasses import replace

import numpy as np

from engine.arrays import Array
from engine.errors import PersonalizerError, refuse
from engine.worlds.context_feature_text import sent_from_text, sent_to_text
from engine.worlds.draft import Draft
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_rows import ValueRow, item_of, levels_rows, rows_of, segment_of
from engine.worlds.fields import Field, Value
from engine.worlds.joint_frequencies import joint_of
from engine.worlds.limits import MAX_TABLE, MAX_TERMS
from engine.worlds.rules import rules_of, weights_of
from engine.worlds.success_levels import LEVELS
from engine.worlds.taste import Taste, TasteTable, TasteTerm, TasteWeights
from engine.worlds.world import World
from engine.worlds.world_contents import TABULATED
from engine.worlds.world_json import world_from_text


def draft_of(world: World) -> Draft:
    """Draft of a world; its truth depends on as few fields as possible. A sum with ranges, or one
    too large for a table, becomes rules.

    Raises:
        PersonalizerError: ``BadRequest`` for a world too large for either.
    """
    weights = world.taste
    if not isinstance(weights, TasteWeights):
        return table_of(world)
    if not any(term.within for term in weights.terms):
        with suppress(PersonalizerError):
            draft = table_of(world)
            is_small = draft.cells <= TABULATED and not draft.is_large
            if is_small or draft.rewards <= MAX_TERMS:
                return draft
    return replace(without_truth(world), rules=rules_of(weights, world.fields))


def table_of(world: World) -> Draft:
    """Draft of a world with its truth as a table.

    Raises:
        PersonalizerError: ``BadRequest`` if the table would be too large.
    """
    depends, rows = _relevant_truth(world)
    draft = replace(without_truth(world), depends=depends)
    truth = {
        (segment_of(segment), action.id): Taste(*taste)
        for segment, row in zip(draft.segments, rows, strict=True)
        for action, taste in zip(draft.actions, row, strict=True)
    }
    return replace(draft, truth=truth)


def without_truth(world: World) -> Draft:
    """Draft of a world with its actions and values, but without tastes."""
    values = tuple(
        ValueRow(
            number, field.name, value.name, value.emoji, value.share, sent_to_text(value.sends)
        )
        for number, (field, value) in enumerate(world.segments())
    )
    labels = {field.name: field.label for field in world.fields if field.label != field.name}
    parts = world.title, world.emoji, world.story, rows_of(world.items, 0), values
    levels = levels_rows(world.levels, 0) if world.levels != LEVELS else ()
    draft = Draft(*parts, depends=(), labels=labels, unit=world.unit, levels=levels)
    rows = [draft.fields[name] for name in world.bound or draft.fields]
    together = joint_of([[row.id for row in field] for field in rows], world.together)
    return replace(draft, together=together, drift=world.drift)


def world_of(draft: Draft) -> World:
    """World of a draft.

    Raises:
        PersonalizerError: ``BadRequest`` for the first fault of the draft.
    """
    if faults := faults_of(draft):
        first = faults[0]
        sentence = f"{first.table}, row {first.row}, {first.column} {first.says}."
        raise PersonalizerError("BadRequest", sentence, first.table)
    items = tuple(map(item_of, draft.offered))
    fields = tuple(
        Field(name, draft.labels.get(name, name), tuple(
            Value(row.value, row.emoji, row.often, sent_from_text(row.sends))
            for row in rows))
        for name, rows in draft.fields.items()
    )  # fmt: skip
    taste: TasteTable | TasteWeights = _weights(draft) if draft.is_large else _table(draft)
    if draft.rules is not None:
        taste = weights_of(draft.rules, fields, items)
    parts = draft.title, draft.emoji, draft.story, fields, items, taste, draft.unit
    bound = draft.bound if draft.cells > TABULATED else ()
    world = World(*parts, draft.graded_in, draft.times, bound, draft.drift)
    return world_from_text(world.text)


def _table(draft: Draft) -> TasteTable:
    rows = {
        tuple(row.value for row in segment): {
            action.name: draft.taste(segment, action) for action in draft.offered
        }
        for segment in draft.segments
    }
    return TasteTable(draft.by, rows)


def _relevant_truth(world: World) -> tuple[tuple[str, ...], list[list[list[float]]]]:
    """Fields on which the truth of a world depends, and the chances of the rewards 1/2 and 1 for
    each of their combinations and each item."""
    fields, taste = world.fields, world.taste
    if isinstance(taste, TasteWeights):
        named = {name for term in taste.terms for name in term.fields}
        fields = tuple(field for field in fields if field.name in named)
    names, shape = [field.name for field in fields], [len(field.values) for field in fields]
    _check_rows(world, math.prod(shape))
    cells = np.array(world.through(world.contexts[0], *names))
    chances: Array = world.outcomes_in(cells)[..., 1:].reshape(*shape, len(world.items), 2)
    for axis in reversed(range(len(names))):
        if (chances == chances.take([0], axis)).all():
            chances = np.asarray(chances.take(0, axis))
            del names[axis]
    rows: list[list[list[float]]] = chances.reshape(-1, len(world.items), 2).tolist()
    return tuple(names), rows


def _check_rows(world: World, rows: int) -> None:
    if rows * len(world.items) > MAX_TABLE:
        sentence = f"{world.title} has {rows:,} segments with tastes of their own, but a "
        sentence += f"table here has {MAX_TABLE // len(world.items):,} rows at most."
        raise PersonalizerError("BadRequest", sentence, "the world")


def _weights(draft: Draft) -> TasteWeights:
    """Truth of a draft as a sum with one term per cell, for tables that are too large."""
    terms = []
    for segment in draft.segments:
        when = {name: row.value for name, row in zip(draft.by, segment, strict=True)}
        for action in draft.offered:
            taste = draft.taste(segment, action)
            terms.append(TasteTerm(taste.half + taste.full, when, action.name, {}))
    return TasteWeights(0.0, tuple(terms), max(draft.whole_shares, default=1.0))


def with_rules(draft: Draft) -> Draft:
    """Replace the table of tastes by a rule for each cell.

    Raises:
        PersonalizerError: ``BadRequest`` if no sum can express the table.
    """
    if (cells := draft.rewards) > MAX_TERMS:
        allowed = f"at most {MAX_TERMS:,} to become rules: let fewer fields matter first"
        refuse("BadRequest", "truth", cells, allowed, "the number of rewards in the table")
    if len(draft.whole_shares) > 1:
        sentence = "The table cannot become rules: rules have one share of full rewards for all, "
        sentence += "but the share differs within the table."
        raise PersonalizerError("BadRequest", sentence, "truth")
    return replace(draft, rules=rules_of(_weights(draft), ()))


def without_rules(draft: Draft) -> Draft:
    """Replace the rules by a table of tastes.

    Raises:
        PersonalizerError: ``BadRequest`` for an invalid draft, and if the table would be too large.
    """
    return table_of(world_of(draft))
