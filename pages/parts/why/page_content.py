"""Scene of the Why page: beliefs about an offer, its reasons, and the importance of each field."""

from collections.abc import Mapping
from functools import cached_property, partial

from engine.evaluation.belief_contributions import Gap
from engine.evaluation.field_importance import Importances
from engine.evaluation.probability_parts import probability_parts
from engine.learners.base import Source
from engine.worlds import World
from pages.parts.charts import beliefs, reasons
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.play import offer_wording as offers
from pages.parts.play.beliefs import SHOWN, in_words
from pages.parts.play.click_wording import where_it_comes_from
from pages.parts.play.current_loop import Click
from pages.parts.play.why_subject import Subject
from pages.parts.scene.part_types import Figure, FigureStyle, Scene, Text
from pages.parts.text.format import plain
from pages.parts.text.glossary import explained, meanings
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.reward_source_names import names_of
from pages.parts.text.theme import theme
from pages.parts.why import wording
from pages.parts.why.session import WhySession


def scene_of(
    session: WhySession, subject: Subject, style: FigureStyle, click: Click | None = None
) -> Scene:
    """Return the scene of an offer: logged, or supposed in a "what if".

    It has the sources of the change by a ``click`` if that answered this offer.
    """
    reasons_for = _Reasons(session, subject, style)
    return Scene(
        {
            "question": lambda: Text(wording.asked_about(subject)),
            "decided": partial(_decided, subject),
            "beliefs": partial(_beliefs, session, subject, style),
            "beliefs-note": partial(_about_beliefs, session, subject),
            "click": partial(_about_click, subject, click),
            "short": reasons_for.in_short,
            "gap": reasons_for.figure,
            "gap-note": reasons_for.note,
        }
    )


def scene_of_worth(importances: Importances, world: World, style: FigureStyle) -> Scene:
    """Return the scene of the importance of each field over all visitors."""
    explanation = "Right: score from 0 to 100. Grey: possibly worth nothing."
    return Scene(
        {
            "said": lambda: Text(wording.worth(importances, world)),
            "worth": partial(_worth, importances, world, style),
            "worth-note": lambda: Text(f"{explanation}{wording.in_its_unit(world)}", is_note=True),
        }
    )


def _decided(subject: Subject) -> Text:
    ranked, policy = subject.ranked, subject.loop.settings.policy
    parts = probability_parts(ranked, policy)
    decided = offers.decided(subject.world, ranked, parts, policy)
    beyond = wording.beyond_pay(subject.world, ranked)
    said = " ".join(filter(None, [decided, offers.explored(ranked, parts), beyond]))
    return Text(said, help=meanings("draw", "posterior"))  # The picture below cannot carry it.


def _beliefs(session: WhySession, subject: Subject, style: FigureStyle) -> Figure:
    """Beliefs about every action; in a "what if", beside those about the logged visitor."""
    world, ranked = subject.world, subject.ranked
    logged = session.subject.ranked if session.subject and session.changed else None
    parts = probability_parts(ranked, subject.loop.settings.policy)
    title = "A bell and a bar for each action"
    return Figure(
        "chart-why-beliefs",
        title,
        f"{title}: {in_words(world, ranked)}",
        beliefs.belief_spec(world, style.dark, SHOWN[ranked.mode][1]),
        belief_rows(world, style.dark, ranked, parts, logged),
        marks=_marks(session, subject),
    )


def _marks(session: WhySession, subject: Subject) -> str:
    sentences = ["Dashed: for the actual visitor."] if session.changed else []
    sentences.append("A bell shows what each offer may earn.")
    if subject.ranked.draw is not None:
        sentences.append("A dot is its sample: one plausible guess for this visitor.")
    return " ".join(sentences)


def _about_beliefs(session: WhySession, subject: Subject) -> Text:
    marks = f"Change the visitor to ask *what if*. Nothing is logged. {_marks(session, subject)}"
    return Text(explained(marks, marks) or marks)


