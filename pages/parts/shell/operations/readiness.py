"""Whether the server can serve: asked of the database, and answered in time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread

from engine.errors import PersonalizerError

PATIENCE = 2.0
"""Seconds after which a database that has not answered is none."""


class Readiness:
    """Asks a question of the database now and then, in a thread that nobody waits for.

    While one question hangs no other is asked, however many want to know.

    Args:
        ask: the question; raises PersonalizerError with a sentence if something is wrong.
        patience: seconds until the answer is that there is none.
    """

    def __init__(self, ask: Callable[[], object], patience: float = PATIENCE) -> None:
        self._ask, self._patience = ask, patience
        self._lock = Lock()
        self._asked: Future[object] | None = None

    async def trouble(self) -> str:
        """What is wrong, in a sentence; nothing if all is well."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._question()), self._patience)
        except TimeoutError:
            return f"The database has not answered within {self._patience:g} seconds."
        except PersonalizerError as error:
            return error.message
        return ""

    def _question(self) -> Future[object]:
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                # It runs, so who waits no longer cannot cancel it for the others.
                self._asked.set_running_or_notify_cancel()
                Thread(target=self._put, args=(self._asked,), daemon=True).start()
            return self._asked

    def _put(self, asked: Future[object]) -> None:
        try:
            asked.set_result(self._ask())
        except Exception as error:
            asked.set_exception(error)
