"""The response to a Rank call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankedAction:
    """An action of the response with its selection probability, 0 to 1."""

    id: str
    probability: float


@dataclass(frozen=True, slots=True)
class RankResponse:
    """Response to a Rank call.

    Attributes:
        event_id: id for the reward.
        reward_action_id: id of the action to show and reward.
        ranking: all offered actions by decreasing probability; an excluded action keeps its
            position in the request and has probability 0.
    """

    event_id: str
    reward_action_id: str
    ranking: tuple[RankedAction, ...]

    def to_json(self) -> dict[str, object]:
        """The response in the service's JSON shape."""
        return {
            "ranking": [{"id": a.id, "probability": a.probability} for a in self.ranking],
            "eventId": self.event_id,
            "rewardActionId": self.reward_action_id,
        }


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """A slot of a page with the id of the action to show in it."""

    id: str
    reward_action_id: str


@dataclass(frozen=True, slots=True)
class MultiSlotResponse:
    """Response to a multi-slot Rank call.

    Attributes:
        event_id: id for the rewards.
        slots: in the order of the request.
    """

    event_id: str
    slots: tuple[FilledSlot, ...]

    def to_json(self) -> dict[str, object]:
        """The response in the service's JSON shape."""
        slots = [{"id": slot.id, "rewardActionId": slot.reward_action_id} for slot in self.slots]
        return {"eventId": self.event_id, "slots": slots}
