"""Readiness of the server: a database check with a time limit."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread

from engine.errors import PersonalizerError

PATIENCE = 2.0
"""Seconds after which an unanswered check counts as failed."""


class Readiness:
    """Database check, run in a daemon thread.

    Concurrent callers share the check under way, even while it hangs.

    Args:
        ask: the check; raises PersonalizerError with a sentence on failure.
        patience: seconds to wait for the check.
    """

    def __init__(self, ask: Callable[[], object], patience: float = PATIENCE) -> None:
        self._ask, self._patience = ask, patience
        self._lock = Lock()
        self._pending: Future[object] | None = None

    async def trouble(self) -> str:
        """Return the fault in a sentence; empty if the database answers."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._question()), self._patience)
        except TimeoutError:
            return f"The database has not answered within {self._patience:g} seconds."
        except PersonalizerError as error:
            return error.message
        return ""

    def _question(self) -> Future[object]:
        with self._lock:
            if self._pending is None or self._pending.done():
                self._pending = Future()
                # A running future cannot be cancelled by a caller's time limit.
                self._pending.set_running_or_notify_cancel()
                Thread(target=self._put, args=(self._pending,), daemon=True).start()
            return self._pending

    def _put(self, pending: Future[object]) -> None:
        try:
            pending.set_result(self._ask())
        except Exception as error:
            pending.set_exception(error)
