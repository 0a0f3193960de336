"""Pasted text becomes a world; faults are refused with their cell."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import PersonalizerError
from engine.worlds import GALLERY, WORLDS, Taste, World, items_from_table, world_from_table
from engine.worlds.draft_conversion import draft_of, world_of
from engine.worlds.draft_rows import ValueRow
from engine.worlds.spreadsheet import (
    column_of_prices,
    lists_actions,
    lists_values,
    values_from_table,
)
from engine.worlds.taste import Context

ACTIONS = """id,emoji,title,size,sweet,genres
Roll,🥐,,1.2,false,
Cake,🍰,Carrot cake,3,true,sweet|cold
🍵 Tea,,,2.5,false,hot
"""
OFFERS = "Name\tPicture\tPays\tFeatures\nRoll\t🥐\t40,5\tsweet: false, size: 2\nCake\t\t\t\n"
SEGMENTS = """weather,hurry,🥐 Roll,🍰 Cake
☀️ Sunny,yes,0.6,10%
☀️ Sunny,no,1,0
🌧️ Rainy,yes,0.3/0.1,80 %
🌧️ Rainy,no,0,1
"""


# -- valid tables ---------------------------------------------------------------------


def test_actions_have_features_of_any_kind() -> None:
    roll, cake, tea = items_from_table(ACTIONS)
    assert (roll.id, roll.emoji, roll.features) == ("Roll", "🥐", {"size": 1.2, "sweet": False})
    assert (cake.name, cake.features["size"]) == ("Carrot cake", 3)
    assert cake.features["genres"] == {"sweet": True, "cold": True}
    assert (tea.id, tea.emoji) == ("Tea", "🍵")
    assert items_from_table("id\nA\nB\n")[1].features == {"name": "B"}
    assert items_from_table("id;value\nA;2,5\nB;\n")[0].value == 2.5


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_segments_become_a_world(separator: str, encoding: str) -> None:
    world = world_from_table(SEGMENTS.replace(",", separator).encode(encoding), "Bakery")
    assert [field.name for field in world.fields] == ["weather", "hurry"]
    assert [value.label for value in world.fields[0].values] == ["☀️ Sunny", "🌧️ Rainy"]
    assert [item.label for item in world.items] == ["🥐 Roll", "🍰 Cake"]
    assert world.expected.ravel() == pytest.approx([0.6, 0.1, 1, 0, 0.25, 0.8, 0, 1])
    assert world.taste({"weather": "Rainy", "hurry": "yes"}, world.items[0]) == Taste(0.3, 0.1)
    assert world.title == "Bakery"


def test_the_heads_of_the_tables_on_a_page_are_read() -> None:
    roll, cake = items_from_table(OFFERS)
    assert lists_actions(OFFERS)
    assert (roll.id, roll.emoji, roll.value) == ("Roll", "🥐", 40.5)
    assert roll.features == {"sweet": False, "size": 2}
    assert (cake.value, cake.features) == (1, {"name": "Cake"})
    values = "Field\tValue\tPicture\tHow often\tSent as\nsun\tyes\t🌞\t2,5\t4\n\tno\t\tx\t\n"
    assert lists_values(values)
    assert not lists_actions(values)
    assert values_from_table(values) == (
        ValueRow(0, "sun", "yes", "🌞", 2.5, "4"),
        ValueRow(1, "", "no", bad=(("share", "x"),)),
    )


@pytest.mark.parametrize(
    "head", ["pays", "Pays (EUR)", "price", "Price in €", "Value, EUR", "VALUE", "worth", "Revenue"]
)
@pytest.mark.parametrize("name", ["id", "name", "Name", "ACTION", "Offer", "title"])
def test_a_column_of_prices_is_no_feature(name: str, head: str) -> None:
    table = f"{name};{head};kind\nCard;120;card\nPlan;0,5;\n"
    assert lists_actions(table)
    card, plan = items_from_table(table)
    assert (card.value, plan.value) == (120, 0.5)
    assert (card.features, plan.features) == ({"kind": "card"}, {"name": "Plan"})
    assert column_of_prices(table) == head


def test_an_action_may_be_worth_nothing_if_another_is_not() -> None:
    assert [item.value for item in items_from_table("Name,Pays\nCard,120\nNone,0\n")] == [120, 0]
    with pytest.raises(PersonalizerError, match="cell B2 is '0', but must be above 0 for some"):
        items_from_table("Name,Pays\nCard,0\nNone,0\n")


def test_a_table_without_prices_is_told_from_one_with_them() -> None:
    assert column_of_prices("id,kind\nCard,card\n") == ""


def test_of_two_columns_that_may_be_prices_one_is_a_feature() -> None:
    (card,) = items_from_table("id,price,pays\nCard,3,120\n")
    assert (card.value, card.features) == (120, {"price": 3})


def test_a_field_of_segments_may_be_called_name() -> None:
    table = "name,Roll,Cake\nAnn,0.5,1\nBob,0,1\n"
    assert not lists_actions(table)
    assert not lists_values(table)
    assert [field.name for field in world_from_table(table).fields] == ["name"]


def test_a_decimal_comma_is_read_where_it_separates_nothing() -> None:
    world = world_from_table("who;A;B\nAnn;0,25;1\nBob;,5;0\n")
    assert world.expected.tolist() == [[0.25, 1], [0.5, 0]]


def test_lines_may_end_as_those_of_an_old_machine() -> None:
    assert world_from_table(b"who,A,B\rAnn,0.25,1\r").expected.tolist() == [[0.25, 1]]


def test_fields_in_words_may_stand_behind_one_in_numbers_and_begin_with_a_sign() -> None:
    world = world_from_table("vip,degrees,A\n0,-5 to 0,1\n1,-5 to 0,0\n0,+1-9,0\n1,+1-9,1\n")
    assert [field.name for field in world.fields] == ["vip", "degrees"]
    assert [value.name for value in world.fields[1].values] == ["-5 to 0", "+1-9"]


def test_halves_and_dates_may_say_who_comes_where_all_else_are_rewards() -> None:
    for name in ("1", "1/1", "1/2", "1/5/2026"):
        world = world_from_table(f"who,A\n0,1\n{name},0.5\n")
        assert [value.name for value in world.fields[0].values] == ["0", name]


def test_rows_may_come_in_any_order_as_often_as_they_say_and_with_known_actions() -> None:
    table = "who,share,Roll,Cake\nBob,1,0,1\n\nAnn,3,1,0\n"
    world = world_from_table(table, items=items_from_table(ACTIONS))
    assert world.frequencies.tolist() == [0.25, 0.75]
    assert world.items[1].features["size"] == 3
    assert world.expected.tolist() == [[0, 1], [1, 0]]


def test_segments_that_come_equally_often_have_values_that_do_so_in_every_field() -> None:
    world = world_from_table("who,day,Tea\n" + "".join(f"{a},{b},1\n" for a in "xyz" for b in "pq"))
    assert [[v.share for v in field.values] for field in world.fields] == [[1, 1, 1], [1, 1]]


def test_shares_are_known_in_german_too_and_are_no_action() -> None:
    world = world_from_table("Wetter\tAnteil\tTee\nSonne\t0,3\t0,2\nRegen\t0,7\t0,6\n")
    assert [item.id for item in world.items] == ["Tee"]
    assert world.frequencies.tolist() == pytest.approx([0.3, 0.7])


def test_shares_may_be_headed_as_on_the_page() -> None:
    world = world_from_table("sky,How often,Tea\nSun,3,0.2\nRain,1,0.6\n")
    assert [item.id for item in world.items] == ["Tea"]
    assert world.frequencies.tolist() == [0.75, 0.25]


def test_html_and_markdown_are_kept_as_the_text_that_they_are() -> None:
    world = world_from_table("who,<b>A</b>,*B*\n<script>,0.1,0.2\n")
    assert [item.id for item in world.items] == ["<b>A</b>", "*B*"]
    assert world.fields[0].values[0].name == "<script>"


def table_of(world: World) -> str:
    """A world as a hand-written table."""

    def cell(context: Context, at: int) -> str:
        taste = world.taste(context, world.items[at])
        return f"{taste.half!r}/{taste.full!r}"

    places = range(len(world.items))
    rows = [[*c.values(), *(cell(c, at) for at in places)] for c in world.contexts]
    heads = [*(field.name for field in world.fields), *(item.id for item in world.items)]
    return "\n".join("\t".join(row) for row in [heads, *rows])


@pytest.mark.parametrize("key", [*WORLDS, "bank"])
def test_a_world_that_was_written_down_comes_back(key: str) -> None:
    world = GALLERY[key].world
    again = world_from_table(table_of(world), items=world.items)
    assert again.outcomes.tobytes() == world.outcomes.tobytes()
    assert again.items == world.items


@given(st.text(max_size=80) | st.binary(max_size=80))
def test_any_pasted_text_is_a_table_or_refused(data: str | bytes) -> None:
    for read in (items_from_table, world_from_table, values_from_table):
        with suppress(PersonalizerError):
            assert read(data)


# -- invalid tables -------------------------------------------------------------------

MANY = "who," + ",".join(f"a{i}" for i in range(51)) + "\nAnn" + ",0.5" * 51
FAULTY_SEGMENTS: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "the number of rows is 0, but must be 2 or more: heads, then one a segment."),
    "blank": (" \n\t\n", "the number of rows is 0, but must be 2 or more"),
    "heads alone": ("who,A\n", "the number of rows is 1, but must be 2 or more"),
    "too large": ("x" * 2_000_001, "The table is larger than 2,000,000 characters, the maximum."),
    "not UTF-8": (b"who,A\nAnn,0.5\nB\xe9a,0.1", "The file is not text in UTF-8: row 3 has other"),
    "a picture file": (b"\x89PNG\r\n\x1a\n", "The file is not text in UTF-8: row 1 has"),
    "an open quote": ('who,A\n"Ann,0.5\n', "what was read is 'unexpected end of data', but must"),
    "a cell of too many": (
        "x" * 131_073 + ",A\nAnn,1\n", "what was read is 'field larger than field limit (131072)'",
    ),
    "a null": ("who,A\nA\x00n,0.5\n", "cell A2 is 'A\\x00n', but must be a text in one line"),
    "two lines in a cell": ('who,A\n"A\nn",0.5\n', "cell A2 is 'A\\nn', but must be a text in one"),
    "an unseen head": ("who,\u200b\nAnn,0.5\n", "cell B1 is '\\u200b', but must be a text of 1 to"),
    "letters that are turned": ("who,A\u202eB\nAnn,1\n", "cell B1 is 'A\\u202eB', but must be a "),
    "a workbook": (b"PK\x03\x04" + b"\x00" * 99, "The file is a workbook: save its sheet as CSV,"),
    "heads that look alike": (
        "who,Caf\u00e9,Cafe\u0301\nAnn,0,1\n", "cell C1 is 'Cafe\u0301', but must be different",
    ),
    "values that look alike": (
        "who,A\nZo\u00eb,0\nZoe\u0308,1\n", "cell A3 is 'Zoe\u0308', but must be written as in the",
    ),
    "merged cells": ("a\tb\tX\n1x\t1y\t0\n\t2y\t1\n", "cell A3 is '', but must be a text of 1 to"),
    "thousands": ('who,A\nAnn,"1,234.5"\nBo,1\n', "cell B2 is '1,234.5', but must be a number"),
    "half a character": ("who,A\nA\ud800,0.5\n", "cell A2 is 'A\\ud800', but must be a text in on"),
    "a row too short": ("who,A,B\nAnn,0.5\n", "the number of cells in row 2 is 2, but must be 3,"),
    "a row too long": ("who,A\nAnn,1\nBo,0,0\n", "the number of cells in row 3 is 3, but must be"),
    "a head without a name": ("who,,B\nAnn,0,1\n", "cell B1 is '', but must be a text of 1 to 60"),
    "a value without a name": ("who,A\n,1\nBo,0\n", "cell A2 is '', but must be a text of 1 to 60"),
    "a long name": (f"who,A\n{'x' * 61},1\n", "cell A2 is 'xxx"),
    "two heads alike": ("who,A,A\nAnn,0,1\n", "cell C1 is 'A', but must be different from the hea"),
    "two actions alike": (
        "who,🥐 A,🍰 A\nAnn,0,1\n", "cell C1 is 'A', but must be different from the actions befor",
    ),
    "two segments alike": (
        "who,A\nAnn,0\nAnn,1\n", "cell A3 is 'Ann', but must be a segment that is in no row above",
    ),
    "a segment that is missing": (
        "a,b,X\n1x,1y,0\n2x,2y,1\n", "No row has 1x and 2y, but each combination of values needs",
    ),
    "an action with numbers above 1": (
        "a,X,Y\n1x,4.2,0.1\n2x,2.6,0.2\n", "No row has 1x and 2.6, but each combination of values "
        "needs a row. If X in column B is an action, its rates must be from 0 to 1, or percent",
    ),
    "no actions": ("who,what\nAnn,x\n", "cell B2 is 'x', but must be a number from 0 to 1"),
    "rewards as points": ("who,A\nAnn,60\nBo,70\n", "cell B2 is '60', but must be a number from"),
    "no column but who": ("who\nAnn\n", "the number of actions is 0, but must be one or more, aft"),
    "an only action in a word": ("who,A,B\nAnn,1,abc\n", "cell C2 is 'abc', but must be a number"),
    "the first of two wrong cells": (
        "who,A,B\nAnn,140,2\nBo,0.2,4\n", "cell B2 is '140', but must be a number from 0 to 1",
    ),
    "51 actions": (MANY, "the number of actions is 51, but must be at most 50."),
    "too many columns": (
        ",".join(f"c{i}" for i in range(101)) + "\n" + "0," * 100 + "0",
        "the number of columns is 101, but must be at most 100.",
    ),
    "too many cells": (
        "who,A,B\n" + "Ann,0,1\n" * 7_000, "the number of cells is 21000, but must be at most 20,",
    ),
    "shares alone": ("share\n1\n", "the number of columns beside 'share' is 0, but must be two or"),
    "two chances of who comes": (
        "A,B\n0/1,0.3\n", "cell A2 is '0/1', but must be a value of a field: the first column",
    ),
    "nobody who comes": ("A,B\n0.2,0.3\n", "cell A2 is '0.2', but must be a value of a field: "),
    "a word": ("who,A,B\nAnn,0,1\nBo,0,maybe\n", "cell C3 is 'maybe', but must be a number from 0"),
    "an empty cell": ("who,A\nAnn,1\nBo,\n", "cell B3 is '', but must be a number from 0 to 1"),
    "not a number": ("who,A\nAnn,1\nBo,NaN\n", "cell B3 is 'NaN', but must be a number from 0 to "),
    "infinity": ("who,A\nAnn,1\nBo,inf\n", "cell B3 is 'inf', but must be a number from 0 to 1"),
    "a chance above 1": ("who,A\nAnn,1\nBo,1.5\n", "cell B3 is '1.5', but must be a number from 0"),
    "a chance below 0": ("who,A\nAnn,1\nBo,-0.1\n", "cell B3 is '-0.1', but must be a number from"),
    "a percentage above 100": ("who,A\nAnn,1\nBo,120%\n", "cell B3 is '120%', but must be a numbe"),
    "chances that do not add up": (
        "who,A\nAnn,1\nBo,0.7/0.5\n", "cell B3 is '0.7/0.5', but must be two chances that add up",
    ),
    "three chances": ("who,A\nAnn,1\nBo,0/0/1\n", "cell B3 is '0/0/1', but must be a number from "),
    "a reward above 1 between others": (
        "who,A,B,C\nAnn,0.6,1.5,0.2\n", "cell C2 is '1.5', but must be a reward, as in column B: a",
    ),
    "no rewards between others": (
        "who,A,B,C\nAnn,0.5,NaN,1\nBo,0.5,,1\n", "cell C2 is 'NaN', but must be a reward, as in c",
    ),
    "a sum with a sign": ("who,A\nAnn,1\nBo,-2+3\n", "cell B3 is '-2+3', but must be a value: for"),
    "a function with a sign": (
        "who,+SUM(A1)\nAnn,1\n", "cell B1 is '+SUM(A1)', but must be a value: formulas are not com",
    ),
    "a formula": ("who,A\nAnn,1\nBo,=1/2\n", "cell B3 is '=1/2', but must be a value: formulas ar"),
    "a formula as a name": (
        "who,A\n=HYPERLINK(),1\n", "cell A2 is '=HYPERLINK()', but must be a value: formulas are",
    ),
    "a reference": ("who,A\n@SUM(A1),1\n", "cell A2 is '@SUM(A1)', but must be a value: formulas"),
    "a share of nothing": (
        "who,share,A\nAnn,0,1\n", "cell B2 is '0', but must be how often the segment comes: a num",
    ),
    "a share that is a word": (
        "who,share,A\nAnn,often,1\n", "cell B2 is 'often', but must be how often the segment com",
    ),
    "a field of a hidden name": ("_who,A\nAnn,1\n", "fields[0].name is '_who', but must be 1 to 6"),
    "a field named as a column": ("reward,A\nAnn,1\n", "fields[0].name is 'reward', but must be 1"),
}  # fmt: skip
FAULTY_ACTIONS: dict[str, tuple[str | bytes, str]] = {
    "no name": ("kind,price\nRoll,1\n", "cell A1 is 'kind', but must be a table with a column 'N"),
    "no action": ("id,price\n", "the number of rows is 1, but must be 2 or more: heads, then one"),
    "an empty id": ("id,price\n,1\n", "cell A2 is '', but must be a text of 1 to 60 characters."),
    "two of an id": ("id,p\nRoll,1\nRoll,2\n", "cell A3 is 'Roll', but must be different from tho"),
    "ids that look alike": (
        "id,p\nCaf\u00e9,1\nCafe\u0301,2\n", "cell A3 is 'Cafe\u0301', but must be different",
    ),
    "an infinite size": (
        "id,size\nRoll,1e999\n", "the action in row 2, features.size is inf, but must be a fini",
    ),
    "an infinite price": ("id,price\nRoll,1e999\n", "cell B2 is '1e999', but must be what a suc"),
    "features without a colon": (
        "Name,Features\nRoll,sweet\n", "cell B2 has 'sweet', but must be like  milk: true, pr",
    ),
    "51 actions": (
        "id\n" + "\n".join(f"a{i}" for i in range(51)), "the number of actions is 51, but must be",
    ),
    "a long picture": (
        f"id,emoji\nRoll,{'x' * 17}\n", "the action in row 2, emoji is 'xxxxxxxxxxxxxxxxx', but mu",
    ),
    "a formula": ("id,price\nRoll,=2*3\n", "cell B2 is '=2*3', but must be a value: formulas are"),
    "a value of nothing": ("id,value\nRoll,0\n", "cell B2 is '0', but must be above 0 for some a"),
    "a value below nothing": ("id,value\nA,-1\nB,1\n", "cell B2 is '-1', but must be what a suc"),
    "a value in words": ("id,value\nRoll,much\n", "cell B2 is 'much', but must be what a succes"),
    "a long title": (f"id,title\n\nRoll,{'x' * 61}\n", "the action in row 3, title is 'xxx"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), FAULTY_SEGMENTS.values(), ids=FAULTY_SEGMENTS)
def test_a_faulty_table_of_segments_is_refused(data: str | bytes, sentence: str) -> None:
    with pytest.raises(PersonalizerError) as refused:
        world_from_table(data)
    assert refused.value.message.startswith(sentence)
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(("data", "sentence"), FAULTY_ACTIONS.values(), ids=FAULTY_ACTIONS)
def test_a_faulty_table_of_actions_is_refused(data: str | bytes, sentence: str) -> None:
    with pytest.raises(PersonalizerError) as refused:
        items_from_table(data)
    assert refused.value.message.startswith(sentence)


def test_segments_that_come_more_often_than_their_values_do_so_in_the_world() -> None:
    table = "who,sky,share,Roll\nAnn,Sun,9,1\nAnn,Rain,1,0\nBob,Sun,1,0\nBob,Rain,9,1\n"
    world = world_from_table(table)
    assert world.frequencies == pytest.approx([0.45, 0.05, 0.05, 0.45])
    assert world.together == (1.8, 0.2, 0.2, 1.8)
    assert world_from_table(table.replace("9", "1")).together == ()


def test_segments_of_more_contexts_than_a_world_is_mapped_with_come_as_often_as_they_say() -> None:
    pairs = [(a, b) for a in range(40) for b in range(30)]
    rows = (f"a{a},b{b},{9 if a % 2 == b % 2 else 1},0.5" for a, b in pairs)
    world = world_from_table("\n".join(["who,sky,share,Roll", *rows]))
    assert (world.is_tabulated, world.bound) == (False, ("who", "sky"))
    assert world.bound_shares[0, :2] == pytest.approx([0.9 / 600, 0.1 / 600])


def test_a_large_table_can_be_edited_though_no_sum_says_what_it_does() -> None:
    places = [(a, b) for a in range(34) for b in range(30)]
    rows = (f"a{a},b{b},0.{1 + a * b % 9}/0.05" for a, b in places)
    world = world_from_table("\n".join(["who,sky,Roll", *rows]))
    draft = draft_of(world)
    assert (draft.rewards, world_of(draft)) == (1_020, world)
    other = world_of(replace(draft, title="Ours"))
    assert (other.outcomes_in(np.arange(1_020)) == world.outcomes_in(np.arange(1_020))).all()
