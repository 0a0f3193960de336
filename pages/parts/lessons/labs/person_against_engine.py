"""Lesson in which the person acts as the policy, beside the engine on the same visitors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import streamlit as st

from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.probability_parts import probability_parts
from engine.experiments.choice_codec import decode_choices, encode_choices
from engine.experiments.exploration_measures import RepeatedOffer
from engine.experiments.person_duel import Duel, score_told, visits
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import Visitor
from engine.worlds import Item
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.lesson_maps import Cell, cells_rows, cells_spec, lines_of, names_of_cells
from pages.parts.charts.lessons import score_rows, score_spec
from pages.parts.components.toolbar import shortcut
from pages.parts.lessons import lesson
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.other_worlds import first_field, regulars
from pages.parts.lessons.pictures import bells, drawn, look
from pages.parts.play.beliefs import believed
from pages.parts.text.format import counted, plain, section
from pages.parts.text.theme import is_dark, theme

_APART = "&nbsp;&ensp; "
"""Separator of drinks."""
_FAINT = 0.15
"""Fill of a cell whose offer is not the best."""
_SETTINGS = LoopSettings(policy=Thompson(agreement=1))


@dataclass(kw_only=True, eq=False)
class PersonAgainstEngineLab(lesson.Lab):
    """Visits of two regulars, one after the other, served by the person and by the engine.

    Attributes:
        field: context field that identifies regulars.
        informed: reward from the first regular of an engine that is told only one other field.
        visits: of each regular.
        values: values of the field; the most frequent if empty.
        known_field: the other field; the second if empty.
    """

    visits: int
    values: Sequence[str] = ()
    known_field: str = ""
    progress = 1.0

    def __post_init__(self) -> None:
        world, self.field = self.world, first_field(self.world).name
        values = self.values or [value.name for value in regulars(world)]
        came = [self._visits(name) for name in values]
        visitors = [visitor for group in came for visitor in group]
        self.duel = Duel(world, self.seed, visitors, _SETTINGS)
        known = frozenset({self.known_field or world.fields[:2][-1].name})
        self.informed = score_told(world, self.seed, came[0], known, _SETTINGS)

    def _visits(self, name: str) -> list[Visitor]:
        """Return the visits of a regular."""
        return list(islice(visits(self.world, self.seed, {self.field: name}), self.visits))

    def work(self) -> Steps[None]:
        yield None

    @property
    def is_done(self) -> bool:
        """True if the first regular has been served."""
        return self.duel.served >= self.visits

    def skip(self) -> None:
        """Do nothing: choices are the person's."""

    @property
    def scores(self) -> tuple[float, float]:
        """Rewards of the first regular to the person and to the engine."""
        earned = self.duel.scores()[: self.visits]
        return sum(own for own, _ in earned), sum(other for _, other in earned)

    @property
    def right(self) -> int:
        """Number of contexts in which the engine's favourite is the best action."""
        return sum(bool(row["right"]) for row in favoured_actions(self.duel.engine, self.world))

    @property
    def truth(self) -> float | None:
        return self.scores[0] if self.is_done else None

    @property
    def numbers(self) -> Mapping[str, str]:
        own, other = self.scores
        return {
            "own": f"{own:g}",
            "other": f"{other:g}",
            "informed": f"{self.informed:g}",
            "right": str(self.right),
            "served": str(min(self.duel.served, self.visits)),
            "all": counted(self.duel.served, "visit"),
        }

    @property
    def answer(self) -> str:
        share = self.right / self.world.size
        return "few" if share < 0.25 else "some" if share <= 0.5 else "many"

    @property
    def holds(self) -> bool:
        """True if knowing the relevant field helps."""
        return self.informed > self.scores[1]

    @property
    def choices(self) -> str:
        return encode_choices(self.duel.choices)

    def recall(self, choices: str) -> None:
        """Serve the visits that were served before a reload."""
        for number, position in enumerate(
            decode_choices(choices, self.world, len(self.duel.visitors))
        ):
            self.duel.choose(self.world.items[position].id, number)

    def opening(self) -> None:
        # On the stage the picture below names the actions, and needs the space.
        if not look().on_stage:
            with st.container(key="lesson-menu"):
                tell(_APART.join(map(_called, self.world.items)))
        section(self._visitor_text(self.duel.visitors[0]))
        tell(self.say("opening"))
        self.revealing()

    def _visitor_text(self, visitor: Visitor) -> str:
        """Format a visitor with the labels of its context."""
        values = {f.name: {v.name: v.label for v in f.values} for f in self.world.fields}
        return plain(" · ".join(values[name][value] for name, value in visitor.context.items()))

    def doing(self) -> None:
        duel = self.duel
        visitor, scores = duel.visitor, duel.scores()
        if visitor is not None:
            number, value = duel.served % self.visits + 1, visitor.context[self.field]
            section(self._visitor_text(visitor))
            tell(self.say("do", number=number, all=self.visits, who=value))
            with st.container(horizontal=True, gap="small", key="lesson-drinks"):
                for place, item in enumerate(self.world.items, 1):
                    st.button(
                        plain(item.label),
                        key=f"lesson-drink-{place}",
                        shortcut=shortcut(str(place)) if place < 10 else None,
                        on_click=partial(duel.choose, item.id, duel.served),
                        width="stretch",
                    )
        if scores:
            own, other = (sum(column) for column in zip(*scores, strict=True))
            value = duel.visitors[duel.served - 1].context[self.field]
            remark(self.say("did", who=value, own=f"{scores[-1][0]:g}"))
            section(self.say("scored", own=f"{own:g}", other=f"{other:g}"))
        self.revealing()
        if visitor is not None and self.is_done:
            tell(self.say("over"))

    def revealing(self) -> None:
        """Lines: both cumulative rewards; bells before the first visit."""
        if not self.duel.served:
            self._draw_beginning()
            return
        names, scores = (self.say("you"), self.say("engine")), self.duel.scores()
        own, other = (f"{sum(column):g}" for column in zip(*scores, strict=True))
        drawn(
            score_rows(names, scores),
            score_spec(is_dark(), names, self.say("visits"), self.say("curve")),
            key="chart-score",
            alt=f"{self.say('curve')}: {names[0]} {own}, {names[1]} {other}",
        )

    def _draw_beginning(self) -> None:
        """Bells: beliefs about the first visitor."""
        engine = self.duel.engine
        offer = RepeatedOffer(engine, self.world, self.duel.visitors[0].context)
        offer.draw()
        (ranked,), heading = offer.offers, self.say("nobody")
        parts = probability_parts(ranked, engine.settings.policy)
        remark(heading)
        drawn(
            belief_rows(self.world, is_dark(), ranked, parts, None, None, "asked", look()),
            bells(self.world, self.say("chance")),
            key="chart-beginning",
            alt=f"{heading} {believed(self.world, ranked)}",
        )

    def proving(self) -> None:
        """Map: the engine's favourite by context, faint where another action is best; a cell in
        which all actions have the same chance is empty."""
        world, inks = self.world, theme(is_dark()).actions
        rows, columns = names_of_cells(world)
        cells = []
        for row in favoured_actions(self.duel.engine, world):
            if not row["strength"]:
                cells.append(Cell(inks[0], "–", self.say("none"), 0.0))
                continue
            at = world.position(str(row["action"]))
            item, is_right = world.items[at], bool(row["right"])
            cells.append(Cell(inks[at], item.emoji, item.name, 1.0 if is_right else _FAINT))
        heading = self.say("offers")
        remark(heading)
        drawn(
            cells_rows(rows, columns, cells),
            cells_spec(is_dark(), len(rows), lines_of(world)),
            key="chart-offers",
            alt=f"{heading}: {'; '.join(cell.told for cell in cells)}",
        )


def _called(item: Item) -> str:
    return f"{plain(item.emoji)}\u00a0**{plain(item.name)}**".replace(" ", "\u00a0")
