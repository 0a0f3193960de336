"""Test calls: Rank and Reward of simulated visitors, over HTTP to this server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote

from engine.pausable_steps import Steps
from engine.simulation.simulated_visitors import Visitor, nth_visitor
from engine.worlds import World
from pages.parts.connect.server_address import OwnServer

VISITORS = 50
CALLS = 2 * VISITORS
"""Each visitor is a Rank call and a Reward call."""
_PATIENCE = 5.0
"""Seconds until a call is given up, and the rest with it."""


@dataclass(slots=True)
class CallCounts:
    """Counts of test calls.

    Attributes:
        seconds: of each answered call.
        fault: reason for which no more calls were sent; empty if all were answered.
    """

    sent: int = 0
    seconds: list[float] = field(default_factory=list)
    fault: str = ""

    @property
    def answered(self) -> int:
        """Number of answered calls."""
        return len(self.seconds)

    @property
    def median(self) -> float:
        """Median latency in seconds; 0 without an answered call."""
        return median(self.seconds) if self.seconds else 0.0


def sending(server: OwnServer, key: str, world: World, seed: int, first: int) -> Steps[CallCounts]:
    """Send the calls of `VISITORS` visitors; each call is a step that yields the progress.

    Args:
        first: number of the first visitor of the seed, counted from 0.
    """
    counts, sender = CallCounts(), _Sender(server, key)
    try:
        for number in range(first, first + VISITORS):
            visitor = nth_visitor(world, seed, number)
            answer = sender.send("rank", _rank_body(world, visitor), counts)
            yield counts.sent / CALLS
            value = world.answer(visitor.context, answer["rewardActionId"], visitor.uniform)
            event = quote(answer["eventId"], safe="")
            sender.send(f"events/{event}/reward", {"value": value}, counts)
            yield counts.sent / CALLS
    except (OSError, HTTPException) as error:
        counts.fault = str(error) or type(error).__name__
    finally:
        sender.close()
    return counts


def _rank_body(world: World, visitor: Visitor) -> dict[str, Any]:
    return {"contextFeatures": world.features(visitor.context), "actions": [*world.actions]}


class _Sender:
    """A connection with a key."""

    def __init__(self, server: OwnServer, key: str) -> None:
        self._path = f"{server.path}/v1.0"
        self._headers = {
            "Host": server.name,
            "Ocp-Apim-Subscription-Key": key,
            "Content-Type": "application/json",
        }
        self._connection = HTTPConnection(server.host, server.port, timeout=_PATIENCE)

    def send(self, path: str, body: Mapping[str, Any], counts: CallCounts) -> Any:
        """Send a call and return the JSON of the answer; OSError for a refusal."""
        start = perf_counter()
        counts.sent += 1
        address = f"{self._path}/{path}"
        self._connection.request("POST", address, json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        counts.seconds.append(perf_counter() - start)
        if answer.status >= 400:
            raise OSError(_message_of(text) or f"status {answer.status}")
        return json.loads(text) if text else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _message_of(text: bytes) -> str:
    try:
        return str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
