"""A draft is restored from its text unchanged; invalid text is refused."""

import base64
import json
import zlib
from dataclasses import replace

import pytest

from engine import PersonalizerError
from engine.worlds import GALLERY, WORLDS
from engine.worlds.draft import Draft
from engine.worlds.draft_conversion import draft_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_rows import ActionRow, LevelRow, RuleRow, Rules, ValueRow
from engine.worlds.draft_taste_changes import graded, scrambled, written
from engine.worlds.draft_text import MAX_LINK, MAX_TEXT, draft_from_text, draft_to_text
from engine.worlds.joint_frequencies import Joint

SMALL = Draft(
    "Small",
    actions=(ActionRow(0, "Tea", "🍵", "hot: true"), ActionRow(1, "Ice", worth=2.5)),
    values=(ValueRow(2, "sun", "yes", sends="4"), ValueRow(3, "", "no", share=3.0)),
)
LEVELS = LevelRow(4, "Looked", 0.2, 3.0), LevelRow(5, "", 0.5), LevelRow(6, "Left", 0.0)


def packed(data: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(data).encode())).decode()


@pytest.mark.parametrize(
    "draft",
    [
        Draft(),
        SMALL,
        written(SMALL, {(0, 1): None, (1, 0): 0.75}),
        graded(replace(written(SMALL, {(0, 0): "x"}), levels=LEVELS), 0.5),
        replace(SMALL, title="", actions=(ActionRow(0, "=\x00"), ActionRow(5))),
        replace(
            SMALL,
            actions=(ActionRow(0, "Tea", bad=(("worth", "x"),)), ActionRow(1, "Ice")),
            values=(ValueRow(2, "sun", "yes", bad=(("share", "y"),)),),
            levels=(LevelRow(3, bad=(("share", "z"), ("worth", "x"))),),
            rules=Rules(rows=(RuleRow(4, bad=(("adds", "x"),)),)),
        ),
        draft_of(WORLDS["coffee"]),
        draft_of(GALLERY["hotel"].world),
        replace(SMALL, together=Joint(((2, 3),), (0.5, 1.25)), drift="slow"),
    ],
)
def test_any_draft_survives_its_text(draft: Draft) -> None:
    text = draft_to_text(draft)
    back = draft_from_text(text)
    assert (back.actions, back.values, back.expected()) == (
        draft.actions, draft.values, draft.expected(),
    )  # fmt: skip
    assert (faults_of(back), back.times) == (faults_of(draft), draft.times)
    assert back.drift == draft.drift
    assert draft_to_text(back) == text


def test_drafts_too_long_for_a_link_are_restored_too() -> None:
    rows = tuple(ActionRow(n, f"A{n * 7919 % 10_007}") for n in range(50))
    wide = replace(
        SMALL, actions=rows, values=tuple(ValueRow(n + 50, "f", f"{n}") for n in range(160))
    )
    draft = scrambled(wide, 1)
    text = draft_to_text(draft)
    assert len(text) > MAX_LINK
    assert draft_from_text(text) == replace(draft, depends=None)


TOLD = json.loads(zlib.decompress(base64.urlsafe_b64decode(draft_to_text(SMALL) + "===")))


OLDER = {name: one for name, one in TOLD.items() if name != "levels"}


def test_an_older_text_has_one_level() -> None:
    draft = draft_from_text(packed(OLDER | {"place": ["Small", "", "", "", 0.2]}))
    assert (draft.title, draft.partial) == ("Small", 0.2)
    assert draft_from_text(packed(OLDER | {"place": ["", "", "", "", 0.5]})).levels == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "%%%", "A" * (MAX_TEXT + 1), draft_to_text(SMALL)[:-9], packed([]),
        packed({}), packed(TOLD | {"truth": [[2, 0]] * 4}), packed(TOLD | {"truth": []}),
        packed(TOLD | {"truth": [[0.6, 0.6]] * 4}), packed(TOLD | {"bad": [[99, 1]]}),
        packed(TOLD | {"values": TOLD["values"] * 2}), packed(TOLD | {"values": [[1, 2]]}),
        packed(TOLD | {"actions": [[1, "x" * 2_001, "", "", "", None]]}),
        packed(TOLD | {"actions": [[n, "", "", "", "", None] for n in range(1_300)]}),
        packed(OLDER | {"place": ["", "", "", "", 1]}),
        packed(TOLD | {"levels": [[0, "", "x", None]]}),
        packed(TOLD | {"place": ["", "", 1, "", 0.5]}),
        packed(TOLD | {"place": "slow"}), packed(TOLD | {"levels": {}}),
        packed(TOLD | {"labels": [1]}), packed("[" * 10_000), packed("x" * 5_000_000),
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(PersonalizerError, match="draft in this link cannot be read"):
        draft_from_text(text)
