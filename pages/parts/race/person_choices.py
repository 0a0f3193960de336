"""Choices of a person on Play, with their world and seed, as text for a link."""

from dataclasses import dataclass
from typing import Self

from engine.errors import refuse
from engine.experiments.choice_codec import MOST, decode_choices, encode_choices
from engine.experiments.race.person_contender import Recorded
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.shared_settings import SEED, WORLD

LEAST = 10
"""Fewest choices for a race; fewer would be luck."""
YOU = "you"
"""Key of the person as a contender."""
EXAMPLE = "a world, a seed and choices, such as coffee.7.0312031203"


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """Choices of a person for the first visitors of a seed."""

    world: str
    seed: int
    choices: tuple[int, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse a record; ``BadRequest`` if it is malformed."""
        parts = text.split(".")
        if len(parts) != 3:
            refuse("BadRequest", "record", text, EXAMPLE)
        world, seed, chosen = parts
        try:
            world = WORLD.parse(world)
        except KeyError:
            refuse("BadRequest", "record", world, WORLD.allowed, "its world")
        try:
            number = SEED.parse(seed)
        except ValueError:
            refuse("BadRequest", "record", seed, SEED.allowed, "its seed")
        choices = decode_choices(chosen, world_of(world))
        if len(choices) < LEAST:
            allowed = f"{LEAST} to {MOST} characters, one for each visitor"
            refuse("BadRequest", "choices", chosen, allowed)
        return cls(world, number, choices)

    @property
    def text(self) -> str:
        """Return the text for a link."""
        return f"{self.world}.{self.seed}.{encode_choices(self.choices)}"

    def contender(self) -> Recorded:
        """Return the person as a contender that repeats the recorded choices."""
        many = len(self.choices)
        return Recorded(
            YOU,
            self.seed,
            self.choices,
            label=f"You, {many} visitors",
            story=f"Your choices on Play for the first {many} visitors of seed {self.seed}. "
            "This is one run, so it has no interval.",
        )
