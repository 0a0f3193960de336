"""Whose turn it is in a line."""

import pytest

from pages.parts.work.clients import Client
from pages.parts.work.fair_share import FairShare


@pytest.mark.parametrize(
    "clients",
    [
        {name: Client(name, "here") for name in ("long", "p", "q")},
        {name: Client(name, name) for name in ("long", "p", "q")},
    ],
    ids=["sessions", "addresses"],
)
def test_who_comes_back_for_each_part_gets_no_more_than_who_asks_for_all_at_once(
    clients: dict[str, Client],
) -> None:
    line, served = FairShare[str](), list[str]()
    for name, client in clients.items():
        line.join(name, client)
    for _ in range(30):
        first = next(iter(line))
        served.append(first)
        line.charge(first, 1.0)
        if first != "long":
            line.leave(first)
            line.join(first, clients[first])
    assert {served.count(name) for name in clients} == {10}


def test_what_somebody_has_had_is_forgotten_once_the_others_have_had_as_much() -> None:
    line = FairShare[str]()
    line.join("a", Client("a", ""))
    line.charge("a", 5.0)
    line.join("b", Client("b", ""))
    line.charge("a", 5.0)
    line.leave("a")
    line.charge("b", 5.0)
    line.join("c", Client("c", ""))
    line.join("a", Client("a", ""))
    assert list(line) == ["b", "c", "a"]
    line.leave("a")
    line.leave("b")
    line.leave("c")
    line.join("b", Client("b", ""))
    line.charge("b", 1.0)
    line.join("a", Client("a", ""))
    line.charge("a", 0.5)
    line.charge("b", 1.0)
    assert list(line) == ["a", "b"]
