"""What goes out: the answer to a Rank call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankedAction:
    """An action of the answer with the probability with which it was to be shown, 0 to 1."""

    id: str
    probability: float


@dataclass(frozen=True, slots=True)
class RankResponse:
    """The answer to Rank.

    Attributes:
        event_id: the id under which the reward is to be sent.
        reward_action_id: the action to show, the one a reward applies to.
        ranking: all offered actions by falling probability; an excluded action
            keeps its place in the request and has probability 0.
    """

    event_id: str
    reward_action_id: str
    ranking: tuple[RankedAction, ...]

    def to_json(self) -> dict[str, object]:
        """The answer in the service's JSON shape."""
        return {
            "ranking": [{"id": a.id, "probability": a.probability} for a in self.ranking],
            "eventId": self.event_id,
            "rewardActionId": self.reward_action_id,
        }
