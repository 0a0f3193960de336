"""The state of one browser session on the Worlds page: a world that is being written."""

from collections import deque
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Literal

from engine import PersonalizerError
from engine.evaluation.world_of_log import Estimated
from engine.loop.lock import locked
from engine.worlds import Item, World, key_of
from engine.worlds.draft import Draft
from engine.worlds.draft_fields import coming, depending_on, with_number, with_values
from engine.worlds.draft_rows import ActionRow, CellFault, LevelRow, RuleRow, Rules, ValueRow
from engine.worlds.draft_tastes import blurred, copied, graded, scrambled
from engine.worlds.draft_text import draft_from_text, draft_to_text
from engine.worlds.draft_world import (
    draft_of,
    with_rules,
    without_rules,
    world_of,
)
from engine.worlds.faults import faults_of
from engine.worlds.joint_frequencies import APART
from engine.worlds.json_file import world_from_file
from engine.worlds.spreadsheet import (
    items_from_table,
    lists_actions,
    lists_values,
    values_from_table,
    world_from_table,
)
from pages.parts.settings.known_worlds import is_kept
from pages.parts.settings.known_worlds import world_of as known_world
from pages.parts.worlds.rows import Rows, Told
from pages.parts.worlds.truth_rows import TruthRows

_MARK = b"\xef\xbb\xbf"
"""What some programs write before UTF-8."""
MOST_STEPS = 200
"""Steps that can be undone: the oldest go first."""
MOST_TASTES = 300_000
"""Of all of these steps: large truths leave room for fewer."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a draft began as: a world, or empty tables.
    Where the world was ``estimated`` from a log, that tells what it rests on."""

    draft: Draft = field(default_factory=Draft)
    world: World | None = None
    estimated: Estimated | None = None


_Step = tuple[Draft, Origin]
"""What was written at one moment, and what that began as."""


