"""What the Why page says: beliefs about an offer, reasons for it, and the worth of each field."""

from collections.abc import Mapping
from functools import cached_property, partial

from engine.evaluation.explanation import Gap
from engine.evaluation.importance import Importances
from engine.evaluation.probability_parts import chances
from engine.learners.base import Source
from engine.worlds import World
from pages.parts.charts import beliefs, reasons
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.play import wording as offers
from pages.parts.play.beliefs import SHOWN, in_words
from pages.parts.play.why_subject import Subject
from pages.parts.scene.parts import Figure, Look, Scene, Text
from pages.parts.text.glossary import explained
from pages.parts.text.source_names import names_of
from pages.parts.text.theme import theme
from pages.parts.why import wording
from pages.parts.why.session import WhySession


def scene_of(session: WhySession, shown: Subject, look: Look) -> Scene:
    """All that Why says about an offer: the one of a session, or one "what if"."""
    reasons_for = _Reasons(session, shown, look)
    return Scene(
        {
            "question": lambda: Text(wording.asked_about(shown)),
            "decided": partial(_decided, shown),
            "beliefs": partial(_beliefs, session, shown, look),
            "beliefs-note": partial(_about_beliefs, session, shown),
            "short": reasons_for.in_short,
            "gap": reasons_for.figure,
            "gap-note": reasons_for.note,
        }
    )


def scene_of_worth(found: Importances, world: World, look: Look) -> Scene:
    """All that Why says about the worth of each field over all visitors."""
    said = "At the right, the score: 0 to 100. Grey: it may well be worth nothing."
    return Scene(
        {
            "said": lambda: Text(wording.worth(found, world)),
            "worth": partial(_worth, found, world, look),
            "worth-note": lambda: Text(f"{said}{wording.in_its_unit(world)}", is_note=True),
        }
    )


def _decided(shown: Subject) -> Text:
    policy = shown.loop.settings.policy
    return Text(offers.decided(shown.world, shown.ranked, chances(shown.ranked, policy), policy))


def _beliefs(session: WhySession, shown: Subject, look: Look) -> Figure:
    """Beliefs about every action, beside those about the visitor who came in fact."""
    world, ranked = shown.world, shown.ranked
    before = session.subject.ranked if session.subject and session.changed else None
    parts = chances(ranked, shown.loop.settings.policy)
    title = "A bell and a bar for each action"
    return Figure(
        "chart-why-beliefs",
        title,
        f"{title}: {in_words(world, ranked)}",
        beliefs.belief_spec(world, look.dark, SHOWN[ranked.mode][1]),
        belief_rows(world, look.dark, ranked, parts, before),
        marks=_marks(session, shown),
    )


def _marks(session: WhySession, shown: Subject) -> str:
    dashed = "Dashed: for who stood there in fact. " if session.changed else ""
    drawn = ", a dot its draw for this visitor" if shown.ranked.draw is not None else ""
    return f"{dashed}A bell is what each is believed to earn{drawn}."


def _about_beliefs(session: WhySession, shown: Subject) -> Text:
    marks = _marks(session, shown)
    return Text(marks, help=explained(marks), is_note=True)


class _Reasons:
    """What speaks for one action and what for another, in one look."""

    def __init__(self, session: WhySession, shown: Subject, look: Look) -> None:
        self._session, self._shown, self._look = session, shown, look
        self._pair = session.action, session.against
        self._names = [wording.named(shown.world, position) for position in self._pair]

    @cached_property
    def _gap(self) -> Gap:
        return self._session.gap()

    @cached_property
    def _parts(self) -> Mapping[Source, str]:
        return names_of(self._gap.parts, self._shown.ranked.request.context_values)

    @cached_property
    def _said(self) -> str:
        return wording.for_and_against(self._gap, self._parts, self._shown.world, *self._pair)

    def in_short(self) -> Text:
        """How far the one is ahead, and how much of that is knowledge: a line each."""
        world, ranked = self._shown.world, self._shown.ranked
        return Text("\n".join(wording.in_short(world, ranked, self._gap, *self._pair)))

    def figure(self) -> Figure:
        """The parts of the gap, as bars to either side."""
        look, (one, other) = self._look, self._names
        first, second = (_colour_of(position, look) for position in self._pair)
        rows = reasons.gap_rows(self._gap, self._parts, (first, second))
        reach = reasons.reach_of(rows)
        title = f"What speaks for {one} and what for {other}"
        return Figure(
            f"chart-why-gap-{rows.num_rows}-{reach:g}",
            title,
            f"{title}: {self._said}",
            reasons.gap_spec(look.dark, rows.num_rows, reach, one, other),
            rows,
        )

    def note(self) -> Text:
        """The largest parts in words, and how to read the bars."""
        said = (
            f"{self._said} All parts sum to what it believes, those under 0.005 are not drawn. A "
            "line holds what a part may be (95\u00a0%). Groups of fields that each add little "
            f"stand together.{wording.in_its_unit(self._shown.world)}"
        )
        return Text(said, is_note=True)


def _colour_of(position: int | None, look: Look) -> str:
    colours = theme(look.dark)
    return colours.faint if position is None else colours.action(position)


def _worth(found: Importances, world: World, look: Look) -> Figure:
    """Reward that is lost without each field, the largest first."""
    names = [wording.left_out(world, one.left) for one in found.each]
    rows = reasons.worth_rows(found.each, names)
    reach = reasons.reach_of(rows)
    title = "Reward lost without each field"
    return Figure(
        f"chart-why-worth-{rows.num_rows}-{reach:g}",
        title,
        f"{title}: {wording.worth_in_words(list(found.each), names)}",
        reasons.worth_spec(look.dark, rows.num_rows, reach),
        rows,
    )
