"""The Worlds page: written on, kept, played and handed on."""

import json
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from unittest.mock import patch
from urllib.parse import quote

import pytest

from engine.worlds import GALLERY, key_of, world_from_json
from engine.worlds.coffee import COFFEE
from engine.worlds.draft_faults import faults_of
from engine.worlds.draft_text import draft_from_text
from engine.worlds.world_file import world_to_file
from pages.parts.components.browser_id import owner
from pages.parts.components.toolbar import WORLD_MENU
from pages.parts.settings.known_worlds import key_in_link
from pages.parts.settings.loop_library_access import library, worlds_of
from pages.parts.text.format import bare
from pages.parts.work.download_permission import _permissions
from pages.parts.work.frame_scheduler import result_of
from pages.parts.worlds import ceilings
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.wording import COLUMNS
from tests.engine.worlds.random_worlds import bakery, large
from tests.pages.conftest import App, EvaluateApp, WorldsApp
from tests.pages.own_bank import OWN_BANK

Open = Callable[..., WorldsApp]
BAKERY = world_from_json(bakery())


@pytest.fixture
def open_worlds(open_app: Callable[..., App]) -> Open:
    """Opens the Worlds page in a new session, with a query string."""
    return WorldsApp


def keys(app: WorldsApp) -> list[str]:
    return [kept.key for kept in library().store.worlds(app.owner)]


def test_column_heads_are_explained_above_the_table(open_worlds: Open) -> None:
    """The column heads Worth and Sends were not understood, and their help appeared on
    hover only.
    """
    told = open_worlds().bare
    assert f"{COLUMNS['worth']}: its gain if accepted" in told
    assert f"{COLUMNS['sends']}: the name that your application uses" in told


def test_a_world_is_written_kept_played_and_found_again_by_its_link(open_worlds: Open) -> None:
    app = open_worlds()
    assert "every taste earns 1.00" in app.bare
    app.session.write_truth({"edited_rows": {0: {"0": 0.5}}})
    app.at.text_input(key="worlds-title").set_value("*My* <b>place</b>")
    app.run()
    assert "not saved yet" in app.text
    assert "*My*" not in app.text
    assert f"draft={quote(str(app.session.text))}" in app.open_more("link").at.code[0].value
    app.click("go-keep")
    assert "draft=" not in app.open_more("link").at.code[0].value
    (key,) = keys(app)
    assert key.startswith("my-b-place-b-")
    assert app.at.query_params["world"] in (key, [key])
    assert "not saved yet" not in app.text
    app.session.write_truth({"edited_rows": {0: {"0": 0.25}}})
    app.run().click("go-play")
    (second,) = keys(app)
    assert second != key
    play = app.at.session_state["PlaySession"]
    assert key_of(play.open.world) == second
    assert play.open.world.expected[0, 0] == 0.25
    for old, worth in ((key, 0.5), (second, 0.25)):
        other = open_worlds(world=old)
        assert other.session.draft.expected()[0][0] == worth
        assert keys(other) == []
    lost = open_worlds(world="lost-00000000")
    assert "but must be one of coffee" in unescape(lost.at.toast[0].value)


def test_faults_are_reported_with_their_cell(open_worlds: Open) -> None:
    app = open_worlds().click("empty")
    assert not app.can_press("go-play")
    assert "Actions, Name is missing" in app.bare
    app.session.write_actions({"added_rows": [{"name": "[x](y)"}, {"name": "[x](y)"}]})
    app.run()
    assert "Actions, row 1, Name is '[x](y)', like that of row 2" in app.bare
    assert "[x](y)" not in app.text
    app.click("undo")
    assert "Actions, Name is missing" in app.bare
    app.click("undo")
    assert app.session.is_unchanged


