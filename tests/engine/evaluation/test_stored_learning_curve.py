"""The curve read from a stored log equals the curve of the loop."""

from pathlib import Path

from engine.evaluation.learning_curve import LearningCurve
from engine.evaluation.stored_learning_curve import stored_curve_steps
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.store import Store, StoredLoop
from engine.worlds.coffee import COFFEE


def test_a_glance_at_the_log_tells_what_the_loop_does_after_an_undo_too(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    kept = StoredLoop.create(
        store, owner="me", world=COFFEE, seed=3, make_projections=lambda _: [LearningCurve(COFFEE)]
    )
    kept.together(lambda: list(crowd(kept.loop, COFFEE, 40)))
    kept.undo_event()
    kept.together(lambda: list(crowd(kept.loop, COFFEE, 5)))
    curve = finish(stored_curve_steps(store, store.loop_info(kept.id), COFFEE))
    assert len(curve) == 44
    assert list(curve.rows()) == list(kept.follow(LearningCurve).rows())
    store.close()
