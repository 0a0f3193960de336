"""HTTP route that returns the length of a loop's log, polled by pages on the loop."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Collection, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine import PersonalizerError
from pages.parts.settings.loop_library_access import positions_of
from pages.parts.work.request_body_limit import body_of

LENGTH_PATH = "/playground/length"
_LONGEST = 64
"""Bytes of a loop's name."""
_NAME = re.compile(rb"[\w-]{1,%d}" % _LONGEST)
_MOMENT = 0.1
"""Seconds in which queries are batched; a page polls every 0.8 seconds."""
_MOST = 500
"""Maximum number of names per query, as databases have a limit."""


class Lengths:
    """Lengths of logs; concurrent requests share a database query.

    Args:
        ask: returns the lengths of the existing loops among some names.
    """

    def __init__(self, ask: Callable[[Collection[str]], Mapping[str, int]]) -> None:
        self._ask = ask
        self._names: set[str] = set()
        self._query: asyncio.Task[Mapping[str, int]] | None = None

    async def of(self, loop: str) -> int | None:
        """Return the length of a loop's log; None for an unknown loop or a failed query."""
        if self._query is None or len(self._names) >= _MOST:
            self._names = set()
            self._query = asyncio.create_task(self._find(self._names))
        self._names.add(loop)
        # A cancelled request does not cancel the shared query.
        return (await asyncio.shield(self._query)).get(loop)

    async def _find(self, names: set[str]) -> Mapping[str, int]:
        await asyncio.sleep(_MOMENT)
        if names is self._names:
            self._query = None
        with contextlib.suppress(PersonalizerError):
            return await asyncio.to_thread(self._ask, names)
        return {}


_lengths = Lengths(positions_of)


async def length(request: Request) -> Response:
    """Return the length of the loop named in the body; proxies log addresses, but no bodies."""
    name = await body_of(request, _LONGEST + 1)
    # An invalid name could make the shared query fail.
    length = await _lengths.of(name.decode()) if _NAME.fullmatch(name) else None
    return JSONResponse({}, status_code=404) if length is None else JSONResponse({"length": length})
