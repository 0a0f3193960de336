"""Effect of the last click, displayed next to the buttons, also for screen readers."""

from collections.abc import Mapping

from engine.learners.base import Source
from engine.loop.entries import Ranked
from engine.policies.base import Policy
from engine.policies.thompson import Thompson
from engine.worlds import World
from pages.parts.charts.belief_scale import BeliefScale
from pages.parts.components.scene_view.panel_parts import Effect, Pieces
from pages.parts.play.current_loop import Click, OpenLoop
from pages.parts.play.stage_wording import single
from pages.parts.text.format import counted, percent, pieces, plain
from pages.parts.text.reward_source_names import names_of

_NOTICED = 0.005
"""Least reported change of a chance."""


def last(opened: OpenLoop, asks: bool, is_now: bool = True) -> Effect:
    """Return the effect of the last click or step.

    Without either, an invitation if it ``asks``; for a past moment, nothing.
    """
    if not is_now:
        return Effect()
    if opened.click is not None:
        return _move(opened.world, opened.click, opened.loop.settings.policy)
    if opened.stepped is not None:
        return Effect(said=_step(opened.world, *opened.stepped))
    return Effect(note=[(_ASK, False)] if asks else [])


_ASK = "Click how they like it."


def _step(world: World, ranked: Ranked, reward: float) -> Pieces:
    who = plain(" · ".join(world.context_of(ranked.request).values()))
    item = plain(world.items[ranked.shown].label)
    return pieces(f"**Step:** {who} was offered {item} and answered **{_reward(world, reward)}**.")


def _reward(world: World, reward: float) -> str:
    """Format the reward of one visitor as Markdown."""
    return plain(single(world, reward)) if world.unit else f"{reward:g}"


def _move(world: World, click: Click, policy: Policy) -> Effect:
    """Return the effect of the last click: sentences, and lines from before to after."""
    i, before, after = click.before.shown, click.before, click.after
    scale = BeliefScale.of(world, before, after)
    lines = [("earns", scale.share(before.means[i]), scale.share(after.means[i]))]
    if before.mode == "online":
        lines.insert(0, ("chance", before.probabilities[i], after.probabilities[i]))
    said, because = pieces(_in_words(world, click)), pieces(why_less(world, click, policy))
    return Effect(
        (), said, because, [(name, _within(was), _within(now)) for name, was, now in lines]
    )


def _within(place: float) -> float:
    """Clip a value to the range from 0 to 1."""
    return min(max(place, 0.0), 1.0)


def _in_words(world: World, click: Click) -> str:
    i = click.before.shown
    who = plain(" · ".join(world.context_of(click.before.request).values()))
    answer = "reward" if click.answered else "no answer, so"
    sent = f"**Your last click: {answer} {_reward(world, click.reward)}** for "
    sent += f"{plain(world.items[i].label)} from {who}."
    chances = [percent(ranked.probabilities[i]) for ranked in (click.before, click.after)]
    scale = BeliefScale.of(world, click.before, click.after)
    means = [ranked.means[i] for ranked in (click.before, click.after)]
    was, now = map(scale.amount, means)
    doubt = f"\u00a0±\u00a0{scale.amount(click.after.sds[i])}" if scale.scale.unit else ""
    expected, is_named = f"{was} → **{now}**{doubt}{scale.per}", scale.can_name(i, *means)
    if click.before.mode != "online":
        more = f"; expected reward {expected}" if is_named else ""
        return f"{sent} The offer stays the same{more}."
    more = f", expected {expected}" if is_named else ""
    return f"{sent} Chance {chances[0]} → **{chances[1]}**{more}."


def why_less(world: World, click: Click, policy: Policy) -> str:
    """Explain a falling chance despite a rising expected reward, if narrower beliefs are the
    reason.

    A narrow bell has fewer draws far above its mean than a wide bell.
    """
    i, before, after = click.before.shown, click.before, click.after
    fell = before.probabilities[i] - after.probabilities[i] >= _NOTICED
    scale = BeliefScale.of(world, before, after)
    rose = after.means[i] - before.means[i] >= scale.noticed
    wider = [sd for sd in after.sds if sd > after.sds[i]]
    if not (before.mode == "online" and isinstance(policy, Thompson) and fell and rose and wider):
        return ""
    own, others = "", ""
    if scale.is_known:
        own = f" (±{scale.amount(after.sds[i])})"
        others = f" (up to ±{scale.amount(max(wider))})"
    return (
        f"**Why less:** it is surer{own}, so high samples are rarer than for "
        f"{counted(len(wider), 'other')}{others}."
    )


def for_whom_else(world: World, click: Click) -> str:
    """Return the number of other visitors for whom the answer counts, and for whom most."""
    own = world.context_of(click.before.request)
    if click.before.means == click.after.means:
        return _unlearned(click)
    others = {at: by for at, by in click.reach.items() if world.contexts[at] != own}
    moved = {at: by for at, by in others.items() if by}
    if not moved:
        return "It hardly changed anything for other visitors." if click.reach else ""
    most = max(moved, key=lambda at: abs(moved[at]))
    scale = BeliefScale.of(world, click.before, click.after)
    who = plain(" · ".join(world.contexts[most].values()))
    some = "all" if len(moved) == len(others) else f"{len(moved):,} of"
    amount = f"**{scale.amount(abs(moved[most]))}**{scale.per}" if scale.is_known else "ground"
    against = f"gained {amount} on" if moved[most] > 0 else f"lost {amount} to"
    offer = plain(world.items[click.before.shown].name)
    return (
        f"It counts for **{some} {len(others):,}** other visitors, most for {who}. There, "
        f"{offer} {against} the best other offer."
    )


def _unlearned(click: Click) -> str:
    """Return why an answer changed no belief."""
    i, before = click.before.shown, click.before
    if before.means[i] == before.sds[i] == 0.0:
        return "It did not change: an offer that pays nothing teaches nothing."
    return "It did not change: the model that decides has not learned this answer."


def where_it_comes_from(world: World, click: Click, changes: Mapping[Source, float]) -> str:
    """Return the contributions to the change of the offered action's expected reward.

    Args:
        changes: as `Subject.changes`.
    """
    values = click.before.request.context_values
    scale = BeliefScale.of(world, click.before, click.after)
    noticed = {source: by for source, by in changes.items() if abs(by) >= scale.noticed}
    if click.before.means == click.after.means:
        return _unlearned(click)
    if not noticed:
        least = f" by less than {_least(scale)}" if scale.is_known else " very little"
        return f"It changed{least}, because this answer was expected."
    names = names_of(changes, values)
    parts = [f"{plain(names[source])} **{scale.change(by)}**" for source, by in noticed.items()]
    rest = sum(changes.values()) - sum(noticed.values())
    if abs(rest) >= scale.noticed:
        parts.append(f"everything else **{scale.change(rest)}**")
    return f"Sources of the change in expected reward: {'; '.join(parts)}."


def _least(scale: BeliefScale) -> str:
    """Format the least reported change of an expected reward."""
    return scale.mean(scale.noticed) if scale.scale.unit else f"{scale.noticed:g}"
