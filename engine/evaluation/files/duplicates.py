"""Events that stand in a log twice.

The service joins what was ranked with what was rewarded by the event's id: one id is one decision
with one reward, the first in time or the sum of all, so a joined log has one line for it. A second
line, of files that overlap or were put together twice, is no second reward: it would count one
decision as two, and make intervals narrower than they are.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_SHORT = 40
"""Characters of an id that is kept as it is: the service's have 32, most others 36."""


def _kept(event_id: str) -> str | bytes:
    """However long ids are, a million of them take some hundred MiB."""
    if len(event_id) <= _SHORT:
        return event_id
    return blake2b(event_id.encode(errors="surrogatepass"), digest_size=16).digest()


class EventIds:
    """The ids of a log's events so far; events without one are not told apart."""

    def __init__(self) -> None:
        self._known: set[str | bytes] = set()

    def is_again(self, event_id: str) -> bool:
        """Whether it was there before; from here on it was."""
        if not event_id:
            return False
        before = len(self._known)
        self._known.add(_kept(event_id))
        return len(self._known) == before

    def __contains__(self, event_id: str) -> bool:
        """Whether it was there."""
        return _kept(event_id) in self._known

    def again(self, codes: NDArray[np.intp], names: Sequence[str]) -> NDArray[np.bool_]:
        """Which of N events have an id that was there before: positions in the ids, (N,)."""
        told, first = np.unique(codes, return_index=True)
        found = np.array([bool(name) for name in names])[codes]
        found[first] = [self.is_again(names[code]) for code in told]
        return found
