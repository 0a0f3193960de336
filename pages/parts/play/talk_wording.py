"""What the talk on the Play page says: one sentence a screen, large."""

from collections import Counter
from collections.abc import Mapping

from engine.evaluation.learning_curve import RECENT_VISITORS
from engine.evaluation.probability_parts import chances
from engine.loop.entries import Ranked
from engine.worlds import Context, World
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.session import PlaySession
from pages.parts.play.wording import decided
from pages.parts.text.format import counted, percent, plain
from pages.parts.text.rewards import said

_STAY = "\N{NO-BREAK SPACE}"
_MOVED = 0.005
"""Chance, or reward, by which something must move for it to rise or fall."""


def who_comes(opened: OpenLoop) -> str:
    """Who stands there, and the question to the room."""
    who = ", ".join(_with_faces(opened.world, opened.context))
    return f"{plain(who)}. What would you offer?"


def _with_faces(world: World, context: Context) -> list[str]:
    """Its values, none of which is parted from its picture at the end of a line."""
    faces = {
        (f.name, value.name): value.label.replace(" ", _STAY, 1) for f, value in world.segments()
    }
    return [faces[field.name, context[field.name]] for field in world.fields]


def offered(opened: OpenLoop) -> str:
    """What is offered, and what decided that."""
    world, ranked, policy = opened.world, opened.ranked, opened.loop.settings.policy
    if ranked.mode == "online" and ranked.cause == "draw" and ranked.draw is not None:
        item, draw = plain(world.items[ranked.chosen].label), ranked.draw[ranked.chosen]
        return f"{item} has the highest sample, {draw:.2f}, so it is offered."
    return decided(world, ranked, chances(ranked, policy), policy)


def answered(opened: OpenLoop) -> str:
    """What the last visitor answered, and what that moved."""
    before = opened.latest
    if before is None:
        return "Nobody has answered yet."
    world, context = opened.world, opened.world.context_of(before.request)
    reward = sum(opened.loop.events[before.event_id].rewards)
    after, shown = opened.ranked_for(context), before.shown
    item, who = plain(world.items[shown].name), plain(", ".join(context.values()))
    return f"{said(world, shown, reward)}: {item} for {who} {_move(before, after, shown)}."


def _move(before: Ranked, after: Ranked, shown: int) -> str:
    if before.mode != "online":
        was, now = before.means[shown], after.means[shown]
        return f"has an expected reward of {now:.2f} instead of {was:.2f}"
    was, now = before.probabilities[shown], after.probabilities[shown]
    if abs(now - was) < _MOVED:
        return f"stays at {percent(now)}"
    rises = "rises" if now > was else "falls"
    return f"{rises} from {percent(was)} to {percent(now)}"


def crowd(session: PlaySession) -> str:
    """How far a crowd has come, and once it is there, what is believed."""
    waiting, whole = session.live.waiting, session.live.enqueued
    if waiting:
        return f"{whole - waiting:,} of {whole:,} visitors have answered."
    return learned(session.shown, truth=False)


def learned(opened: OpenLoop, truth: bool) -> str:
    """What it would offer to whom; with the truth, how often that is right."""
    cells, come = opened.favoured(), len(opened.loop.events)
    if not come:
        return "Nobody has answered yet, so it knows nothing."
    if truth:
        right = sum(bool(cell["right"]) for cell in cells)
        return (
            f"After {counted(come, 'answer')} it is right for {right:,} of {len(cells):,} kinds "
            f"of visitors{_of_whom(opened.world)}."
        )
    names = {item.id: item.name for item in opened.world.items}
    told = _most(cells, names)
    return f"After {counted(come, 'answer')} it would offer {plain(told)}{_of_whom(opened.world)}."


def _of_whom(world: World) -> str:
    """Whom a map is about that cannot show all."""
    return "" if world.is_mapped_whole else ", among those on its map"


def _most(cells: list[dict[str, object]], names: Mapping[str, str]) -> str:
    """What is favoured in most cells, and in how many."""
    (action, count), *others = Counter(str(cell["action"]) for cell in cells).most_common()
    if not others:
        return f"{names[action]} to everybody"
    return f"{names[action]} to {count:,} of {len(cells):,} kinds of visitors"


def earned(opened: OpenLoop, truth: bool) -> str:
    """What visitors gave of late; with the truth, beside what could be had."""
    curve = opened.curve()
    if not curve:
        return "Nobody has answered yet, so nothing is earned."
    last, world = curve[-1], opened.world
    latest = min(int(last["visitor"]), RECENT_VISITORS)
    told = f"The last {counted(latest, 'visitor')} gave {last['recent']:.2f} each"
    if not truth:
        return f"{told}."
    return (
        f"{told}. The best single offer would earn {world.single_value:.2f}, the "
        f"best offer for each visitor {world.best_value:.2f}."
    )
