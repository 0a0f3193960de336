"""State of a browser session on the Worlds page: the world being written."""

from collections import deque
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Literal, TypeGuard

from engine import PersonalizerError
from engine.evaluation.files.log_recognition import is_log
from engine.evaluation.world_from_log import EstimatedWorld
from engine.loop.lock import locked
from engine.worlds import Item, World, key_of
from engine.worlds.draft import Draft
from engine.worlds.draft_conversion import (
    draft_of,
    with_rules,
    without_rules,
    world_of,
)
from engine.worlds.draft_faults import SHARE, faults_of
from engine.worlds.draft_field_changes import coming, depending_on, with_number, with_values
from engine.worlds.draft_rows import (
    ActionRow,
    CellFault,
    LevelRow,
    RuleRow,
    Rules,
    ValueRow,
    item_of,
)
from engine.worlds.draft_taste_changes import blurred, copied, graded, scrambled
from engine.worlds.draft_text import draft_from_text, draft_to_text
from engine.worlds.joint_frequencies import APART
from engine.worlds.spreadsheet import (
    column_of_prices,
    items_from_table,
    lists_actions,
    lists_values,
    values_from_table,
    world_from_table,
)
from engine.worlds.visible_text import is_seen
from engine.worlds.world_file import world_from_file
from pages.parts.settings.known_worlds import is_kept
from pages.parts.settings.known_worlds import world_of as known_world
from pages.parts.worlds.edited_rows import EditedRows, Edits
from pages.parts.worlds.truth_rows import TruthRows
from pages.parts.worlds.wording import LOG, about_actions, understood

_PEEK = 1 << 16
"""Largest number of characters or bytes by which a log is recognised."""
_MARK = b"\xef\xbb\xbf"
"""UTF-8 byte order mark, written by some programs."""
MOST_STEPS = 200
"""Largest number of steps that can be undone; the oldest are dropped."""
MOST_TASTES = 300_000
"""Largest total number of tastes in these steps: large truths allow fewer steps."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Starting point of a draft: a world, or empty tables.

    ``estimated`` holds the estimate if the world came from a log.
    """

    draft: Draft = field(default_factory=Draft)
    world: World | None = None
    estimated: EstimatedWorld | None = None


_Step = tuple[Draft, Origin]
"""A draft and its origin."""


