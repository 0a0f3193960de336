"""Recovery of contenders after all tastes change."""

from collections.abc import Mapping

import streamlit as st

from engine.simulation.drift import as_it_becomes
from pages.parts.lessons.explained_text import tell
from pages.parts.lessons.labs.racing import RaceLab
from pages.parts.lessons.maps import show_tastes
from pages.parts.lessons.other_worlds import somebody
from pages.parts.lessons.pictures import both

_WHO = ("ours", "epsilon", "ucb", "ab")


class ChangeOfTastesLab(RaceLab):
    """A race halfway through which all tastes change."""

    contenders = _WHO
    drift = "halfway"

    def _back(self, key: str) -> int:
        """Return the visitors until a contender recovered; without recovery, the number after
        the change."""
        recovery = self.finals[key].recovery
        return self.plan.visitors // 2 if recovery is None else recovery

    def _before(self, key: str) -> float:
        """Mean reward of a contender just before the change."""
        band, points = self.standings.recent(key), len(self.plan.points)
        return float(band.mean[points // 2 - 1])

    @property
    def truth(self) -> float:
        return float(self._back("ours"))

    @property
    def numbers(self) -> Mapping[str, str]:
        end, finals = self.plan.visitors // 2, self.finals
        numbers = {
            f"{key}_back": f">{end}" if finals[key].recovery is None else str(self._back(key))
            for key in _WHO
        }
        numbers |= {key: f"{final.reward.mean:.2f}" for key, final in finals.items()}
        return numbers | {f"{key}_before": f"{self._before(key):.2f}" for key in ("ours", "ab")}

    @property
    def answer(self) -> str:
        return "little" if self._before("ab") < self._before("ours") / 2 else "robust"

    @property
    def holds(self) -> bool:
        """True if the engine recovered."""
        return self.finals["ours"].recovery is not None

    def opening(self) -> None:
        has_changed = st.toggle(self.say("change"), key="lesson-change")
        here = as_it_becomes(self.world, self.plan.seed_of(0)) if has_changed else self.world
        show_tastes(here, self.words, somebody(self.world))
        tell(self.say("opening"))

    def revealing(self) -> None:
        both("raced", self.draw_curves, self.draw_finals)

    def further(self) -> None:
        self.draw_finals()
