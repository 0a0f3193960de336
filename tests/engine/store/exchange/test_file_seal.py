"""The seal that distinguishes a complete file from a truncated, combined or edited file."""

import io
import json
import re
from collections.abc import Callable

import pytest

from engine.errors import RejectedError
from engine.store import LoopInfo, LoopLibrary, StoredLoop
from engine.store.exchange.file_seal import SealedLines, sealed
from engine.store.exchange.jsonl import export_lines as export_log
from engine.store.exchange.loop_import import import_file
from engine.store.exchange.untrusted_lines import Faults, numbered_lines
from tests.engine.store.exchange.files import file_of, reading_of, rejected
from tests.engine.store.workers import WORLD, serve_next

Lines = list[str]


@pytest.fixture
def decisions(exported: StoredLoop) -> Lines:
    return list(reading_of(exported.loop.log).lines("here"))


def _less(line: str) -> str:
    """An entry or a decision with another reward or propensity."""
    return re.sub(r'("value":|"_label_cost": -?)1.0', r"\g<1>0.5", line)


CHANGES: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "cut": (lambda lines: lines[:-2], "it ends without its seal, the last line: it was cut"),
    "cut but for its seal": (lambda lines: lines[:-2] + lines[-1:], "entries, but it holds"),
    "edited": (lambda lines: [*map(_less, lines)], "they were edited or reordered"),
}


@pytest.mark.no_cover
@pytest.mark.parametrize(("change", "reason"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("kind", ["log", "dsjson"])
def test_a_file_that_is_not_what_its_seal_says_is_refused_or_marked(
    library: LoopLibrary,
    lines: Lines,
    decisions: Lines,
    kind: str,
    change: Callable[[Lines], Lines],
    reason: str,
) -> None:
    whole = lines if kind == "log" else decisions
    changed = change(whole)
    assert changed != whole
    error = rejected(library, file_of(*changed))
    assert (error.total, reason in error.message) == (1, True)
    assert _brought(library, file_of(*changed), edited=True).origin == "edited"
    assert _brought(library, file_of(*whole), edited=True).origin == "here"


def _brought(library: LoopLibrary, file: io.BytesIO, edited: bool = False) -> LoopInfo:
    about = import_file(library, file, "new", edited=edited)
    library.store.delete(about.id, "new")
    return about


def test_decisions_in_another_order_are_refused(library: LoopLibrary, decisions: Lines) -> None:
    swapped = [*decisions[:2], decisions[3], decisions[2], *decisions[4:]]
    assert "edited or reordered" in rejected(library, file_of(*swapped)).message
    with pytest.raises(RejectedError, match="line 4: its time is before that of the line before"):
        import_file(library, file_of(*swapped), "other", edited=True)


def test_what_was_brought_back_has_its_old_times_in_a_file_that_was_cut(
    library: LoopLibrary,
) -> None:
    kept = StoredLoop.create(library.store, owner="me", world=WORLD, seed=7)
    for _ in range(4):
        serve_next(kept)
    kept.undo(4)
    kept.redo()
    serve_next(kept)
    cut = list(export_log(library.store, kept.id))[:-1]
    assert _brought(library, file_of(*cut), edited=True).origin == "edited"


def test_clocks_are_set_in_a_whole_file_and_in_others_logs(
    library: LoopLibrary, lines: Lines, exported: StoredLoop
) -> None:
    late = re.sub(r'"time":"20', '"time":"21', lines[1]).replace("2126", "2099")
    set_back = [lines[0], late, *lines[2:-1]]
    assert _brought(library, file_of(*sealed(set_back))).origin == "here"
    rows = [json.dumps(row) for row in reading_of(exported.loop.log).rows()]
    assert _brought(library, file_of(*reversed(rows))).origin == "foreign"


def test_a_file_of_the_format_before_has_no_seal_that_could_tell(
    library: LoopLibrary, lines: Lines
) -> None:
    old = [lines[0].replace('"version": 2, ', '"version": 1, '), *lines[1:-1]]
    assert _brought(library, file_of(*old)).origin == "unsealed"
    assert "edited" in rejected(library, file_of(*old, lines[-1])).message


def test_a_mark_travels_with_the_loop(library: LoopLibrary, lines: Lines) -> None:
    about = import_file(library, file_of(*map(_less, lines)), "new", edited=True)
    copy = library.store.duplicate(about.id, "new")
    assert copy.origin == "edited"
    log = library.open(copy.id).loop.log
    assert _brought(library, file_of(*reading_of(log).lines(copy.origin))).origin == "edited"
    for one in (about, copy):
        library.store.delete(one.id, "new")


def test_ends_of_lines_and_empty_ones_do_not_count() -> None:
    text = "\r\n \r\n".join(sealed(["head", "one", "two"], "# "))
    lines = SealedLines(numbered_lines(io.BytesIO(text.encode()), 1, Faults()))
    assert [line.strip() for _, line in lines] == ["head", "one", "two"]
    assert (lines.has_seal, lines.fault()) == (True, None)
