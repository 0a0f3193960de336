"""Each invalid cell of a draft is reported, with the cell's text at the beginning."""

from dataclasses import replace

import pytest

from engine import PersonalizerError
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_rows import ActionRow, LevelRow, RuleRow, Rules, ValueRow
from engine.worlds.draft_taste_changes import written
from tests.engine.worlds.drafts import SMALL


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": " "}, ("place", 0, "title", "is empty")),
        ({"title": "\u3164"}, ("place", 0, "title", "is empty")),
        ({"labels": {"sun": "\u200b"}}, ("values", 0, "field", "sun has a label that is empty")),
        ({"title": "x" * 41}, ("place", 0, "title", "more than 40")),
        ({"title": "a\tb"}, ("place", 0, "title", "cannot be shown")),
        ({"story": "x" * 501}, ("place", 0, "story", "more than 500")),
        ({"emoji": "\x7f"}, ("place", 0, "emoji", "cannot be shown")),
        ({"actions": ()}, ("actions", 0, "name", "is missing")),
        ({"actions": (ActionRow(0, worth=5.0),)}, ("actions", 1, "name", "is empty")),
        ({"actions": (ActionRow(0, "A", worth=1e12),)}, ("actions", 1, "worth", "1,000,000,000")),
        (
            {"actions": (ActionRow(0, "A", worth=-2.0), ActionRow(1, "B"))},
            ("actions", 1, "worth", "is -2, but must be from 0 to 1,000,000,000"),
        ),
        (
            {"actions": (ActionRow(0, "A", worth=0.0), ActionRow(1, "B", worth=0.0))},
            ("actions", 0, "worth", "is 0 for every action, but at least one must pay"),
        ),
        ({"actions": (ActionRow(0, "A", "\t"),)}, ("actions", 1, "emoji", "cannot be shown")),
        ({"actions": (ActionRow(0, "A", "", "x: NaN"),)}, ("actions", 1, "features", "x is nan")),
        (
            {"actions": (ActionRow(0, "A", "", '{"x": null}'),)},
            ("actions", 1, "features", "no feature that is sent"),
        ),
        (
            {"actions": (ActionRow(0, "A", "", 'x: {"y": [{"z": 1}]}'),)},
            ("actions", 1, "features", "cannot be sent: x.y[0] is"),
        ),
        (
            {"actions": (ActionRow(0, "A"), ActionRow(1, "B"), ActionRow(2, "A"))},
            ("actions", 1, "name", "is 'A', like that of row 3: give each action a name of its"),
        ),
        (
            {"actions": tuple(ActionRow(n, emoji="🍵") for n in range(3))},
            ("actions", 1, "name", "is empty, and so is that of rows 2 and 3: name each action"),
        ),
        (
            {"actions": (ActionRow(0, "\u00e9"), ActionRow(1, "e\u0301"))},
            ("actions", 1, "name", "like that of row 2"),
        ),
        ({"actions": (ActionRow(0, "\u200b"),)}, ("actions", 1, "name", "is empty")),
        (
            {"values": (ValueRow(2, "sun", "\u00e9"), ValueRow(3, "", "e\u0301"))},
            ("values", 2, "value", "like another in sun"),
        ),
        ({"actions": (ActionRow(0), ActionRow(1, "", "🍵"))}, ("actions", 2, "name", "is empty")),
        ({"actions": (ActionRow(0, "x" * 61),)}, ("actions", 1, "name", "more than 60")),
        ({"actions": (ActionRow(0, "a\tb"),)}, ("actions", 1, "name", "cannot be shown")),
        ({"actions": (ActionRow(0, "a\ud800"),)}, ("actions", 1, "name", "cannot be shown")),
        ({"actions": (ActionRow(0, "A", "x" * 17),)}, ("actions", 1, "emoji", "more than 16")),
        ({"actions": (ActionRow(0, "A", "", "x"),)}, ("actions", 1, "features", "has 'x'")),
        (
            {"actions": tuple(ActionRow(one, str(one)) for one in range(51))},
            ("actions", 51, "name", "at most 50 actions"),
        ),
        (
            {"actions": (ActionRow(0, "A", bad=(("worth", "1.2.3,5"),)),)},
            ("actions", 1, "worth", "is '1.2.3,5', but must be a number"),
        ),
        (
            {"actions": (ActionRow(0, "A", bad=(("worth", "1,234"),)),)},
            ("actions", 1, "worth", "is '1,234', but must be written as 1234 or as 1.234"),
        ),
        (
            {"values": (ValueRow(2, "sun", "yes", bad=(("share", "x"),)),)},
            ("values", 1, "share", "is 'x', but must be a number"),
        ),
        (
            {"levels": (LevelRow(0, bad=(("worth", "x"),)),)},
            ("levels", 1, "worth", "is 'x', but must be a number"),
        ),
        (
            {"rules": Rules(rows=(RuleRow(5, bad=(("adds", "x"),)),))},
            ("rules", 1, "adds", "is 'x', but must be a number"),
        ),
        ({"levels": (LevelRow(0, "A"),)}, ("levels", 1, "worth", "is empty")),
        ({"levels": (LevelRow(0, "", 1.5),)}, ("levels", 1, "worth", "is 1.5, but must be 0, 1")),
        ({"levels": (LevelRow(0, "", 0.001),)}, ("levels", 1, "worth", "from 0.01 to 0.99")),
        ({"levels": (LevelRow(0), LevelRow(1, "", 0.5, 0.0))}, ("levels", 2, "share", "is 0")),
        ({"levels": (LevelRow(0, "x" * 21, 0.5),)}, ("levels", 1, "name", "more than 20")),
        ({"levels": (LevelRow(0, "\x00", 0.5),)}, ("levels", 1, "name", "cannot be shown")),
        (
            {"levels": (LevelRow(0, "A", 0.5), LevelRow(1, "A", 0.2))},
            ("levels", 1, "name", "like another row"),
        ),
        (
            {"levels": (LevelRow(0, "A", 0.5), LevelRow(1, "B", 0.5))},
            ("levels", 1, "worth", "like another row"),
        ),
        (
            {"levels": tuple(LevelRow(n, "", n / 10) for n in range(1, 9))},
            ("levels", 8, "worth", "at most 7 are allowed"),
        ),
        ({"values": (ValueRow(2, "a", "b", sends="{1"),)}, ("values", 1, "sends", "not valid")),
        ({"values": (ValueRow(2, "a", "b", sends="[1]"),)}, ("values", 1, "sends", "number")),
        ({"values": (ValueRow(2, "a", "b", sends="NaN"),)}, ("values", 1, "sends", "number")),
        (
            {"values": (ValueRow(2, "a", "b", sends='{"x": [{"y": 1}]}'),)},
            ("values", 1, "sends", "number"),
        ),
        (
            {"values": (ValueRow(2, "a", "b", sends="1"), ValueRow(3, "", "c", sends="1.0"))},
            ("values", 2, "sends", "another value of a"),
        ),
        ({"values": (ValueRow(2, share=3.0),)}, ("values", 1, "value", "is empty")),
        ({"values": ()}, ("values", 0, "field", "is missing")),
        ({"values": (ValueRow(2, "", "yes"),)}, ("values", 1, "field", "no field above")),
        ({"values": (ValueRow(2, "<b>", "yes"),)}, ("values", 1, "field", "must be letters")),
        ({"values": (ValueRow(2, "reward", "yes"),)}, ("values", 1, "field", "a reserved name")),
        ({"values": (ValueRow(2, "sun"),)}, ("values", 1, "value", "is empty")),
        (
            {"values": (ValueRow(2, "sun", "a"), ValueRow(3, "", "a"))},
            ("values", 2, "value", "like another in sun"),
        ),
        ({"values": (ValueRow(2, "a", "b", "x" * 17),)}, ("values", 1, "emoji", "more than")),
        ({"values": (ValueRow(2, "a", "b", share=0.0),)}, ("values", 1, "share", "from 0.0")),
        ({"values": (ValueRow(2, "a", "b", share=2e6),)}, ("values", 1, "share", "to 1,000,000")),
        ({"values": (ValueRow(2, "a", "b", share=float("nan")),)}, ("values", 1, "share", "nan")),
        (
            {"values": tuple(ValueRow(n, f"f{n}", "b") for n in range(21))},
            ("values", 0, "field", "at most 20 fields"),
        ),
        (
            {"values": tuple(ValueRow(n, "f", f"{n}") for n in range(51))},
            ("values", 0, "value", "more than 50 values"),
        ),
        (
            {"values": tuple(ValueRow(n, f"f{n % 6}", f"{n}") for n in range(96))},
            ("values", 0, "field", "makes 16,777,216 contexts"),
        ),
    ],
)
def test_each_cell_that_is_wrong_is_told(
    changes: dict[str, object], fault: tuple[str, int, str, str]
) -> None:
    draft = replace(SMALL, **changes)  # type: ignore[arg-type]
    results = [one for one in faults_of(draft) if (one.table, one.row, one.column) == fault[:3]]
    assert [one for one in results if fault[3] in one.says], faults_of(draft)
    with pytest.raises(PersonalizerError):
        assert world_of(draft)


