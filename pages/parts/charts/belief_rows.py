"""Rows of the bells: one for each action, with its belief, draw and chance."""

from collections.abc import Iterable, Sequence
from typing import Literal

import pyarrow as pa

from engine.evaluation.probability_parts import ProbabilityParts
from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts.base import PAGE, Size, table
from pages.parts.charts.belief_scale import SEPARATOR, BeliefScale
from pages.parts.text.format import percent
from pages.parts.text.theme import theme

Row = dict[str, object]
Moment = Literal["offered", "asked", "answered"]
"""Stage of a visit: offer displayed, audience guesses the offer, visitor has answered."""

_NOTICED = 0.005
"""Least change of a chance for which the former value is drawn."""


def _moved(before: Ranked, now: Ranked, i: int, scale: BeliefScale) -> Row:
    """Belief and chance of an action before an answer, as far as they have changed."""
    mean, sd, chance = before.means[i], before.sds[i], before.probabilities[i]
    moved: Row = {"old": None, "old_mean": None, "old_sd": None}
    if abs(chance - now.probabilities[i]) >= _NOTICED:
        moved["old"] = chance
    if max(abs(mean - now.means[i]), abs(sd - now.sds[i])) >= scale.noticed:
        moved |= {"old_mean": scale.share(mean), "old_sd": scale.share(sd)}
    return moved


def belief_rows(
    world: World,
    dark: bool,
    now: Ranked,
    chances: Sequence[ProbabilityParts],
    before: Ranked | None = None,
    truth: Iterable[float] | None = None,
    moment: Moment = "offered",
    size: Size = PAGE,
) -> pa.Table:
    """Rows of `belief_spec`, one for each action; ``before`` is the ``answered`` ranking.

    Rewards are shares of the range of a `BeliefScale`; the first row has the labels of its axis.
    """
    colours = theme(dark).actions
    scale = BeliefScale.of(world, *filter(None, (now, before)))
    none = [None] * len(world.items)
    truths = none if truth is None else [scale.share(float(mean)) for mean in truth]
    least = min(chance.by_exploration for chance in chances)
    rows: list[Row] = []
    lit = now.shown if before is None or moment != "answered" else before.shown
    for place, i in enumerate(_in_sight(now, lit, moment, size), 1):
        item, chance = world.items[i], chances[i]
        label = item.name if item.picture else item.label
        row: Row = {"action": item.name, "colour": colours[i % len(colours)]}
        row["label"], row["below"] = two_lines(label)
        row["row"] = place
        mean, sd = scale.share(now.means[i]), scale.share(now.sds[i])
        row |= {"mean": mean, "sd": sd, "truth": truths[i]}
        row |= {"end": scale.end, "known": scale.is_known, "most": scale.share(scale.most[i])}
        row |= {
            "won": chance.by_belief,
            "kept": chance.by_exploration,
            "more": chance.by_exploration > least,
        }
        row |= {
            "wins": chance.win_rate,
            "error": now.errors[i],
            "told": percent(now.probabilities[i]),
        }
        row |= _decided(now, i, chance, scale)
        row |= {} if before is None else _moved(before, now, i, scale)
        row |= {"offered": {}, "asked": _COVERED, "answered": _UNDRAWN}[moment]
        row["lit"] = i == lit and moment != "asked"
        rows.append(row)
    labels = SEPARATOR.join(scale.labels)
    rows[0] |= {"axis": scale.title, "short": scale.short_title, "labels": labels}
    return table(rows)


def two_lines(label: str) -> tuple[str, str]:
    """Lines of a name in the column of names; the second of a short name is empty."""
    blanks = [at for at, letter in enumerate(label) if letter == " " and at > _FACE]
    if len(label) <= _LINE or not blanks:
        return label, ""
    at = min(blanks, key=lambda at: max(at, len(label) - at))
    return label[:at], label[at + 1 :]


_LINE, _FACE = 12, 3
"""Letters of a name in one line, and of an emoji, which does not stand alone."""


def rows_of(world: World, size: Size) -> int:
    """Number of rows: one for each action, on the stage at most `_MOST`."""
    return min(len(world.items), _MOST) if size.on_stage else len(world.items)


def _in_sight(now: Ranked, lit: int, moment: Moment, size: Size) -> Sequence[int]:
    """Positions of the actions with a row, in order: on the stage the highlighted and the most
    probable; while the audience guesses, the first ones, for a count of hands."""
    places = range(len(now.probabilities))
    if not size.on_stage:
        return places
    if moment == "asked":
        return places[:_MOST]
    falling = sorted(places, key=lambda i: (i != lit, -now.probabilities[i]))
    return sorted(falling[:_MOST])


_MOST = 12
"""Largest number of rows on the stage."""


_UNDRAWN: Row = {"draw": None, "ringed": False, "lot": False}
_COVERED: Row = {**_UNDRAWN, "won": 0.0, "kept": 0.0, "wins": None, "told": ""}
"""Hidden values of a row after the visit, and while the audience guesses."""


def _decided(now: Ranked, i: int, chance: ProbabilityParts, scale: BeliefScale) -> Row:
    """Draw of an action, and whether the draw or chance decided the offer."""
    chosen = now.mode == "online" and i == now.chosen
    draw = now.draw[i] if now.draw else None
    return {
        "draw": None if draw is None else scale.share(draw),
        "ringed": chosen and now.cause == "draw",
        "lot": chosen and now.cause == "random" and chance.by_exploration > 0,
    }
