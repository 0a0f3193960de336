"""Structure of the pages, read from the source: wings import only wings to their left."""

from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from tests.source import PAGES, ROOT, imported, parse

WINGS = ("text", "settings", "work", "charts", "scene", "components")
"""Wings below the rooms in order: each may import only preceding wings."""
ROOMS = (
    *("play", "compare", "race", "evaluate", "why", "worlds", "lessons", "data", "glossary"),
    *("show", "connect"),
)
"""One room per page; imports between rooms must not be mutual."""
SHELL = "shell"
"""Imports everything, and is imported by pages alone."""
MAX_FLOORS = 9

Arrows = Mapping[str, Set[str]]


def part_of(module: str) -> str | None:
    """Wing or room of a module by its dotted name; None for modules outside of both."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["pages", "parts"] and len(parts) > 2 else None


def arrows(files: Iterable[Path]) -> Arrows:
    """Imported wings and rooms, by wing or room."""
    found: dict[str, set[str]] = {}
    for path in files:
        own = part_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if own is not None:
            used = {part_of(name) for name in imported(parse(path))}
            found.setdefault(own, set()).update(name for name in used - {own} if name)
    return found


def rank(part: str) -> int:
    """Position of a wing or a room in the order of the house."""
    if part in WINGS:
        return WINGS.index(part)
    return len(WINGS) + (part == SHELL)


def upward(of: Arrows) -> list[tuple[str, str]]:
    """Imports of a part ranked above the importing part."""
    return sorted((own, used) for own in of for used in of[own] if rank(used) > rank(own))


def mutual(of: Arrows) -> list[tuple[str, str]]:
    """Pairs of parts with imports in both directions."""
    return sorted((a, b) for a in of for b in of[a] if a < b and a in of.get(b, ()))


def floors(of: Arrows) -> int:
    """Length of the longest chain of imports, in parts."""
    heights: dict[str, int] = {}

    def height(part: str) -> int:
        if part not in heights:
            heights[part] = 1 + max(map(height, of.get(part, ())), default=0)
        return heights[part]

    return max(map(height, of))


OURS = arrows(PAGES)


def test_every_file_of_the_pages_is_in_a_wing_or_a_room() -> None:
    assert OURS.keys() == {*WINGS, *ROOMS, SHELL}
    assert not [path.name for path in PAGES if path.parent == ROOT / "pages" / "parts"]


def test_no_wing_or_room_imports_one_above_it() -> None:
    assert upward(OURS) == []


def test_no_two_rooms_import_each_other() -> None:
    assert mutual(OURS) == []


def test_the_pages_stand_on_few_floors() -> None:
    assert floors(OURS) <= MAX_FLOORS


def test_the_rules_can_fail() -> None:
    wrong = {"text": {"play"}, "play": {"race"}, "race": {"play"}}
    assert upward(wrong) == [("text", "play")]
    assert mutual(wrong) == [("play", "race")]
    assert floors({"a": {"b"}, "b": {"c"}}) == 3