def test_a_number_is_read_as_german_tables_are_and_what_is_none_is_told(
    open_worlds: Open,
) -> None:
    app = open_worlds()
    app.session.write_actions({"edited_rows": {0: {"worth": "40,5"}}})
    app.session.write_truth({"edited_rows": {0: {"0": "0,034", "1": "7%"}}})
    app.run()
    assert app.session.draft.actions[0].worth == 40.5
    assert app.session.draft.expected()[0][:2] == [0.034, 0.07]
    app.session.write_truth({"edited_rows": {0: {"0": "0.0.34"}}})
    app.session.write_actions({"edited_rows": {0: {"worth": "1,234"}}})
    app.run()
    wrong = "row 1 (Cappuccino), Pays is '1,234', but must be written as 1234 or as 1.234"
    assert wrong in app.bare
    wrong = "row 1 (Alice, Sunny, Morning), Cappuccino is '0.0.34', but must be a number"
    assert wrong in app.bare
    assert not app.can_press("go-play")
    truth = next(table.value for table in app.at.dataframe if "field 0" in table.value)
    assert list(truth["field 0"])[:2] == ["⚠️ Alice", "Alice"]
    app.session.depend([])
    app.session.write_truth({"edited_rows": {0: {"0": "often"}}})
    truth = next(table.value for table in app.run().at.dataframe if "who" in table.value)
    assert list(truth.columns) == ["who", "0", "1", "2", "3"]
    assert list(truth["who"]) == ["⚠️ Everybody"]
    app.click("undo").click("undo")
    app.session.write_actions({"edited_rows": {0: {"worth": "1.234,5"}}})
    assert app.session.draft.actions[0].worth == 1234.5


def test_shares_of_a_sum_keep_their_digits_and_are_read_as_typed(open_worlds: Open) -> None:
    app = open_worlds()
    app.session.begin(BAKERY)
    app.session.rule(True)
    app.session.sum_from(0.002, 1.0)
    base = app.run().at.text_input(key="worlds-base")
    assert base.value == "0.002"
    app.set("worlds-base", "0,3 %")
    rules = app.session.draft.rules
    assert rules is not None
    assert rules.base == 0.003
    assert app.set("worlds-base", "3").session.draft.rules == rules
    assert "The share is 3.0, but must be a number from 0 to 1" in app.bare_errors


def test_ends_of_a_numeric_field_are_read_as_typed(open_worlds: Open) -> None:
    app = open_worlds().set("worlds-number-low", "0,5")
    assert app.set("worlds-number-high", "2,500").can_press("add-number") is False
    assert "To is '2,500', but must be written as 2500 or as 2.500." in app.bare
    app.set("worlds-number-high", "2,5").click("add-number")
    assert [row.sends for row in app.session.draft.fields["age"]] == [
        "0.75",
        "1.25",
        "1.75",
        "2.25",
    ]


def test_amounts_say_that_they_are_per_1000_visitors(open_worlds: Open) -> None:
    app = open_worlds()
    assert "In € per 1,000 visitors" not in app.bare
    app.session.begin(OWN_BANK)
    app.run()
    assert "In € per 1,000 visitors" in app.bare
    metrics = {metric.label: bare(metric.value) for metric in app.at.metric}
    assert metrics["Best for each"] == "3,995\u00a0€"


def paste(app: WorldsApp, text: str) -> WorldsApp:
    app.at.text_area(key="worlds-pasted").set_value(text)
    return app.click("read-pasted")


def test_what_is_pasted_comes_in_or_is_refused_with_its_place(open_worlds: Open) -> None:
    app = paste(open_worlds(), json.dumps(bakery(emoji=7)))
    assert "emoji is 7" in app.bare_errors
    assert app.session.is_unchanged
    paste(app, world_to_file(BAKERY)).click("go-keep")
    assert keys(app) == [key_of(BAKERY)]
    paste(app, "weather\tRoll\tPie\nSunny\t0.5\t0.1\nRainy\t0.2\t80%")
    assert app.session.draft.expected() == [[0.5, 0.1], [0.2, 0.8]]
    assert app.session.draft.actions[0].features == "sweet: false, price: 1.2"
    (said,) = app.at.toast
    assert bare(said.value) == "Read. Actions: Roll, Pie. Fields: weather."
    paste(app, "id,price\nPie,3\nJam,1")
    assert app.session.draft.expected() == [[0.1, 0.2], [0.8, 0.2]]
    paste(app, "weather,Roll\nSunny,0.5\nRainy,many")
    assert "B3" in app.bare_errors
    told = [markdown.value for markdown in app.at.markdown if "B3" in markdown.value]
    assert told, "nor in the box, which covers the page"


