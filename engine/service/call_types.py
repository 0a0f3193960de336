"""Calls of applications, their replies, and the operations' interface."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from engine.errors import PersonalizerError
from engine.pausable_steps import Steps
from engine.service.json_bodies import STATUSES, error_json
from engine.store import LoopLibrary
from engine.store.stored_loop import StoredLoop

JSON, BYTES = "application/json; charset=utf-8", "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP request below ``/personalizer``.

    Attributes:
        path: decoded, without ``/personalizer``, such as ``/v1.0/rank``.
        query: decoded parameters.
        headers: by name in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response.

    Attributes:
        content: JSON value, bytes, or None for an empty body.
        work: a job that the answered call started, to be done in the background.
        operation: name of the operation; empty if no operation was called.
        code: of an error.
        loop: id of the key's loop; empty for an unknown key.
        dangling: reason for which a reward or an activation teaches nothing; empty if it counts.
    """

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    work: Steps[None] | None = None
    operation: str = ""
    code: str = ""
    loop: str = ""
    dangling: str = ""

    @property
    def body(self) -> bytes:
        """The content as bytes."""
        if self.content is None or isinstance(self.content, bytes):
            return self.content or b""
        return msgspec.json.encode(self.content)

    @property
    def media_type(self) -> str:
        """Content type of the body; empty without a body."""
        if self.content is None:
            return ""
        return BYTES if isinstance(self.content, bytes) else JSON


@dataclass(frozen=True, slots=True)
class Request:
    """A call of an operation on the loop of its key.

    Attributes:
        version: of the service's API, such as ``v1.0`` or ``2022-09-01-preview``.
        id: in the path: of an event, an evaluation, or a feature importance.
    """

    library: LoopLibrary
    stored: StoredLoop
    call: Call
    version: str
    id: str = ""


Handler = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the service.

    Attributes:
        path: without the version; ``{id}`` stands for an id, which may hold ``/``.
        body, result: shapes of the request's and the answer's JSON; None for none.
        status: of a successful answer.
        versions: beginnings of the API versions that have it.
        query: names of the parameters.
    """

    name: str
    method: str
    path: str
    handle: Handler
    status: int
    body: type[Struct] | type[bytes] | None = None
    result: type[Struct] | type[bytes] | None = None
    versions: tuple[str, ...] = ("",)
    query: tuple[str, ...] = ()


def refused(error: PersonalizerError, **headers: str) -> Reply:
    """Reply of a refused call."""
    status = STATUSES.get(error.code, 400)
    named = {"x-ms-error-code": error.code, **headers}
    return Reply(status, error_json(error), named, code=error.code)
