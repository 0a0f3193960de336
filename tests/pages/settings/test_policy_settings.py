"""Knobs of policies as settings of a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine import EpsilonGreedy, Greedy
from engine.policies.base import Knob, Policy
from pages.parts.settings.policy_settings import Tunable
from pages.parts.settings.setting import Setting
from pages.parts.settings.shared_settings import SEED
from pages.parts.text.glossary import meaning


@dataclass(frozen=True, slots=True)
class Clashing(Greedy):
    """A policy with knobs whose names are already used."""

    key = "clashing"
    label = "Clashing"
    knobs = (
        Knob("epsilon", "length", (1, 5, 20), parts=10, help="In metres."),
        Knob("seed", "seed", range(10)),
    )

    epsilon: float = 0.5
    seed: int = 3


@dataclass(frozen=True, slots=True)
class Setup(Tunable):
    """A page with a seed and two policies."""

    seed: int = SEED.as_field

    @classmethod
    def policies(cls) -> Mapping[str, Policy]:
        return {"epsilon": EpsilonGreedy(0.1), "clashing": Clashing()}


def test_a_name_that_is_taken_gets_the_policys_key_before_it() -> None:
    assert list(Setup.declared()) == ["seed", "epsilon", "clashing-epsilon", "clashing-seed"]
    setup, refused = Setup.from_query({"clashing-epsilon": "20", "epsilon": "30", "seed": "8"})
    assert refused == []
    assert (setup.seed, setup.tuned("clashing")) == (8, Clashing(epsilon=2.0))
    assert setup.tuned("epsilon") == EpsilonGreedy(0.3)
    template = "{epsilon} m, {seed}"
    assert setup.filled({"clashing": template, "epsilon": template}) == {
        "clashing": "2 m, 3",
        "epsilon": "30 % m, 8",
    }


def test_a_pages_own_default_is_not_in_its_link() -> None:
    assert Setup().values()["epsilon"] == 10
    assert Setup().having({"epsilon": 10}) == Setup()
    assert Setup().having({"epsilon": 20}).query() == {"seed": "7", "epsilon": "20"}


def test_a_knob_is_a_slider_over_its_numbers() -> None:
    declared = Setup.declared()
    assert declared["epsilon"] == Setting(
        10,
        "Epsilon-greedy: random offers",
        range(101),
        "slider",
        meaning("epsilon"),
        "%",
    )
    names = {1: "0.1", 5: "0.5", 20: "2"}
    assert declared["clashing-epsilon"] == Setting(
        5, "Clashing: length", names, "slider", "In metres."
    )
    assert declared["clashing-seed"] == Setting(3, "Clashing: seed", range(10), "slider")
