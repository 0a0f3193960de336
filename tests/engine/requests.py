"""Rank requests: three drinks in four contexts, and random requests from Hypothesis."""

import math
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from engine import RankRequest
from engine.protocol.request import parse_rank_request

Json = dict[str, Any]

DRINKS: list[Json] = [
    {"id": "latte", "features": [{"drink": {"roast": "dark", "milk": True}}]},
    {"id": "mocha", "features": [{"drink": {"roast": "light", "milk": True}}]},
    {"id": "brew", "features": [{"drink": {"roast": "light", "milk": False}, "cold": 1}]},
]
CONTEXTS: list[list[Json]] = [
    [{"user": {"name": name}}, {"weather": weather}]
    for name in ("Alice", "Bob")
    for weather in ("rainy", "sunny")
]


def one_of(name: str) -> Json:
    """Arguments of a Rank call for `DRINKS` that allow only ``name`` as the answer."""
    others = [drink["id"] for drink in DRINKS if drink["id"] != name]
    return {"actions": DRINKS, "excluded_actions": others}


def request_of(context: object, *actions: Json) -> RankRequest:
    """A parsed request for learners: several actions may have the same id.

    No Rank call may offer an id twice, but a learner sees such actions in succession.
    """
    ids = {action["id"] for action in actions}
    if len(ids) == len(actions):
        return parse_rank_request(list(actions), context)
    alone = [parse_rank_request([action], context) for action in actions]
    return replace(alone[0], actions=tuple(request.actions[0] for request in alone))


# -- whatever Hypothesis makes up -----------------------------------------------------
# Few names and few values, so that examples share columns. Numbers are 0 or of a size
# between 1/1000 and 1,000,000: crosses of three multiply six of them, and far smaller
# ones would underflow in the oracle as well.

_NAMES = ("user", "weather", "price", "taste", "é ü")


numbers = st.one_of(
    st.just(0),
    st.integers(-1_000_000, 1_000_000),
    st.builds(math.copysign, st.floats(1e-3, 1e6), st.sampled_from((-1.0, 1.0))),
)


values = st.one_of(
    st.sampled_from(("rainy", "sunny", "", "null")),
    st.booleans(),
    st.none(),
    numbers,
    st.lists(numbers, max_size=3),
)


names = st.one_of(st.sampled_from(_NAMES), st.just("_secret"))


objects = st.dictionaries(
    names, st.one_of(values, st.dictionaries(names, values, max_size=2)), max_size=3
).map(lambda item: {k.replace(" ", "") if isinstance(v, dict) else k: v for k, v in item.items()})


contexts = st.lists(objects, max_size=3)


actions = st.builds(
    lambda name, more: {"id": name, "features": [{"kind": "drink"}, *more]},
    st.sampled_from(("tea", "cola", "kind=drink")),
    st.lists(objects, max_size=2),
) | st.builds(
    lambda name, number: {"id": name, "features": [{"strength": number}]},
    st.sampled_from(("tea", "cola")),
    numbers,
)
