"""One flipped bit in a database file: without effect, detected, or accepted?"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

import numpy as np

from engine import PersonalizerError
from engine.store import Store, StoredLoop
from tests.engine.store.workers import WORLD, beliefs, from_scratch, serve_next

Effect = Literal["without effect", "refused", "believed", "uncaught"]
"""No difference; a message about the damage; different content; any other exception."""

_PATIENCE = 60
"""Seconds after which reading counts as endless."""


@dataclass(frozen=True, slots=True)
class Flipped:
    """The effect of a flipped bit.

    Attributes:
        at: position of the bit in the file.
        effect: kind of effect.
        said: the message, or the exception with its type; empty without either.
    """

    at: int
    effect: Effect
    said: str = ""


class EndlessError(BaseException):
    """The read would never have ended."""


def make_file(folder: Path, events: int = 150) -> tuple[Path, str]:
    """Create a database with a loop and snapshots; return the file and the loop's id."""
    store = Store.open(f"sqlite:///{folder}/whole.db")
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    for _ in range(events):
        serve_next(kept)
        kept.snapshot_if_due(every=90)
    store.close()
    return folder / "whole.db", kept.id


def content(file: Path, loop: str) -> object:
    """Full content of a file: loop information, log, events and beliefs.

    Raises:
        PersonalizerError: if a part cannot be read.
    """
    store = Store.open(f"sqlite:///{file}")
    try:
        kept = StoredLoop.open(store, loop)
        believed = beliefs(kept.loop)
        about = store.loop_info(loop)
        texts = list(store.texts(loop, 0, about.length))
        events = [repr(event) for event in kept.loop.events.values()]
        again = beliefs(from_scratch(store, loop))
        owned = [asdict(one) | {"used": 0} for one in store.loops("me")]
        return (believed, again, texts, events, owned)
    finally:
        store.close()


def flip(whole: bytes, at: int) -> bytes:
    """Copy of the bytes with one bit flipped."""
    changed = bytearray(whole)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def effects(folder: Path, times: int, rng: np.random.Generator) -> Iterator[Flipped]:
    """Flip random bits one at a time, reading everything after each flip."""
    file, loop = make_file(folder)
    whole, expected = file.read_bytes(), content(file, loop)
    for number in range(times):
        at = int(rng.integers(len(whole) * 8))
        damaged = folder / f"damaged-{number}.db"
        damaged.write_bytes(flip(whole, at))
        yield _effect(damaged, loop, at, expected)
        for left in folder.glob(f"{damaged.name}*"):
            left.unlink()


def _effect(file: Path, loop: str, at: int, expected: object) -> Flipped:
    try:
        with _time_limit(_PATIENCE):
            actual = content(file, loop)
    except PersonalizerError as error:
        return Flipped(at, "refused", error.message)
    except (Exception, EndlessError) as error:
        return Flipped(at, "uncaught", f"{type(error).__name__}: {error}"[:120])
    return Flipped(at, "without effect" if actual == expected else "believed")


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def summary(flipped: list[Flipped]) -> str:
    """Number of cases per effect, and the most frequent messages."""
    counts = Counter(one.effect for one in flipped)
    messages = Counter(f"{one.effect}: {one.said}" for one in flipped if one.said)
    parts = [f"{number} {effect}" for effect, number in counts.most_common()]
    return ", ".join(parts) + "".join(f"\n    {n} x {s}" for s, n in messages.most_common(12))
