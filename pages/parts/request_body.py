"""What a browser sends to a route."""

from starlette.requests import Request


async def body_of(request: Request, most: int) -> bytes:
    """The body, cut off after so many bytes: what is longer than meant is not read to its end."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            break
    return body[:most]
