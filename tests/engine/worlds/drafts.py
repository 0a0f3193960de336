"""Drafts for tests."""

from engine.worlds import world_from_json
from engine.worlds.draft import Draft
from engine.worlds.draft_conversion import draft_of
from engine.worlds.draft_rows import ActionRow, ValueRow
from tests.engine.worlds.random_worlds import bakery

BAKERY = draft_of(world_from_json(bakery()))
SMALL = Draft(
    "Small",
    actions=(ActionRow(0, "Tea", "🍵", "hot: true"), ActionRow(1, "Ice")),
    values=(ValueRow(2, "sun", "yes"), ValueRow(3, "", "no", share=3.0)),
)
