"""Readiness of the server."""

import asyncio
from threading import Event

from engine.store import StoreError
from pages.parts.shell.operations.readiness import Readiness


def test_a_database_that_answers_is_no_trouble() -> None:
    assert asyncio.run(Readiness(lambda: None).trouble()) == ""


def test_one_that_refuses_is_trouble_in_its_own_words() -> None:
    def ask() -> None:
        raise StoreError("The database is away.")

    assert asyncio.run(Readiness(ask).trouble()) == "The database is away."


def test_a_hanging_database_is_reported_in_time_with_one_query_only() -> None:
    questions, goes_on = [], Event()

    def ask() -> None:
        questions.append("a question")
        assert goes_on.wait(20)

    readiness = Readiness(ask, patience=0.01)

    async def several() -> list[str]:
        troubles = list(await asyncio.gather(*(readiness.trouble() for _ in range(5))))
        assert questions == ["a question"]
        goes_on.set()
        while await readiness.trouble():
            pass
        return troubles

    troubles = asyncio.run(several())
    assert set(troubles) == {"The database has not answered within 0.01 seconds."}