def _about_click(subject: Subject, click: Click | None) -> Text | None:
    if subject.changes is None or click is None or click.before.event_id != subject.ranked.event_id:
        return None
    said = where_it_comes_from(subject.world, click, subject.changes)
    return Text(f"After your click: {said}", is_note=True)


class _Reasons:
    """Reasons for either of two actions, in one view."""

    def __init__(self, session: WhySession, subject: Subject, style: FigureStyle) -> None:
        self._session, self._subject, self._style = session, subject, style
        self._pair = session.action, session.against
        self._names = [wording.named(subject.world, position) for position in self._pair]

    @cached_property
    def _gap(self) -> Gap:
        return self._session.gap()

    @cached_property
    def _parts(self) -> Mapping[Source, str]:
        return names_of(self._gap.parts, _context_values(self._subject))

    @cached_property
    def _sides(self) -> str:
        return wording.for_and_against(self._gap, self._parts, self._subject.world, *self._pair)

    def in_short(self) -> Text:
        """Lead of the first action and its share of knowledge, one line each."""
        world, ranked = self._subject.world, self._subject.ranked
        return Text("\n".join(wording.in_short(world, ranked, self._gap, *self._pair)))

    def figure(self) -> Figure | None:
        """Parts of the gap, as bars to either side; None while amounts are beyond what is paid."""
        if not wording.can_name(RewardScale.of(self._subject.world), self._gap):
            return None
        style, (name, other), world = self._style, self._names, self._subject.world
        first, second = (_colour_of(position, style) for position in self._pair)
        scale = RewardScale.of(world)
        rows = reasons.gap_rows(
            self._gap, self._parts, (first, second), scale, wording.smallest(world)
        )
        reach = reasons.reach_of(rows, scale.number(world.reward_size))
        title = f"Reasons for {name} and for {other}"
        return Figure(
            f"chart-why-gap-{rows.num_rows}-{reach:g}-{scale.digits}",
            title,
            f"{title}: {self._sides}",
            reasons.gap_spec(
                style.dark, rows.num_rows, reach, name, other, reasons.format_of(scale)
            ),
            rows,
        )

    def note(self) -> Text:
        """Largest parts in words, with an explanation of the bars."""
        world = self._subject.world
        if not wording.can_name(RewardScale.of(world), self._gap):
            return Text(self._sides)
        least = plain(RewardScale.of(world).value(wording.smallest(world), wording.smallest(world)))
        text = (
            f"{self._sides} All parts sum to the difference of the expected rewards; parts under "
            f"{least} are not drawn. A line is the 95\xa0% interval of a part. Small groups of "
            f"fields stand together.{wording.in_its_unit(world)}"
        )
        return Text(text)


def _context_values(subject: Subject) -> dict[str, object]:
    """Values of the request's context by field; those sent as numbers by their names."""
    values: dict[str, object] = dict(subject.ranked.request.context_values)
    for field, name in subject.context.items():
        if isinstance(values.get(field), int | float) and not isinstance(values[field], bool):
            values[field] = f"{field} {name}"
    return values


def _colour_of(position: int | None, style: FigureStyle) -> str:
    colours = theme(style.dark)
    return colours.faint if position is None else colours.action(position)


def _worth(importances: Importances, world: World, style: FigureStyle) -> Figure | None:
    """Reward lost without each field, the largest first; None while it is too early to tell."""
    if not importances.is_known:
        return None
    names = [wording.left_out(world, importance.left) for importance in importances.each]
    scale = RewardScale.of(world)
    rows = reasons.worth_rows(importances.each, names, scale)
    ends = reasons.ends_of(rows, scale.number(world.reward_size))
    title = "Reward lost without each field"
    return Figure(
        f"chart-why-worth-{rows.num_rows}-{ends}-{scale.title}",
        title,
        f"{title}: {wording.worth_in_words(list(importances.each), names, scale)}",
        reasons.worth_spec(style.dark, rows.num_rows, ends, scale),
        rows,
    )
