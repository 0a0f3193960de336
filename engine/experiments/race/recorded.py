"""A person in a race: what they chose for the first visitors of a seed, shown once more."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import check_number, refuse
from engine.experiments.race.contenders import Contender
from engine.experiments.race.players import Choice, Player
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Recorded(Contender):
    """Shows the first visitors of one seed what somebody has chosen for them, and learns nothing.

    It is one run of so many visitors: other crowds never met whoever chose. ``BadRequest`` for no
    choice, and from `enter` for another seed and for an item that the world does not have.

    Attributes:
        seed: of the visitors.
        choices: the position of the item for each of them, in order.
    """

    seed: int
    choices: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.choices:
            refuse("BadRequest", "choices", self.choices, "at least one position of an item")

    def enter(self, world: World, seed: int) -> Player:
        if seed != self.seed:
            refuse("BadRequest", "seed", seed, f"{self.seed}, whose visitors {self.key} has met")
        for position in self.choices:
            check_number("BadRequest", "choices", position, 0, len(world.items) - 1, whole=True)
        return RecordedPlayer(self.choices)


class RecordedPlayer:
    """A record before the crowd that it is of."""

    def __init__(self, choices: tuple[int, ...]) -> None:
        self._choices = choices

    def choose(self, number: int, cell: int) -> Choice:
        return Choice(self._choices[number], 1.0)

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        """Nothing."""

    def weights(self) -> Mapping[str, float]:
        return {}
