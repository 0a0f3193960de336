"""Recent calls of applications, in the memory of the process, for display on a page."""

import re
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from threading import Lock

from engine.service.call_types import Call, Reply

MAX_CALLS, MAX_LOOPS = 100, 64
"""Calls kept per loop, and loops with kept calls; the latest of both."""
MAX_BYTES, MAX_TEXT = 256 << 10, 8 << 10
"""Bytes of all texts of a loop's calls, and of the request or the answer of a call."""
_EVENT = re.compile(r"/events/(.+)/(?:reward|activate)/?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RecentCall:
    """A call and its answer.

    Attributes:
        number: counts the calls of all loops; later calls have higher numbers.
        time: of the answer, in UTC.
        seconds: from the arrival of the call to the answer.
        operation: name, such as ``Rank``; empty for an unknown address.
        address: method and path.
        request, answer: JSON, cut off at `MAX_TEXT` bytes; empty for model files.
        status: HTTP status of the answer.
        code: of an error, else empty.
        event_id: of the event that the call is about, else empty.
        dangling: reason for which a reward or an activation teaches nothing, else empty.
    """

    number: int
    time: datetime
    seconds: float
    operation: str
    address: str
    request: bytes
    answer: bytes
    status: int
    code: str
    event_id: str
    dangling: str

    @property
    def size(self) -> int:
        """Bytes of the texts."""
        return len(self.request) + len(self.answer) + len(self.address)


@dataclass(slots=True)
class _LoopCalls:
    calls: deque[RecentCall] = field(default_factory=deque)
    size: int = 0
    total: int = 0

    def add(self, call: RecentCall) -> None:
        self.calls.append(call)
        self.size += call.size
        self.total += 1
        while len(self.calls) > MAX_CALLS or self.size > MAX_BYTES:
            self.size -= self.calls.popleft().size


class RecentCalls:
    """The latest calls of each loop; thread-safe.

    Attributes:
        is_open: False if the operator has switched calls off.
    """

    def __init__(self) -> None:
        self.is_open = True
        self._lock, self._numbers = Lock(), count(1)
        self._loops: OrderedDict[str, _LoopCalls] = OrderedDict()

    def note(self, call: Call, reply: Reply, seconds: float) -> None:
        """Keep a call with a known key."""
        if not reply.loop:
            return
        is_file = reply.operation in {"GetModel", "PutModel"}
        kept = RecentCall(
            next(self._numbers),
            datetime.now(UTC),
            seconds,
            reply.operation,
            f"{call.method} {call.path}"[:MAX_TEXT],
            b"" if is_file else call.body[:MAX_TEXT],
            b"" if is_file else reply.body[:MAX_TEXT],
            reply.status,
            reply.code,
            _event_of(call, reply),
            reply.dangling,
        )
        with self._lock:
            self._loops.setdefault(reply.loop, _LoopCalls()).add(kept)
            self._loops.move_to_end(reply.loop)
            if len(self._loops) > MAX_LOOPS:
                self._loops.popitem(last=False)

    def latest(self, loop: str, most: int) -> Sequence[RecentCall]:
        """Return the latest calls of a loop, newest first."""
        with self._lock:
            known = self._loops.get(loop)
            return [] if known is None else [*known.calls][: -most - 1 : -1]

    def total(self, loop: str) -> int:
        """Return the number of calls of a loop since this process started."""
        with self._lock:
            known = self._loops.get(loop)
            return 0 if known is None else known.total


def _event_of(call: Call, reply: Reply) -> str:
    if isinstance(reply.content, dict) and "eventId" in reply.content:
        return str(reply.content["eventId"])
    match = _EVENT.search(call.path)
    return match[1] if match else ""


@cache
def recent_calls() -> RecentCalls:
    """Return the recent calls of this process."""
    return RecentCalls()
