"""A service over a loop of its own, and calls to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.pausable_steps import finish
from engine.service.call_types import Call, Reply
from engine.service.limits import CallLimits, RateLimit
from engine.service.operations import answered
from engine.service.server_state import Server
from engine.store import LoopLibrary, Store, StoredLoop
from tests.clock import ManualClock

ACTIONS = [
    {"id": "tea", "features": [{"hot": True}]},
    {"id": "cola", "features": [{"hot": False}]},
    {"id": "water", "features": [{"hot": False, "free": True}]},
]
CONTEXT = [{"weather": "rainy", "media": ["text", "image"]}]
RANK = {"actions": ACTIONS, "contextFeatures": CONTEXT}
CONFIGURATION = {
    "rewardWaitTime": "PT10M", "defaultReward": 0.0, "rewardAggregation": "earliest",
    "explorationPercentage": 0.2, "modelExportFrequency": "PT5M", "logRetentionDays": 90,
    "modelRetrainDays": 0,
}  # fmt: skip


@dataclass
class Application:
    """An application that calls one loop with its key; jobs are done at once."""

    server: Server
    stored: StoredLoop
    key: str
    clock: ManualClock
    version: str = "2022-09-01-preview"

    @classmethod
    def of(cls, store: Store, limits: CallLimits | None = None, **more: Any) -> "Application":
        """An application of a new loop."""
        limits, clock = limits or CallLimits(), ManualClock()
        library = LoopLibrary(store)
        stored = StoredLoop.create(store, owner="me", seed=7, clock=clock, **more)
        stored.save()
        library._loops[stored.view] = stored
        server = Server(library, limits, RateLimit(limits, lambda: 0.0))
        return cls(server, stored, store.rotate_key(stored.id, "me", 1), clock)

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> Reply:  # fmt: skip
        """Reply of a call; the body is JSON unless it is bytes."""
        sent = b"" if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        raw = body if isinstance(body, bytes) else sent
        given = {"ocp-apim-subscription-key": self.key, **(headers or {})}
        answer = answered(
            self.server, Call(method, path, {"api-version": self.version} | query, given, raw)
        )
        if answer.work is not None:
            finish(answer.work)
        assert answer.body is not None
        return answer

    def rank(self, headers: Mapping[str, str] | None = None, **parts: Any) -> Any:
        """JSON of a successful Rank call."""
        answer = self.call("POST", "/rank", RANK | parts, headers)
        assert answer.status == 201, answer.content
        return json.loads(answer.body)

    def reward(self, event_id: str, value: float) -> int:
        """Status of a Reward call."""
        return self.call("POST", f"/events/{event_id}/reward", {"value": value}).status

    def code(self, method: str, path: str, body: object = None, **query: str) -> tuple[int, str]:
        """Status and code of a refused call, whose envelope is checked."""
        answer = self.call(method, path, body, None, **query)
        error = json.loads(answer.body)["error"]
        assert error.keys() == {"code", "message", "target", "details", "innerError"}
        assert answer.headers["x-ms-error-code"] == error["code"] == answer.code
        assert error["message"]
        assert error["target"]
        return answer.status, error["code"]
