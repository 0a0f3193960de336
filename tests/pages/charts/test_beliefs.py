"""Bells and bars of one ranking."""

from engine import LearningLoop
from engine.simulation.crowd import crowd
from engine.worlds import WORLDS
from pages.parts.charts import beliefs


def test_bells_are_drawn_from_the_means_and_deviations_of_the_ranking() -> None:
    world = WORLDS["coffee"]
    loop = LearningLoop(seed=1)
    before = loop.preview(world.actions, world.features(world.contexts[0]))
    list(crowd(loop, world, 200))
    now = loop.preview(world.actions, world.features(world.contexts[0]))
    frame = beliefs.belief_rows(world, now, before, None).to_pandas()
    for when, ranked in (("now", now), ("before", before)):
        rows = frame[frame["when"] == when].set_index("action").loc[[a.id for a in world.items]]
        assert tuple(rows["mean"]) == ranked.means
        assert tuple(rows["sd"]) == ranked.sds
    assert set(beliefs.belief_rows(world, now, None, None)["when"].to_pylist()) == {"now"}


def test_the_highest_draw_is_marked_and_is_the_action_offered() -> None:
    world = WORLDS["movies"]
    loop = LearningLoop(seed=3)
    marked = 0
    for context in world.contexts:
        now = loop.preview(world.actions, world.features(context), event_id=str(context))
        frame = beliefs.belief_rows(world, now, None, None).to_pandas()
        if now.cause != "draw":
            assert frame["draw"].isna().all()
            assert not frame["wins"].any()
            continue
        assert list(frame.loc[frame["wins"], "action"]) == [now.action_id]
        marked += 1
    assert marked > 20
