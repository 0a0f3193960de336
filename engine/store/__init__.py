"""Storage of loops: an append-only event store on SQLite or PostgreSQL.

>>> import tempfile
>>> from engine.store import Store, StoredLoop
>>> from engine.worlds import WORLDS
>>> with tempfile.TemporaryDirectory() as folder:
...     store = Store.open(f"sqlite:///{folder}/events.db")
...     stored = StoredLoop.create(store, owner="me", world=WORLDS["coffee"], seed=7)
...     answer = stored.rank([{"id": "tea", "features": [{"hot": True}]}])
...     stored.reward(answer.event_id, 1.0)
...     store.loops("me")[0].events
...     store.close()
1
"""

from engine.errors import GoneError, StoreError
from engine.store.database import address
from engine.store.loop_info import LoopInfo
from engine.store.loop_library import LoopLibrary
from engine.store.storage_limits import Limits
from engine.store.store import Store
from engine.store.stored_loop import StoredLoop

__all__ = [
    "GoneError",
    "Limits",
    "LoopInfo",
    "LoopLibrary",
    "Store",
    "StoreError",
    "StoredLoop",
    "address",
]  # fmt: skip
