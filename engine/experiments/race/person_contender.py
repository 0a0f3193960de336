"""A person in a race: recorded choices for the first visitors of a seed, shown again."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import check_number, refuse
from engine.experiments.race.contender_players import Choice, Player
from engine.experiments.race.contenders import Contender
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Recorded(Contender):
    """Recorded choices for the first visitors of one seed, without learning.

    A record allows one run, as its choices fit no other crowd. ``BadRequest`` for an empty record,
    and from `enter` for another seed and for unknown items.

    Attributes:
        seed: of the visitors.
        choices: positions of the chosen items, in order.
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
    """Recorded choices on the crowd they were made for."""

    def __init__(self, choices: tuple[int, ...]) -> None:
        self._choices = choices

    def choose(self, number: int, cell: int) -> Choice:
        return Choice(self._choices[number], 1.0)

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        """Do nothing."""

    def weights(self) -> Mapping[str, float]:
        return {}
