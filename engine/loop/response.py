"""The answer to a Rank call, from what was logged of it."""

from engine.loop.log import Ranked
from engine.protocol.response import RankedAction, RankResponse


def response_to(ranked: Ranked) -> RankResponse:
    """Actions by falling probability; excluded ones keep their places in the request."""
    order = iter(sorted(ranked.request.allowed, key=lambda i: -ranked.probabilities[i]))
    allowed = set(ranked.request.allowed)
    ranking = tuple(
        RankedAction(ranked.request.actions[i].id, ranked.probabilities[i])
        for i in (
            next(order) if place in allowed else place
            for place in range(len(ranked.request.actions))
        )
    )
    return RankResponse(ranked.event_id, ranked.action_id, ranking)
