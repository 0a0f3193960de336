"""Wording of the talk on Play: a sentence per screen, in large type."""

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
"""Least change of a chance or reward that counts as a rise or fall."""


def visitor_arrives(opened: OpenLoop) -> str:
    """Return the waiting visitor's context, and the question to the room."""
    who = ", ".join(_with_faces(opened.world, opened.context))
    return f"{plain(who)}. What would you offer?"


def _with_faces(world: World, context: Context) -> list[str]:
    """Return the values of a context, each with a no-break space after its emoji."""
    faces = {
        (f.name, value.name): value.label.replace(" ", _STAY, 1) for f, value in world.segments()
    }
    return [faces[field.name, context[field.name]] for field in world.fields]


def offered(opened: OpenLoop) -> str:
    """Return the offer and its reason."""
    world, ranked, policy = opened.world, opened.ranked, opened.loop.settings.policy
    if ranked.mode == "online" and ranked.cause == "draw" and ranked.draw is not None:
        item, draw = plain(world.items[ranked.chosen].label), ranked.draw[ranked.chosen]
        return f"{item} has the highest sample, {draw:.2f}, so it is offered."
    return decided(world, ranked, chances(ranked, policy), policy)


def answered(opened: OpenLoop) -> str:
    """Return the last visitor's answer and its effect."""
    before = opened.latest
    if before is None:
        return "Nobody has answered yet."
    world, context = opened.world, opened.world.context_of(before.request)
    reward = sum(opened.loop.events[before.event_id].rewards)
    after, position = opened.ranked_again(before), before.shown
    item, who = plain(world.items[position].name), plain(", ".join(context.values()))
    return f"{said(world, position, reward)}: {item} for {who} {_move(before, after, position)}."


def _move(before: Ranked, after: Ranked, position: int) -> str:
    if before.mode != "online":
        was, now = before.means[position], after.means[position]
        return f"has an expected reward of {now:.2f} instead of {was:.2f}"
    was, now = before.probabilities[position], after.probabilities[position]
    if abs(now - was) < _MOVED:
        return f"stays at {percent(now)}"
    rises = "rises" if now > was else "falls"
    return f"{rises} from {percent(was)} to {percent(now)}"


def crowd(session: PlaySession) -> str:
    """Return the progress of a crowd; once it is served, the learned offers."""
    waiting, whole = session.live.waiting, session.live.enqueued
    if waiting:
        return f"{whole - waiting:,} of {whole:,} visitors have answered."
    return learned(session.displayed, truth=False)


def learned(opened: OpenLoop, truth: bool) -> str:
    """Return the favourite offer; with the truth, the number of right ones."""
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
    favourite = _most(cells, names)
    offers = f"{plain(favourite)}{_of_whom(opened.world)}"
    return f"After {counted(come, 'answer')} it would offer {offers}."


def _of_whom(world: World) -> str:
    """Return the limitation of a map without room for the whole world."""
    return "" if world.is_mapped_whole else ", among those on its map"


def _most(cells: list[dict[str, object]], names: Mapping[str, str]) -> str:
    """Return the action favoured in most cells, with their number."""
    (action, count), *others = Counter(str(cell["action"]) for cell in cells).most_common()
    if not others:
        return f"{names[action]} to everybody"
    return f"{names[action]} to {count:,} of {len(cells):,} kinds of visitors"


def earned(opened: OpenLoop, truth: bool) -> str:
    """Return the recent mean reward; with the truth, also the best possible means."""
    curve = opened.curve()
    if not curve:
        return "Nobody has answered yet, so nothing is earned."
    last, world = curve[-1], opened.world
    latest = min(int(last["visitor"]), RECENT_VISITORS)
    recent = f"The last {counted(latest, 'visitor')} gave {last['recent']:.2f} each"
    if not truth:
        return f"{recent}."
    return (
        f"{recent}. The best single offer would earn {world.single_value:.2f}, the "
        f"best offer for each visitor {world.best_value:.2f}."
    )