class WorldsSession:
    """A draft, how it came to be, and the editors that show it.

    Attributes:
        chosen: key of the world that was chosen last on the page.
        draft: what is written.
        origin: what it began as.
        kept: the text of a draft that the store keeps, and its key, if it keeps one.
        refused: why the last thing did not happen, in a sentence; empty if it did.
        actions, values, levels, rules, truth: the rows of these tables.
    """

    def __init__(self, key: str) -> None:
        self.lock = RLock()
        self.chosen, self.draft, self.origin, self.refused = "", Draft(), Origin(), ""
        self.actions, self.values = Rows(ActionRow), Rows(ValueRow)
        self.levels, self.rules = Rows(LevelRow), Rows(RuleRow)
        self.truth = TruthRows()
        self._told: tuple[Draft, str] | None = None
        self.kept: tuple[str, str] | None = None
        self._steps: deque[_Step] = deque(maxlen=MOST_STEPS)
        self._undone: list[_Step] = []
        self.adopt(key)
        self._steps.clear()

    # -- which world ------------------------------------------------------------------

    @locked
    def adopt(self, key: str) -> None:
        """Write on another world, if another was chosen; undo brings back what was written."""
        if key != self.chosen:
            self.chosen = key
            self.begin(known_world(key))

    @locked
    def begin(self, world: World, estimated: Estimated | None = None) -> None:
        """Write on a world."""
        draft = draft_of(world)
        self._put(draft, Origin(draft, world, estimated))

    @locked
    def take(self, text: str | bytes) -> None:
        """Begin with what was pasted, or is in a file: a world's JSON, a table of segments and
        actions, or a table of actions or of values, which takes the place of the one on the page.

        Raises:
            PersonalizerError: ``BadRequest`` for what is none of these.
        """
        first = (
            text.lstrip()[:1] if isinstance(text, str) else text.removeprefix(_MARK).lstrip()[:1]
        )
        if first in {"{", "[", b"{", b"["}:
            self.begin(world_from_file(text))
        elif lists_actions(text):
            self._put(self.draft.offering(items_from_table(text)))
        elif lists_values(text):
            self._put(coming(self.draft, values_from_table(text)))
        else:
            self.begin(world_from_table(text, items=self._items(), unit=self.draft.unit))

    def _items(self) -> tuple[Item, ...]:
        """Actions of the world that is written, which a pasted table may name; none if it is no
        world yet."""
        world, _, _ = self.made()
        return world.items if world is not None else ()

    @locked
    def restore(self, text: str) -> None:
        """Go on with a draft, unless it is what is written already."""
        if text == self.text:
            return
        try:
            self._put(draft_from_text(text))
        except PersonalizerError as error:
            self.refused = error.message

    @property
    def text(self) -> str | None:
        """What is written, for a reload; None where the world's own link brings it back."""
        if self.is_kept:
            return None
        if self._told is None or self._told[0] is not self.draft:
            self._told = self.draft, draft_to_text(self.draft)
        return self._told[1]

    @locked
    def clear(self) -> None:
        """Begin with empty tables."""
        self._put(Draft(), Origin())

    @locked
    def came_as(self, world: World) -> str:
        """What is written is a world now; its key."""
        self.chosen = key_of(world)
        self.origin = replace(self.origin, draft=self.draft, world=world)
        return self.chosen

    @property
    def is_kept(self) -> bool:
        """Whether the link of what was chosen leads everybody to just what is shown."""
        world = self.origin.world
        return self.is_as_it_was and world is not None and is_kept(self.chosen, world)

    @property
    def is_as_it_was(self) -> bool:
        """Whether it is a world in which nothing was changed."""
        return self.origin.world is not None and self.draft == self.origin.draft

    # -- writing ----------------------------------------------------------------------

    def _put(self, draft: Draft, origin: Origin | None = None) -> None:
        """Show another draft in editors that begin anew."""
        self._change(draft, origin)
        self._remount()

    def _change(self, draft: Draft, origin: Origin | None = None) -> None:
        self.refused = ""
        if draft != self.draft:
            self._steps.append((self.draft, self.origin))
            self._undone.clear()
            while sum(len(one.truth) for one, _ in self._steps) > MOST_TASTES:
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
        """What stands above the tables."""
        self._change(replace(self.draft, title=title, emoji=emoji, story=story, unit=unit))

    @locked
    def write_actions(self, told: Told) -> None:
        """What an editor tells of the table of actions."""
        rows = self.actions.told(told, self.draft.next_id)
        self._change(replace(self.draft, actions=rows))

    @locked
    def put_picture(self, action: int, picture: str) -> None:
        """A picture file for an action, by the number of its row; empty for none."""
        rows = (replace(r, picture=picture) if r.id == action else r for r in self.draft.actions)
        self._put(replace(self.draft, actions=tuple(rows)))

    @locked
    def write_values(self, told: Told) -> None:
        """What an editor tells of the table of values."""
        rows = self.values.told(told, self.draft.next_id)
        self._change(with_values(self.draft, rows))

    @locked
    def write_levels(self, told: Told) -> None:
        """What an editor tells of what a success may be worth."""
        rows = self.levels.told(told, self.draft.next_id)
        self._change(replace(self.draft, levels=rows))

    @locked
    def write_truth(self, told: Told) -> None:
        """What an editor tells of the table of expected rewards."""
        self._change(self.truth.told(self.draft, told))

    @locked
    def turn(self, spread: Sequence[str], held: Mapping[str, int]) -> None:
        """Show another slice of a truth that is too long for one table."""
        self.truth.turn(self.draft, spread, held)

    @locked
    def write_rules(self, told: Told) -> None:
        """What an editor tells of the rules that a truth is the sum of."""
        rules = self.draft.rules or Rules()
        rows = self.rules.told(told, self.draft.next_id)
        self._change(replace(self.draft, rules=replace(rules, rows=rows)))

    @locked
    def sum_from(self, base: float, whole: float) -> None:
        """Where the sum begins, and which share of all successes is whole."""
        rules = replace(self.draft.rules or Rules(), base=base, whole=whole)
        self._change(replace(self.draft, rules=rules))

    @locked
    def rule(self, by_rules: bool) -> None:
        """Let the truth be written as rules, or as a table."""
        made = with_rules if by_rules else without_rules
        self._attempt(lambda: made(self.draft))

    @locked
    def depend(self, names: Sequence[str] | None) -> None:
        """Let only some fields matter; None, which is told of a widget that has just left the page,
        is nobody's wish."""
        if names is not None:
            self._attempt(lambda: depending_on(self.draft, names))

    @locked
    def scramble(self, seed: int) -> None:
        """Tastes by chance."""
        self._put(scrambled(self.draft, seed))

    @locked
    def add_number(
        self, name: str, low: float, high: float, slices: int, mean: float | None, spread: float
    ) -> None:
        """A field that is a number."""
        number = name.strip(), low, high, slices, mean, spread
        self._attempt(lambda: with_number(self.draft, *number))

    @locked
    def part_fields(self) -> None:
        """Let each field come independently of the others."""
        self._put(replace(self.draft, together=APART))

    def _attempt(self, made: Callable[[], Draft]) -> None:
        """Show another draft, or why it is none."""
        try:
            self._put(made())
        except PersonalizerError as error:
            self.refused = error.message

    @locked
    def blur(self, share: float) -> None:
        """More noise in the tastes."""
        self._put(blurred(self.draft, share))

    @locked
    def grade(self, share: float) -> None:
        """Let a share of the rewards be partial ones."""
        self._put(graded(self.draft, share))

    @locked
    def copy(self, kind: Literal["row", "column"], source: int, target: int) -> None:
        """Let a segment, or an action, be as another is."""
        self._put(copied(self.draft, kind, source, target))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._steps)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was taken back, and nothing was written since."""
        return bool(self._undone)

    @locked
    def undo(self) -> None:
        """Take back the last step."""
        self._step(self._steps, self._undone)

    @locked
    def redo(self) -> None:
        """Bring back the step that was taken back last."""
        self._step(self._undone, self._steps)

    def _step(self, of: MutableSequence[_Step], to: MutableSequence[_Step]) -> None:
        if of:
            to.append((self.draft, self.origin))
            (self.draft, self.origin), self.refused = of.pop(), ""
            self._remount()

    # -- what comes of it -------------------------------------------------------------

    @locked
    def made(self) -> tuple[World | None, list[CellFault], str]:
        """The world, if it is one; what is wrong, cell by cell; and what else, in a sentence."""
        if self.is_as_it_was:
            return self.origin.world, [], ""
        if faults := faults_of(self.draft):
            return None, faults, ""
        try:
            return world_of(self.draft), [], ""
        except PersonalizerError as error:
            return None, [], error.message
