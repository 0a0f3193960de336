"""Thousands of exported files, each changed in one way, brought in again.

    python -m tests.benchmarks.fuzzed_imports [--files 2000] [--seed 1]

Each format, plain and as gzip. A file is refused with a sentence, or accepted as the same
loop; what is accepted with another meaning, raises anything else, or leaves half a loop is
told.
"""

import argparse
import gzip
import io
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine import PersonalizerError
from engine.store import About, Library, Store, StoredLoop
from engine.store.exchange.formats import FORMATS, Format
from engine.store.exchange.intake import import_file
from tests.engine.store.workers import WORLD, serve_next
from tests.faults.mutations import BY_LINE, RAW

End = Literal["refused", "the same", "another meaning", "exception", "half a loop"]
ENDS: tuple[End, ...] = ("refused", "the same", "another meaning", "exception", "half a loop")
GOOD: tuple[End, ...] = ENDS[:2]
IMPORTABLE = ("log", "dsjson")
"""Keys of the formats that can be brought in again."""
_OWNER, _NAME = "fuzz", "fuzzed.jsonl"


@dataclass(frozen=True, slots=True)
class Case:
    """One changed file.

    Attributes:
        format: its format's key.
        packed: whether it is gzip.
        change: what was done to it.
        data: its bytes.
    """

    format: str
    packed: bool
    change: str
    data: bytes


def taught(library: Library, seed: int, visitors: int = 12) -> About:
    """A loop with clicks, an undo, another setting, a crowd and an event without an answer."""
    stored = StoredLoop.create(library.store, owner="me", world=WORLD, seed=seed)
    for _ in range(visitors):
        serve_next(stored)
    stored.undo_event()
    stored.configure(default_reward=0.25)
    for _ in range(3):
        serve_next(stored)
    answer = stored.rank(WORLD.actions, WORLD.features(WORLD.contexts[5]))
    stored.expire(answer.event_id)
    return library.store.about(stored.id)


def exported(library: Library, about: About, kind: Format) -> bytes:
    """A loop's file, unfolded."""
    file = io.BytesIO()
    kind.write(library, about, file)
    return gzip.decompress(file.getvalue())


def cases(
    whole: dict[str, bytes], other: dict[str, bytes], number: int, rng: np.random.Generator
) -> Iterator[Case]:
    """Changed files, each way as often as any other.

    Args:
        whole: the file of a loop in each format.
        other: that of another loop.
    """
    kinds = [
        (key, packed, change)
        for key in whole
        for packed in (False, True)
        for change in (*RAW, *BY_LINE)
    ]
    made = 0
    while made < number:
        key, packed, change = kinds[made % len(kinds)]
        data = _changed(whole[key], other[key], packed, change, rng)
        if data is not None:
            made += 1
            yield Case(key, packed, change, data)


def _changed(
    whole: bytes, other: bytes, packed: bool, change: str, rng: np.random.Generator
) -> bytes | None:
    """A changed file; None if the change left it as it was."""
    if change in RAW:
        return RAW[change](gzip.compress(whole, 3, mtime=0) if packed else whole, rng)
    lines = BY_LINE[change](whole.splitlines(), other.splitlines(), rng)
    data = b"".join(line + b"\n" for line in lines)
    if data == whole:
        return None
    return gzip.compress(data, 3, mtime=0) if packed else data


def brought_in(library: Library, case: Case, kind: Format, same: bytes) -> tuple[End, str]:
    """What becomes of a file, and what is said.

    Args:
        same: what the loop of the unchanged file is exported as.
    """
    try:
        about = import_file(library, io.BytesIO(case.data), _OWNER, _NAME)
    except PersonalizerError as error:
        return ("half a loop" if library.store.loops(_OWNER) else "refused"), error.message
    except Exception as error:
        return "exception", f"{type(error).__name__}: {error}"
    try:
        is_same = exported(library, about, kind) == same
    except Exception as error:
        return "exception", f"when exported again: {type(error).__name__}: {error}"
    return ("the same" if is_same else "another meaning"), ""


def _round_trip(library: Library, whole: bytes, kind: Format) -> bytes:
    """What an unchanged file comes out as when it was brought in."""
    about = import_file(library, io.BytesIO(whole), _OWNER, _NAME)
    file = exported(library, about, kind)
    clear(library)
    return file


def clear(library: Library) -> None:
    """Erase what was brought in."""
    for about in library.store.loops(_OWNER):
        library.store.delete(about.id, _OWNER)


def main() -> None:
    """Change, bring in, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, start = np.random.default_rng(options.seed), time.perf_counter()
    kinds = {kind.key: kind for kind in FORMATS if kind.key in IMPORTABLE}
    found: dict[tuple[str, str], Counter[End]] = {}
    exceptions: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Store.open(f"sqlite:///{folder}/events.db"))
        one, another = taught(library, 7), taught(library, 8)
        whole = {key: exported(library, one, kind) for key, kind in kinds.items()}
        other = {key: exported(library, another, kind) for key, kind in kinds.items()}
        same = {key: _round_trip(library, whole[key], kind) for key, kind in kinds.items()}
        for case in cases(whole, other, options.files, rng):
            end, said = brought_in(library, case, kinds[case.format], same[case.format])
            place = f"{case.format}{'.gz' if case.packed else ''}"
            found.setdefault((case.change, place), Counter())[end] += 1
            if end == "exception":
                exceptions[f"{place}, {case.change}: {said[:90]}"] += 1
            clear(library)
        library.store.close()
    _print(found)
    for said, times in exceptions.most_common():
        print(f"{times} x {said}")
    print(f"{options.files:,} files in {time.perf_counter() - start:.0f} s")


def _print(found: dict[tuple[str, str], Counter[End]]) -> None:
    """A row for each change of each kind of file, then their sums."""
    print(f"{'change':24}{'file':12}" + "".join(f"{end:>17}" for end in ENDS))
    sums: dict[str, Counter[End]] = {}
    for (change, place), ends in sorted(found.items(), key=lambda item: item[0][::-1]):
        sums.setdefault(place, Counter()).update(ends)
        print(f"{change:24}{place:12}" + "".join(f"{ends[end]:>17,}" for end in ENDS))
    sums["all"] = sum(sums.values(), Counter())
    for place, ends in sums.items():
        print(f"{'all':24}{place:12}" + "".join(f"{ends[end]:>17,}" for end in ENDS))


if __name__ == "__main__":
    main()
