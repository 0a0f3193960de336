"""Rows, and other texts, to take along."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.parts.base_path import base_path
from pages.parts.clients import this_client
from pages.parts.components.download_link import download_link
from pages.parts.passes import ELSEWHERE, Table, pass_of, this_pass

Rows = Iterable[Any] | pd.DataFrame
TABLE_PATH = "/playground/table"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_cells(rows: Rows) -> pd.DataFrame:
    """Rows in which no text is a formula to a spreadsheet: it would do what a stranger typed."""

    def harmless(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

    frame = pd.DataFrame(rows)
    texts = frame.select_dtypes(["object", "string"])
    return frame.assign(**{str(name): texts[name].map(harmless) for name in texts})


def download_csv(label: str, rows: Callable[[], Rows], key: str, name: str) -> None:
    """A link under which rows are made when it is followed, and saved as CSV under a name.

    Streamlit's own button forgets what it would save whenever it is drawn anew: a press in just
    that moment comes to nothing.
    """
    mine = this_pass(this_client())
    mine.tables[key] = Table(f"{name}.csv", lambda: as_cells(rows()).to_csv(index=False))
    download_link(key, label, f"{base_path()}{TABLE_PATH}/{mine.token}/{key}")


def download_text(
    label: str, text: Callable[[], str], key: str, name: str, kind: str = "application/json"
) -> None:
    """The same for a text that is a file as it stands."""
    mine = this_pass(this_client())
    mine.tables[key] = Table(name, text, kind)
    download_link(key, label, f"{base_path()}{TABLE_PATH}/{mine.token}/{key}")


async def send_table(request: Request) -> Response:
    """A file for the session that was given the token: those that the link stood for last."""
    told = request.path_params
    pass_ = pass_of(told["token"])
    table = pass_.tables.get(told["key"]) if pass_ is not None else None
    if table is None:
        return PlainTextResponse(ELSEWHERE, 403)
    saved_as = f'attachment; filename="{table.name}"'
    text = await asyncio.to_thread(table.csv)
    return Response(text, media_type=table.kind, headers={"Content-Disposition": saved_as})
