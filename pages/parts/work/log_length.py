"""Route that answers how long the log of a loop is: pages that follow a loop ask it."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Collection, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine import PersonalizerError
from pages.parts.settings.library import positions_of
from pages.parts.work.request_body import body_of

LENGTH_PATH = "/playground/length"
_LONGEST = 64
"""Bytes of a loop's name."""
_NAME = re.compile(rb"[\w-]{1,%d}" % _LONGEST)
_MOMENT = 0.1
"""Seconds in which questions for the lengths of logs come together; a page asks once in 0.8."""
_MOST = 500
"""Names in one question; databases have a limit."""


class Lengths:
    """How long logs are: what many pages ask in a moment is one question to the database.

    Args:
        ask: finds the lengths of those loops that there are.
    """

    def __init__(self, ask: Callable[[Collection[str]], Mapping[str, int]]) -> None:
        self._ask = ask
        self._names: set[str] = set()
        self._found: asyncio.Task[Mapping[str, int]] | None = None

    async def of(self, loop: str) -> int | None:
        """The length of a loop's log; None if there is no such loop, or nobody can tell."""
        if self._found is None or len(self._names) >= _MOST:
            self._names = set()
            self._found = asyncio.create_task(self._find(self._names))
        self._names.add(loop)
        # Whoever leaves takes the answer from nobody else.
        return (await asyncio.shield(self._found)).get(loop)

    async def _find(self, names: set[str]) -> Mapping[str, int]:
        await asyncio.sleep(_MOMENT)
        if names is self._names:
            self._found = None
        with contextlib.suppress(PersonalizerError):
            return await asyncio.to_thread(self._ask, names)
        return {}


_lengths = Lengths(positions_of)


async def length(request: Request) -> Response:
    """How many entries the log of the loop has whose name is the body: no proxy logs that."""
    name = await body_of(request, _LONGEST + 1)
    # Whatever could be no name might spoil the question of all others.
    length = await _lengths.of(name.decode()) if _NAME.fullmatch(name) else None
    return JSONResponse({}, status_code=404) if length is None else JSONResponse({"length": length})
