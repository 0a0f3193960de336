"""Bodies of HTTP requests, cut off at a maximum size."""

from starlette.requests import ClientDisconnect, Request


async def body_of(request: Request, most: int) -> bytes:
    """Return the body, cut off at ``most`` bytes; longer bodies are not read to the end.

    Empty if the browser disconnects before the end.
    """
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > most:
                break
    except ClientDisconnect:
        return b""
    return body[:most]