class WorldsSession:
    """Draft with history and editors.

    Attributes:
        chosen: key of the world chosen last on the page.
        draft: the present draft.
        origin: starting point of the draft.
        kept: text and key of the draft in the store, if stored.
        refused: reason in a sentence for the last refusal; empty after a success.
        actions, values, levels, rules, truth: rows of these tables.
    """

    def __init__(self, key: str) -> None:
        self.lock = RLock()
        self.chosen, self.draft, self.origin, self.refused = "", Draft(), Origin(), ""
        self.actions, self.values = EditedRows(ActionRow), EditedRows(ValueRow)
        self.levels, self.rules = EditedRows(LevelRow), EditedRows(RuleRow)
        self.truth = TruthRows()
        self._as_text: tuple[Draft, str] | None = None
        self.kept: tuple[str, str] | None = None
        self._steps: deque[_Step] = deque(maxlen=MOST_STEPS)
        self._undone: list[_Step] = []
        self.adopt(key)
        self._steps.clear()

    # -- choice of the world ----------------------------------------------------------

    @locked
    def adopt(self, key: str) -> None:
        """Open another world, if another was chosen; undo returns to the previous draft."""
        if key != self.chosen:
            self.chosen = key
            self.begin(known_world(key))

    @locked
    def begin(self, world: World, estimated: EstimatedWorld | None = None) -> None:
        """Open a world for editing."""
        draft = draft_of(world)
        self._put(draft, Origin(draft, world, estimated))

    @locked
    def take(self, text: str | bytes) -> str:
        """Read pasted text or a file: a world's JSON, a table of segments and actions, or a table
        of actions or of values, which replaces the page's table. Return how it was read.

        Raises:
            PersonalizerError: ``BadRequest`` for any other content.
        """
        try:
            return self._read(text)
        except PersonalizerError as error:
            start = text[:_PEEK].encode(errors="replace") if isinstance(text, str) else text[:_PEEK]
            if not is_log(start):
                raise
            raise PersonalizerError(error.code, LOG, error.target) from None

    def _read(self, text: str | bytes) -> str:
        first = (
            text.lstrip()[:1] if isinstance(text, str) else text.removeprefix(_MARK).lstrip()[:1]
        )
        if first in {"{", "[", b"{", b"["}:
            self.begin(world_from_file(text))
        elif lists_actions(text):
            prices = column_of_prices(text)
            self._put(self.draft.offering(items_from_table(text), has_prices=bool(prices)))
            return f"{understood(self.draft)} {about_actions(prices)}"
        elif lists_values(text):
            self._put(coming(self.draft, values_from_table(text)))
        else:
            self.begin(self._world_in(text))
        return understood(self.draft)

    def _world_in(self, table: str | bytes) -> World:
        """Return the world of a table of segments. If it names an action of the draft, its actions
        keep their features and prices, and the place its texts and unit."""
        draft, items = self.draft, self._items()
        world = world_from_table(table, items=items, unit=draft.unit)
        if not is_seen(draft.title) or not any(item in items for item in world.items):
            return world
        return replace(world, title=draft.title, emoji=draft.emoji, story=draft.story)

    def _items(self) -> tuple[Item, ...]:
        """Return the draft's actions, whatever its other tables hold; none if any is invalid."""
        rows = self.draft.offered
        if any(fault.table == "actions" for fault in faults_of(Draft(actions=rows))):
            return ()
        return tuple(map(item_of, rows))

    @locked
    def restore(self, text: str) -> None:
        """Continue with a draft, unless it is the present draft."""
        if text == self.text:
            return
        try:
            self._put(draft_from_text(text))
        except PersonalizerError as error:
            self.refused = error.message

    @property
    def text(self) -> str | None:
        """Text of the draft, for a reload; None if the world's own link suffices."""
        if self.is_kept:
            return None
        if self._as_text is None or self._as_text[0] is not self.draft:
            self._as_text = self.draft, draft_to_text(self.draft)
        return self._as_text[1]

    @locked
    def clear(self) -> None:
        """Start with empty tables."""
        self._put(Draft(), Origin())

    @locked
    def record_as_world(self, world: World) -> str:
        """Record that the draft is now a world; return its key."""
        self.chosen = key_of(world)
        self.origin = replace(self.origin, draft=self.draft, world=world)
        return self.chosen

    @property
    def is_kept(self) -> bool:
        """True if the chosen world's link leads everybody to the present state."""
        world = self.origin.world
        return self.is_unchanged and world is not None and is_kept(self.chosen, world)

    @property
    def is_unchanged(self) -> bool:
        """True if the draft is an unchanged world."""
        return self.origin.world is not None and self.draft == self.origin.draft

    @property
    def is_chosen(self) -> bool:
        """True if the draft is the unchanged world chosen last on the page."""
        world = self.origin.world
        return self.is_unchanged and world is not None and key_of(world) == self.chosen

    # -- writing ----------------------------------------------------------------------

    def _put(self, draft: Draft, origin: Origin | None = None) -> None:
        """Replace the draft and mount new editors."""
        self._change(draft, origin)
        self._remount()

    def _change(self, draft: Draft, origin: Origin | None = None) -> None:
        self.refused = ""
        if draft != self.draft:
            self._steps.append((self.draft, self.origin))
            self._undone.clear()
            while sum(len(draft_before.truth) for draft_before, _ in self._steps) > MOST_TASTES:
                self._steps.popleft()
        self.draft, self.origin = draft, origin or self.origin
        self.truth.look(draft)

    def _remount(self) -> None:
        self.actions.begin(self.draft.actions)
        self.values.begin(self.draft.values)
        self.levels.begin(self.draft.levels)
        self.rules.begin(self.draft.rules.rows if self.draft.rules else ())
        self.truth.look(self.draft, anew=True)

    @locked
    def write(self, title: str, emoji: str, story: str, unit: str) -> None:
        """Set title, picture, story and unit."""
        self._change(replace(self.draft, title=title, emoji=emoji, story=story, unit=unit))

    @locked
    def write_actions(self, edits: Edits) -> None:
        """Apply edits of the table of actions."""
        rows = self.actions.edited(edits, self.draft.next_id)
        self._change(replace(self.draft, actions=rows))

    @locked
    def put_picture(self, action: int, picture: str) -> None:
        """Set an action's picture file, by the id of its row; empty to remove it."""
        rows = (replace(r, picture=picture) if r.id == action else r for r in self.draft.actions)
        self._put(replace(self.draft, actions=tuple(rows)))

    @locked
    def write_values(self, edits: Edits) -> None:
        """Apply edits of the table of values."""
        rows = self.values.edited(edits, self.draft.next_id)
        self._change(with_values(self.draft, rows))

    @locked
    def write_levels(self, edits: Edits) -> None:
        """Apply edits of the table of reward levels."""
        rows = self.levels.edited(edits, self.draft.next_id)
        self._change(replace(self.draft, levels=rows))

    @locked
    def write_truth(self, edits: Edits) -> None:
        """Apply edits of the table of expected rewards."""
        self._change(self.truth.edited(self.draft, edits))

    @locked
    def turn(self, spread: Sequence[str], fixed: Mapping[str, int]) -> None:
        """Display another slice of a truth that is too long for a single table."""
        self.truth.turn(self.draft, spread, fixed)

    @locked
    def write_rules(self, edits: Edits) -> None:
        """Apply edits of the table of rules."""
        rules = self.draft.rules or Rules()
        rows = self.rules.edited(edits, self.draft.next_id)
        self._change(replace(self.draft, rules=replace(rules, rows=rows)))

    @locked
    def sum_from(self, base: float | str | None, whole: float | str | None) -> None:
        """Set the start of the rules' sum, and the share of full successes; anything but a number
        from 0 to 1 is refused."""
        if not (_is_share(base) and _is_share(whole)):
            share = whole if _is_share(base) else base
            self.refused = f"The share is {share}, but must be {SHARE}."
            return
        rules = replace(self.draft.rules or Rules(), base=base, whole=whole)
        self._change(replace(self.draft, rules=rules))

    @locked
    def rule(self, by_rules: bool) -> None:
        """Switch between a truth written as rules and as a table."""
        made = with_rules if by_rules else without_rules
        self._attempt(lambda: made(self.draft))

    @locked
    def depend(self, names: Sequence[str] | None) -> None:
        """Let the truth depend on these fields only; None, sent by a widget that has just left the
        page, is ignored."""
        if names is not None:
            self._attempt(lambda: depending_on(self.draft, names))

    @locked
    def scramble(self, seed: int) -> None:
        """Draw random tastes."""
        self._put(scrambled(self.draft, seed))

    @locked
    def add_number(
        self, name: str, low: float, high: float, slices: int, mean: float | None, spread: float
    ) -> None:
        """Add a numeric field."""
        number = name.strip(), low, high, slices, mean, spread
        self._attempt(lambda: with_number(self.draft, *number))

    @locked
    def part_fields(self) -> None:
        """Make the fields independent."""
        self._put(replace(self.draft, together=APART))

    def _attempt(self, make: Callable[[], Draft]) -> None:
        """Replace the draft, or record the reason of the refusal."""
        try:
            self._put(make())
        except PersonalizerError as error:
            self.refused = error.message

    @locked
    def blur(self, share: float) -> None:
        """Move tastes towards their mean."""
        self._put(blurred(self.draft, share))

    @locked
    def grade(self, share: float) -> None:
        """Turn a share of the rewards into partial ones."""
        self._put(graded(self.draft, share))

    @locked
    def copy(self, kind: Literal["row", "column"], source: int, target: int) -> None:
        """Copy the tastes of a segment, or of an action, to another."""
        self._put(copied(self.draft, kind, source, target))

    @property
    def can_undo(self) -> bool:
        """True if there is a step to undo."""
        return bool(self._steps)

    @property
    def can_redo(self) -> bool:
        """True if there is an undone step and nothing was written since."""
        return bool(self._undone)

    @locked
    def undo(self) -> None:
        """Undo the last step."""
        self._step(self._steps, self._undone)

    @locked
    def redo(self) -> None:
        """Redo the step undone last."""
        self._step(self._undone, self._steps)

    def _step(self, of: MutableSequence[_Step], to: MutableSequence[_Step]) -> None:
        if of:
            to.append((self.draft, self.origin))
            (self.draft, self.origin), self.refused = of.pop(), ""
            self._remount()

    # -- result -----------------------------------------------------------------------

    @locked
    def made(self) -> tuple[World | None, list[CellFault], str]:
        """Return the world, or None; faults by cell; and any other fault in a sentence."""
        if self.is_unchanged:
            return self.origin.world, [], ""
        if faults := faults_of(self.draft):
            return None, faults, ""
        try:
            return world_of(self.draft), [], ""
        except PersonalizerError as error:
            return None, [], error.message


def _is_share(number: object) -> TypeGuard[float]:
    return isinstance(number, float) and 0 <= number <= 1