def test_a_table_of_actions_says_where_its_prices_are_and_without_any_they_stay(
    open_worlds: Open,
) -> None:
    app = paste(open_worlds(), "Offer,Price (EUR),kind\nCard,120,a\nTalk,0,b\n")
    assert [row.worth for row in app.session.draft.actions] == [120, 0]
    assert bare(app.at.toast[0].value).endswith("Pays: column Price (EUR).")
    paste(app, "id,kind\nCard,c\nPlan,d\n")
    assert [row.worth for row in app.session.draft.actions] == [120, None]
    assert bare(app.at.toast[0].value).endswith(
        "There is no column of prices, so they stay as they were."
    )


def test_a_table_of_rates_keeps_prices_and_texts_of_an_unfinished_world(open_worlds: Open) -> None:
    app = open_worlds().click("empty")
    app.session.write("Our bank", "", "", "€")
    paste(app, "Name,Pays\nCard,120\nTalk,300\nNothing new,0\n")
    paste(app, "age\tCard\tTalk\tNothing new\nyoung\t4,2 %\t0,6 %\t0,5 %\nold\t2%\t1%\t1%\n")
    draft = app.session.draft
    assert (draft.title, draft.unit) == ("Our bank", "€")
    assert [row.worth for row in draft.actions] == [120, 300, 0]
    assert draft.expected() == [[0.042, 0.006, 0.005], [0.02, 0.01, 0.01]]
    assert "The best single action earns 3,720\u00a0€ per 1,000 visitors" in app.bare
    paste(app, "age\tPlan\nyoung\t4 %\n")
    assert app.session.draft.title == "My world"


def test_a_log_is_sent_to_the_page_that_reads_it(open_worlds: Open) -> None:
    app = open_worlds()
    for log in (
        "event_id,age,action,propensity,reward\n1,30,Card,0.3,1\n",
        '{"_label_cost":-1,"c":{},"a":[1],"p":[1]}\n{"_label_cost":0,"c":{},"a":[1],"p":[1]}\n',
    ):
        assert "This is a log of events" in paste(app, log).bare_errors
        assert "open it on Evaluate" in app.bare_errors
    assert app.session.is_unchanged
    app.at.session_state["new-world"] = True
    assert "This is a log of events" in app.run().bare
    assert app.bare_errors == "", "said once: in the popover while it is open"


def test_the_menu_of_worlds_names_what_is_being_written(open_worlds: Open) -> None:
    app = open_worlds()

    def menu() -> str:
        """Label of the menu of worlds, the first of the page's popovers."""
        blocks = [app.at.main]
        while blocks:
            block = blocks.pop(0)
            if getattr(block, "type", "") == "popover":
                return bare(str(block.proto.popover.label))
            blocks = [*getattr(block, "children", {}).values(), *blocks]
        return ""

    assert menu() == COFFEE.label
    app.click("empty")
    assert menu() == ":material/storefront: Untitled"
    app.session.write("Our bank", "🏦", "", "€")
    app.run()
    assert menu() == "🏦 Our bank"


def test_a_numeric_field_is_proposed_under_a_name_that_is_free(open_worlds: Open) -> None:
    app = open_worlds()
    assert app.widget("worlds-number-name").value == "age"
    app.click("add-number")
    assert "age" in app.session.draft.fields
    assert app.widget("worlds-number-name").value == "number 1"
    app.set("worlds-number-name", "visits").run()
    assert app.widget("worlds-number-name").value == "visits"


@pytest.mark.parametrize("way", ["empty", "generate", "read-pasted"])
def test_what_was_begun_with_is_not_covered_by_the_box_that_it_came_from(
    open_worlds: Open, way: str
) -> None:
    app = open_worlds()
    app.at.session_state["new-world"] = True
    paste(app.run(), "weather,Roll\nSunny,0.5\nRainy,many")
    assert app.at.session_state["new-world"], "which says why nothing was read"
    app.at.text_area(key="worlds-pasted").set_value("weather,Roll\nSunny,0.5\nRainy,1")
    app.click(way)
    assert not app.at.session_state["new-world"]