@pytest.mark.parametrize("value", [None, -0.1, 1.1, float("nan"), "x", True])
def test_what_is_no_expected_reward_is_told_and_stands_there_until_it_is_one(value: object) -> None:
    draft = written(SMALL, {(1, 0): value})
    (fault,) = faults_of(draft)
    assert (fault.table, fault.row, fault.column) == ("truth", 2, "Tea")
    assert "must be a number from 0 to 1" in fault.says
    assert draft.expected()[1][0] is value
    assert faults_of(written(draft, {(1, 0): 0.3})) == []
    assert faults_of(replace(draft, actions=draft.actions[1:])) == []


def test_an_action_may_pay_nothing() -> None:
    draft = replace(SMALL, actions=(SMALL.actions[0], replace(SMALL.actions[1], worth=0.0)))
    assert faults_of(draft) == []
    world = world_of(draft)
    assert world.worth.tolist() == [1.0, 0.0]
    assert draft_of(world).actions[1].worth == 0


def test_rows_with_one_name_or_without_any_are_one_fault_each() -> None:
    rows = [ActionRow(n, name, worth=2.0) for n, name in enumerate(["A", "", "A", "", "A", "B"])]
    faults = faults_of(replace(SMALL, actions=tuple(rows)))
    assert [(fault.row, fault.column) for fault in faults] == [(1, "name"), (2, "name")]
    assert "like that of rows 3 and 5" in faults[0].says
