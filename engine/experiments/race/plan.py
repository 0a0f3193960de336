"""The plan of a race: world, contenders, length, and difficulties."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import check_number, refuse
from engine.experiments.race.contenders import ABTest, Contender
from engine.experiments.race.person_contender import Recorded
from engine.streams import digest
from engine.worlds import World
from engine.worlds.world_contents import Drift

POINTS = 200
"""Places at which curves are kept."""
MAX_VISITORS, MAX_REPETITIONS = 200_000, 500
_CODE = "BadRequest"


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan of a race; ``BadRequest`` outside the bounds.

    If a person's record races (`Recorded`), all contenders meet the crowd of that record: the same
    seed, no more visitors than recorded, and constant tastes.

    Attributes:
        world: of the crowds.
        contenders: at least one, with different keys.
        visitors: of each run, 1 to 200,000.
        repetitions: crowds met by each contender, 1 to 500.
        drift: change of tastes during a run.
        delay: visitors before a reward arrives; 0 to 200,000.
        refresh: visitors between updates of the model that chooses; 1 to 200,000, where 1 is at
            once.
        seed: of everything.
    """

    world: World
    contenders: tuple[Contender, ...]
    visitors: int = 1_000
    repetitions: int = 10
    drift: Drift = "none"
    delay: int = 0
    refresh: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.world, World):
            refuse(_CODE, "world", self.world, "a World")
        keys = [contender.key for contender in self.contenders]
        if not keys or len(set(keys)) < len(keys):
            refuse(_CODE, "contenders", keys, "at least one, with different keys")
        check_number(_CODE, "visitors", self.visitors, 1, MAX_VISITORS, whole=True)
        check_number(_CODE, "repetitions", self.repetitions, 1, MAX_REPETITIONS, whole=True)
        if self.drift not in get_args(Drift):
            refuse(_CODE, "drift", self.drift, f"one of {', '.join(get_args(Drift))}")
        check_number(_CODE, "delay", self.delay, 0, MAX_VISITORS, whole=True)
        check_number(_CODE, "refresh", self.refresh, 1, MAX_VISITORS, whole=True)
        check_number(_CODE, "seed", self.seed, 0, 2**63, whole=True)
        for record in self._records:
            self._check(record)

    def _check(self, record: Recorded) -> None:
        if self.seed != record.seed:
            refuse(_CODE, "seed", self.seed, f"{record.seed}, whose visitors {record.key} has met")
        check_number(_CODE, "visitors", self.visitors, 1, len(record.choices), whole=True)
        for name, must in (("repetitions", 1), ("drift", "none")):
            if (value := getattr(self, name)) != must:
                refuse(_CODE, name, value, f"{must}, as {record.key} has met no other crowd")

    @property
    def _records(self) -> list[Recorded]:
        return [entry for entry in self.contenders if isinstance(entry, Recorded)]

    @property
    def runs(self) -> int:
        """Number of runs: one for each contender and repetition."""
        return self.repetitions * len(self.contenders)

    @property
    def points(self) -> NDArray[np.intp]:
        """Numbers of visitors at which curves are recorded, the middle and the end included."""
        even = np.linspace(0, self.visitors, min(POINTS, self.visitors) + 1).round()
        middle = [self.visitors // 2] if self.visitors > 1 else []
        return np.unique([*even[1:], *middle]).astype(np.intp)

    def end_of_trial(self, test: ABTest) -> int:
        """Visitors served before an A/B test offers its winners: rewards may come late, and the
        choosing model may be updated seldom."""
        return -(-(test.trial + self.delay) // self.refresh) * self.refresh

    def seed_of(self, repetition: int) -> int:
        """Seed of a repetition's crowd and players, also valid for a `LearningLoop`."""
        if self._records:
            return self.seed
        return int.from_bytes(digest(self.seed, "repetition", repetition)[:6])