def test_a_second_world_of_one_title_is_numbered_and_a_name_is_given_once(
    open_worlds: Open,
) -> None:
    app = open_worlds()
    key = library().store.keep_world(replace(BAKERY, story="Another."), app.owner).key
    paste(app, world_to_file(BAKERY)).click("go-keep")
    assert "🥐 Bakery 2" in app.bare
    said = "Saved as Bakery 2, as another world is called Bakery."
    assert said in [bare(toast.value) for toast in app.at.toast]
    app.at.session_state[f"world-menu-{key}"] = True
    app.run().set(f"world-name-{key}", "Bakery 2")
    assert "must be one that no other of your worlds has" in app.bare_errors


def test_an_own_world_is_told_from_the_ready_one_of_its_title(open_worlds: Open) -> None:
    app = open_worlds()
    app.session.write_truth({"edited_rows": {0: {"0": 0.5}}})
    app.run().click("go-keep")
    assert [kept.name for kept in library().store.worlds(app.owner)] == ["Coffee, own"]
    said = "Saved as Coffee, own, as another world is called Coffee."
    assert said in [bare(toast.value) for toast in app.at.toast]


def test_what_can_be_earned_in_a_large_world_is_found_beside_the_page(open_worlds: Open) -> None:
    told = large(fields=5, values=5, items=3)
    with patch.object(ceilings, "result_of", wraps=result_of) as submitted:
        app = paste(open_worlds(), json.dumps(told))
        assert submitted.call_count > 0
    found = world_from_json(told).ceilings
    metrics = {metric.label: metric.value for metric in app.at.metric}
    assert metrics["Best single offer"] == f"{found.single.value:.2f}"
    assert metrics["Best for each"] == f"{found.best.value:.2f}"


def test_a_world_is_generated_and_one_without_room_in_a_table_is_written_as_rules(
    open_worlds: Open,
) -> None:
    app = open_worlds().click("generate")
    assert app.session.draft.title == "Generated 1"
    assert len(app.session.draft.segments) == 64
    app.at.number_input(key="knob-fields").set_value(8)
    app.at.number_input(key="knob-values").set_value(6)
    app.at.selectbox(key="knob-drift").set_value("Halfway")
    app.click("generate")
    assert app.session.draft.rules is not None
    assert len(app.session.rules.base) == len(app.session.draft.rules.rows) > 900
    assert faults_of(app.session.draft) == []
    assert draft_from_text(app.session.text or "").drift == "halfway", "and is after a reload"
    app.click("go-keep")
    (key,) = keys(app)
    found = library().store.world(key)
    assert found is not None
    assert (found.size, found.drift) == (6**8, "halfway")
    app.at.number_input(key="knob-irrelevant").set_value(9)
    app.click("generate")
    assert "irrelevant is 9" in app.bare_errors
    assert "tastes change halfway" in app.at.button(key="go-race").help
    app.click("go-race")
    assert app.at.session_state["RaceSession"].setup.drift == "halfway"


def test_a_world_is_made_of_the_log_on_evaluate(
    open_evaluate: Callable[..., EvaluateApp],
) -> None:
    app = open_evaluate(log="ready", world="hotel", visitors="300")
    app.click("make-world-of-log")
    session: WorldsSession = app.at.session_state["WorldsSession"]
    made = session.origin.estimated
    assert made is not None
    assert (made.visitors, session.made()[0]) == (300, made.world)
    assert made.world.unit == "€"
    assert "This is a simulation of a log of 300 events, not the truth" in app.at.info[0].value
    alike = tuple(replace(item, title="Breakfast") for item in made.world.items)
    session.begin(made.world, replace(made, world=replace(made.world, items=alike)))
    app.at.switch_page("../../worlds.py")
    tables = (table.value for table in app.run().at.dataframe)
    columns = [str(column) for table in tables for column in table]
    called = {column for column in columns if column.endswith(", events")}
    assert len(called) == len(alike), "each has a column"
    session.begin(made.world, made)
    session.scramble(1)
    session.record_as_world(made.world)
    assert session.origin.estimated is made
    session.clear()
    assert session.origin.estimated is None


