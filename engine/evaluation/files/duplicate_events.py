"""Duplicate events of a log.

The service joins decisions with rewards by event id: one id is one decision with one reward (the
first in time, or the sum), so a joined log has one line per id. A second line, from overlapping
files, would count one decision twice and make intervals too narrow.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_SHORT = 40
"""Longest id stored as it is: the service's have 32 characters, most others 36."""


def _kept(event_id: str) -> str | bytes:
    """Id, or the hash of a long one: a million ids take some hundred MiB."""
    if len(event_id) <= _SHORT:
        return event_id
    return blake2b(event_id.encode(errors="surrogatepass"), digest_size=16).digest()


class EventIds:
    """Ids of a log's events so far; events without an id are never duplicates."""

    def __init__(self) -> None:
        self._known: set[str | bytes] = set()

    def is_again(self, event_id: str) -> bool:
        """Add an id; return True if it was known before."""
        if not event_id:
            return False
        before = len(self._known)
        self._known.add(_kept(event_id))
        return len(self._known) == before

    def __contains__(self, event_id: str) -> bool:
        """Return True if the id is known."""
        return _kept(event_id) in self._known

    def again(self, codes: NDArray[np.intp], names: Sequence[str]) -> NDArray[np.bool_]:
        """Mask of events, (N,), whose id is a duplicate, given positions in the ids, (N,)."""
        distinct, first = np.unique(codes, return_index=True)
        duplicate = np.array([bool(name) for name in names])[codes]
        duplicate[first] = [self.is_again(names[code]) for code in distinct]
        return duplicate
