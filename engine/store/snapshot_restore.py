"""Checkpoints from stored snapshots, from which folds can start."""

import logging
from collections.abc import Sequence
from typing import Any

from engine.loop.checkpoints import Checkpoint
from engine.loop.event_index import ArchivedEvents, EventIndex
from engine.loop.log import EventLog, Mark
from engine.loop.projection import Projection
from engine.loop.state import LoopState, State
from engine.store.entry_codec import settings_from_json
from engine.store.loop_recorder import LoopRecorder
from engine.store.snapshot_codec import load
from engine.store.snapshots import Snapshot

_log = logging.getLogger(__name__)


def usable(snapshots: Sequence[Snapshot], part: str, version: str) -> list[Snapshot]:
    """Snapshots of a part with a given version."""
    return [s for s in snapshots if (s.part, s.version) == (part, version)]


def checkpoint(recorder: LoopRecorder, snapshot: Snapshot) -> Checkpoint[Any]:
    """Checkpoint of the loop or of a projection from a snapshot, as far as it is undamaged."""

    def restore(folded: LoopState | Projection, _: EventLog) -> bool:
        data = recorder.store.data(recorder.loop_id, snapshot)
        if data is None:
            return False
        try:
            _restore(folded, load(data), recorder, snapshot.mark)
        except Exception as error:
            # Whatever cannot be made of it, the log can.
            _log.warning("snapshot unusable", extra={"code": type(error).__name__})
            return False
        return True

    return Checkpoint(snapshot.mark, restore)


def _restore(
    folded: LoopState | Projection, state: State, recorder: LoopRecorder, mark: Mark
) -> None:
    if isinstance(folded, Projection):
        folded.restore(state)
    else:
        events = EventIndex(ArchivedEvents(recorder, mark, state["digests"]))
        folded.restore(state, settings_from_json(state["settings"]), events)