def test_a_request_of_one_s_own_is_ranked(open_worlds: Open) -> None:
    app = open_worlds()
    app.session.begin(BAKERY)
    app.run()
    written = json.loads(str(app.at.text_area(key="rank-json").value))
    assert written == BAKERY.request(0).to_json()
    assert '"rewardActionId"' in app.click("rank-own").at.code[-1].value
    app.at.text_area(key="rank-json").set_value("{}")
    app.session.undo()
    assert '"InvalidRankRequest"' in app.click("rank-own").at.code[-1].value
    assert app.at.text_area(key="rank-json").value == "{}"


def test_kept_worlds_are_opened_renamed_duplicated_taken_along_and_deleted(
    open_worlds: Open,
) -> None:
    app = open_worlds()
    key = library().store.keep_world(BAKERY, app.owner).key
    app.run().click(f"open-world-{key}")
    assert app.session.made()[0] == BAKERY
    app.at.session_state[f"world-menu-{key}"] = True
    app.run().set(f"world-name-{key}", "Ours")
    assert [kept.name for kept in library().store.worlds(app.owner)] == ["Ours"]
    files = [file for one in _permissions.values() for file in one.files.values()]
    (file,) = (file for file in files if file.name == f"{key}.json")
    assert (file.make(), file.kind) == (world_to_file(BAKERY).encode(), "application/json")
    app.click(f"duplicate-world-{key}")
    app.click(f"duplicate-world-{key}")
    assert sorted(kept.world.title for kept in library().store.worlds(app.owner)) == [
        "Bakery", "Bakery, copy", "Bakery, copy 2",
    ]  # fmt: skip
    app.click(f"delete-world-{key}")
    assert key not in keys(app)
    with pytest.raises(KeyError):
        key_in_link(key)
    app.click("open-exhibit-bank")
    assert app.session.made()[0] is GALLERY["bank"].world
    assert not app.can_press("go-keep")
    app.click("go-race")
    assert len(keys(app)) == 2


def test_a_copy_is_another_world_however_long_its_title(open_worlds: Open) -> None:
    app = open_worlds()
    bare = replace(BAKERY, title="x" * 34 + ", copy", emoji="")
    key = library().store.keep_world(bare, app.owner).key
    app.at.session_state[f"world-menu-{key}"] = True
    app.run().click(f"duplicate-world-{key}")
    titles = [kept.world.title for kept in library().store.worlds(app.owner)]
    assert sorted(titles) == ["x" * 32 + ", copy 2", "x" * 34 + ", copy"]
    assert f"**{bare.title}**" in [element.value for element in app.at.markdown]


def test_any_page_offers_the_worlds_of_this_browser_and_the_ready_ones(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    store, own = library().store, app.session.owner
    key = store.keep_world(BAKERY, own).key
    other = store.keep_world(replace(BAKERY, story="Another."), own).key
    hotel = GALLERY["hotel"].world.label
    store.rename_world(other, own, hotel)
    app.at.session_state[WORLD_MENU] = True
    offered = app.run().widget("play-another-world").options
    assert {"Bakery", f"{hotel} ({other[-8:]})"} <= set(offered)
    assert len(set(offered)) == len(offered)
    app.set("play-another-world", key)
    assert app.session.open.world == BAKERY
    app.at.session_state[WORLD_MENU] = True  # A choice closes the menu.
    app.run().set("play-another-world", "hotel")
    assert app.session.open.world == GALLERY["hotel"].world


def test_without_a_database_nobody_s_worlds_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "oracle://nowhere")
    assert worlds_of(owner()) == []


def test_a_draft_stands_in_the_address_and_survives_a_reload(open_worlds: Open) -> None:
    app = open_worlds()
    app.session.write_truth({"edited_rows": {0: {"0": 0.5, "1": 7}}})
    app.run()
    found = app.at.query_params["draft"]
    text = found if isinstance(found, str) else found[0]
    again = open_worlds(world="coffee", draft=text)
    assert again.session.draft.expected() == app.session.draft.expected()
    assert "must be a number from 0 to 1" in again.text
    again.session.undo()
    again.run()
    assert again.session.is_unchanged
    assert "draft" not in again.at.query_params
    assert "cannot be read" in open_worlds(world="coffee", draft="nonsense").session.refused
