"""What each address has kept in the store: in memory only, as long as this process runs.

An address is personal data, and neither it nor anything made of it is written down.
"""

from collections.abc import Callable, Collection
from threading import RLock

from engine.errors import StoreError
from engine.loop.lock import locked
from engine.store.failures import NOT_SAVED
from engine.store.limits import Limits


def nowhere() -> str:
    """Nobody knows whence a call comes."""
    return ""


class Shares:
    """Loops that each address has written to, and how much.

    Args:
        limits: what one address may keep.
        address: whence comes what this thread does; empty where that is not known, which has
            no cap.
    """

    def __init__(self, limits: Limits, address: Callable[[], str]) -> None:
        self.lock, self._limits, self._address = RLock(), limits, address
        self._kept: dict[str, dict[str, int]] = {}

    @locked
    def check(self, loop: str) -> None:
        """Whether the address may write to a loop.

        Raises:
            StoreError: ``OperationNotAllowed`` if it has its share.
        """
        kept = self._kept.get(self._address(), {})
        loops, most = self._limits.max_loops_per_address, self._limits.max_database_per_address
        if loop not in kept and len(kept) >= loops:
            sentence = f"Your address keeps {loops:,} loops here, the most it may, {NOT_SAVED}"
            raise StoreError(sentence, "OperationNotAllowed")
        if sum(kept.values()) >= most << 20:
            sentence = f"Your address keeps {most:,} MiB here, the most it may, {NOT_SAVED}"
            raise StoreError(sentence, "OperationNotAllowed")

    @locked
    def add(self, loop: str, size: int) -> None:
        """So many bytes more of a loop are kept."""
        if address := self._address():
            kept = self._kept.setdefault(address, {})
            kept[loop] = kept.get(loop, 0) + size

    @locked
    def forget(self, loop: str) -> None:
        """A loop is gone."""
        for kept in self._kept.values():
            kept.pop(loop, None)

    @locked
    def keep_only(self, loops: Collection[str]) -> None:
        """All other loops are gone."""
        left = {
            address: {loop: size for loop, size in kept.items() if loop in loops}
            for address, kept in self._kept.items()
        }
        self._kept = {address: kept for address, kept in left.items() if kept}
