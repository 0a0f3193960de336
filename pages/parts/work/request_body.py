"""What a browser sends to a route."""

from starlette.requests import ClientDisconnect, Request


async def body_of(request: Request, most: int) -> bytes:
    """The body, cut off after so many bytes: what is longer than meant is not read to its end.

    Of a browser that leaves before it has sent all, there is none.
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
