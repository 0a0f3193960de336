"""Form for an uploaded log file, with corrected columns."""

from typing import cast

from streamlit.testing.v1 import AppTest

from engine.evaluation.files.column_roles import Columns, StatedRule
from pages.parts.evaluate.page_settings import EvaluateSetup

LINES = b"place,deal,prob,gain\nNL,x,.5,1\nDE,y,.5,0\nNL,y,.5,1\n"


def page(lines: bytes) -> None:
    """Draw the form; the session's state holds the source passed to the session."""
    import streamlit as st  # noqa: PLC0415

    from pages.parts.evaluate.log_file_form import choose_file  # noqa: PLC0415
    from pages.parts.evaluate.page_settings import EvaluateSetup  # noqa: PLC0415
    from pages.parts.settings.page_settings_base import current_setup  # noqa: PLC0415
    from pages.parts.work.uploads import this_upload  # noqa: PLC0415

    class Session:
        setup = current_setup(EvaluateSetup)

        def ask_file(self, _: object, asked: object) -> None:
            st.session_state["asked"] = asked

    upload = this_upload()
    if "begun" not in st.session_state:  # Test sessions share their upload.
        st.session_state["begun"] = True
        upload.free()
    if not upload.is_whole and not st.session_state.get("waits"):
        incoming = upload.begin()
        incoming.write(st.session_state.get("next", lines))
        incoming.end()
        upload.name = "mine.csv"
    choose_file(Session())  # type: ignore[arg-type]


def test_a_column_that_says_something_else_is_no_context_any_more() -> None:
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": LINES}).run()

    def columns() -> Columns:
        assert not app.exception
        return cast(Columns, app.session_state["asked"].columns)

    assert columns().context == ("place", "deal", "gain")
    for label, name in (("Action that was shown", "deal"), ("Reward", "gain")):
        (one,) = (each for each in app.selectbox if each.label == label)
        one.select(name).run()
    assert (columns().shown, columns().reward) == ("deal", "gain")
    assert columns().context == ("place",)
    assert app.multiselect[0].options == ["place"]


def test_a_unit_is_that_of_the_rewards_name_or_the_last_one_typed() -> None:
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": LINES})
    app.session_state["page"] = EvaluateSetup

    def unit_with(reward: bytes) -> str:
        app.session_state["next"] = LINES.replace(b"gain", reward).replace(b"deal", b"action")
        if app.button:  # Another file
            app.session_state["waits"] = True
            app.button[0].click().run()
            app.session_state["waits"] = False
        app.run()
        assert not app.exception
        return str(app.text_input[0].value)

    assert unit_with(b"reward") == ""
    app.text_input[0].input("points")
    app.text_input[1].input("x")
    assert unit_with(b"clicks") == "points"
    assert not app.text_input[1].value, "that x never pays was said of the other file"
    assert unit_with(b"revenue_eur") == "€"
    assert unit_with(b"clicks") == "", "that unit was of another column"


def test_bounds_that_nothing_can_be_reckoned_with_are_not_used() -> None:
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": LINES}).run()
    app.number_input[1].set_value(1e300).run()
    assert app.session_state["asked"].bounds == (0.0, 1.0)
    app.number_input[0].set_value(2.0).run()
    assert "must be above the least reward; 0 to 1 is used" in app.error[0].value
    assert app.session_state["asked"].bounds == (0.0, 1.0)


def test_a_corrected_column_is_context_again() -> None:
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": LINES}).run()

    def context() -> tuple[str, ...]:
        assert not app.exception
        return cast(Columns, app.session_state["asked"].columns).context

    (reward,) = (each for each in app.selectbox if each.label == "Reward")
    reward.select("place").run()
    assert context() == ("deal", "gain")
    app.multiselect[0].unselect("deal").run()
    assert context() == ("gain",)
    (reward,) = (each for each in app.selectbox if each.label == "Reward")
    reward.select("").run()
    assert context() == ("place", "gain"), "but for what was taken out"


def test_a_column_of_many_numbers_is_said_to_be_left_out_and_counts_in_quarters() -> None:
    rows = "".join(f"NL,x,.5,1,{n}.5\n" for n in range(100))
    lines = f"place,action,prob,reward,balance\n{rows}".encode()
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": lines}).run()
    assert not app.exception
    notes = " ".join(each.value for each in app.markdown)
    assert "Left out, because they have many numbers: balance" in notes
    app.multiselect[0].select("balance").run()
    columns = cast(Columns, app.session_state["asked"].columns)
    assert columns.context == ("place", "balance")
    assert len(dict(columns.quarters)["balance"]) == 3
    assert "Left out" not in " ".join(each.value for each in app.markdown)


def test_a_log_without_probabilities_can_be_used_where_its_split_is_stated() -> None:
    lines = b"place,action,reward\nNL,x,1\nDE,y,0\nNL,y,1\n"
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": lines}).run()

    def split() -> object:
        assert not app.exception
        return cast(Columns, app.session_state["asked"].columns).split

    def pointer() -> bool:
        return any("answer above: *No probabilities in" in each.value for each in app.markdown)

    assert split() is None
    assert pointer()
    (choice,) = (each for each in app.selectbox if "how was each action chosen" in each.label)
    choice.select("equal").run()
    assert split() == ()
    assert not pointer()
    assert "The estimates rest on your statement" in " ".join(each.value for each in app.markdown)
    (choice,) = (each for each in app.selectbox if "how was each action chosen" in each.label)
    choice.select("shares").run()
    app.text_input[0].input("x 60; y 50").run()
    assert "add up to 110" in app.error[0].value
    app.text_input[0].input("x 60; y 40").run()
    assert split() == (("x", 0.6), ("y", 0.4))


def test_the_range_of_a_revenue_is_that_of_the_file() -> None:
    lines = b"day,action,revenue,p\n2026-01-01,x,0,.5\n2026-01-02,y,300,.5\n"
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": lines}).run()
    assert not app.exception
    source = app.session_state["asked"]
    assert (source.columns.reward, source.columns.time) == ("revenue", "day")
    assert source.bounds == (0.0, 300.0)
    assert "Reward: revenue, 0 to 300." in " ".join(each.value for each in app.markdown)


def test_a_log_without_probabilities_can_be_used_where_its_rule_is_stated() -> None:
    lines = b"place,action,reward\nNL,x,1\nDE,y,0\nNL,y,1\nNL,x,0\n"
    app = AppTest.from_function(page, default_timeout=60, kwargs={"lines": lines}).run()
    (choice,) = (each for each in app.selectbox if "how was each action chosen" in each.label)
    choice.select("rule").run()
    assert not app.exception
    assert app.session_state["asked"].columns.split == StatedRule("", (("", "x"),), 0.9)
    (column,) = (each for each in app.selectbox if each.label == "The rule depends on")
    column.select("place").run()
    (share,) = (each for each in app.number_input if "got the rule's action" in each.label)
    share.set_value(75).run()
    stated = app.session_state["asked"].columns.split
    assert stated == StatedRule("place", (("NL", "x"), ("DE", "y")), 0.75)
    assert "The estimates rest on your statement" in " ".join(each.value for each in app.markdown)
