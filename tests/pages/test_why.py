"""The Why page: an offer explained with the beliefs at that time, regardless of later events."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from unittest.mock import patch
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest

from engine.evaluation.belief_contributions import Gap
from engine.evaluation.field_importance import Importance, Importances, Omission, importance_steps
from engine.evaluation.mean_intervals import Estimate
from engine.learners.base import Contribution, Group, Source
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.play.why_subject import WhyQuery, event_of
from pages.parts.scene.part_types import FigureStyle
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.text.format import bare
from pages.parts.why import session as session_module
from pages.parts.why.page_content import scene_of, scene_of_worth
from pages.parts.why.session import WhySession
from pages.parts.why.wording import beyond_pay, for_and_against, in_short, smallest
from pages.parts.work import job_queue
from pages.parts.work.browser_session import BrowserSession, acting_for
from tests.pages.conftest import App, many_frames
from tests.pages.own_bank import OWN_BANK
from tests.pages.presses import answer

Open = Callable[..., App]


def asked_why(app: App, **query: str) -> App:
    """Go from Play to Why, with the query parameters of a link."""
    app.at.query_params.clear()
    for name, value in query.items():
        app.at.query_params[name] = value
    app.at.switch_page("../../why.py")
    return app.run()


@pytest.fixture
def why(open_app: Open) -> App:
    """The last of ten visitors, explained."""
    app = open_app().click("let-in-10").finish_the_crowd()
    return asked_why(app)


def session(app: App) -> WhySession:
    found: WhySession = app.at.session_state["WhySession"]
    return found


def address(app: App) -> dict[str, str]:
    told = app.at.query_params.items()
    return {name: one[0] if isinstance(one, list) else one for name, one in told}


def gap_rows(app: App) -> dict[str, float]:
    """Name and value of each bar in the chart of reasons."""
    (chart,) = (one for one in app.at.get("vega_lite_chart") if "Reasons for" in one.proto.alt)
    told = pa.ipc.open_stream(chart.proto.data.data).read_all().to_pylist()
    return {str(row["name"]): float(row["value"]) for row in told}


def test_the_last_visitor_is_explained_by_bars_that_sum_to_what_was_believed(why: App) -> None:
    loop = why.session.open.loop
    last = loop.last
    assert last is not None
    assert f"Why was {why.session.open.world.items[last.shown].name} offered to" in why.text
    assert "Visitor 10 of 10" in why.text
    assert address(why) == {"loop": why.session.open.link, "event": last.event_id}
    bars, asked = gap_rows(why), session(why)
    assert asked.against is not None
    whole = bars.pop("= expected reward")
    assert whole == pytest.approx(last.means[last.shown] - last.means[asked.against], abs=1e-9)
    curiosity = bars.pop("+ luck", 0.0)
    assert bars.pop("= sample", whole + curiosity) == pytest.approx(whole + curiosity)
    assert sum(bars.values()) == pytest.approx(whole, abs=0.005), "what is left out is not seen"


def test_an_earlier_event_is_explained_as_it_was_believed_then(why: App) -> None:
    opened = why.session.open
    first, *_ = opened.loop.events.values()
    told = asked_why(why, event=first.ranked.event_id)
    assert "Visitor 1 of 10" in told.text
    assert "have the same expected reward" in told.text, "nothing was learned by then"
    told.click("why-chevron_right")
    assert "Visitor 2 of 10" in told.text
    assert told.can_press("why-chevron_left")
    told.click("why-chevron_left")
    assert "Visitor 1 of 10" in told.text
    assert not told.can_press("why-chevron_left")
    told.set("why-visitor", 7)
    assert "Visitor 7 of 10" in told.text
    sent = {**why.session.open.loop.events}
    assert address(told)["event"] == list(sent)[6]


def test_what_if_changes_chances_and_parts_and_logs_nothing(why: App) -> None:
    loop, asked = why.session.open.loop, session(why)
    entries, before = len(loop.log), gap_rows(why)
    assert asked.subject is not None
    name = asked.subject.context["name"]
    other = "Bob" if name != "Bob" else "Alice"
    why.set("why-coffee-name", other)
    assert "What if (nothing is logged)" in why.text
    assert asked.displayed is not None
    assert asked.displayed.context == {**asked.subject.context, "name": other}
    assert asked.displayed.ranked.probabilities != asked.subject.ranked.probabilities
    assert gap_rows(why) != before
    why.click("as-it-was")
    assert gap_rows(why) == before
    assert len(loop.log) == entries


def test_any_two_actions_can_be_compared_and_one_with_the_average(why: App) -> None:
    asked = session(why)
    assert asked.subject is not None
    means = asked.subject.ranked.means
    why.set("why-action", 3).set("why-against", 1)
    assert gap_rows(why)["= expected reward"] == pytest.approx(means[3] - means[1])
    why.set("why-against", None)
    assert gap_rows(why)["= expected reward"] == pytest.approx(means[3] - sum(means) / 4)
    why.set("why-action", 1)
    assert (asked.action, asked.against) == (1, None)


def test_a_reader_gets_the_same_and_an_event_that_is_none_is_said(why: App, open_app: Open) -> None:
    link = address(why)
    reader = asked_why(open_app(), **link)
    assert reader.session.open.link == link["loop"]
    assert not reader.session.may_answer
    assert gap_rows(reader) == pytest.approx(gap_rows(why))
    asked_why(reader, loop=link["loop"], event="none-of-these")
    assert "no longer has this event" in reader.at.toast[0].value
    assert address(reader) == link


def test_unanswered_offers_are_explained_by_current_beliefs(open_app: Open) -> None:
    app = asked_why(open_app(), who="1-0-2")
    assert "be offered to Bob" in app.text
    assert "This is what the engine believes now" in app.text
    assert address(app) == {"who": "1-0-2"}
    assert len(app.session.open.loop.events) == 0
    assert app.widget("measure").disabled


def test_the_address_of_who_stands_there_now_is_not_rewritten(open_app: Open) -> None:
    """Another address would be an entry of the browser's history at which Back stops."""
    app = asked_why(open_app(), who="now")
    assert "be offered to" in app.text
    assert address(app) == {"who": "now"}
    app.run()
    assert address(app) == {"who": "now"}


def test_the_way_back_leads_to_play_as_it_was_left(open_app: Open) -> None:
    app = open_app(seed="9").click("let-in-10").finish_the_crowd().set("play-truth", True)
    left = address(app)
    asked_why(app, loop=str(app.session.open.link), who="now")
    (back,) = (one for one in app.at.get("page_link") if one.proto.label == "Back to Play")
    assert dict(parse_qsl(back.proto.query_string)) == left
    assert left["truth"] == "1"


def test_what_each_field_is_worth_is_measured_when_it_is_asked_for(why: App) -> None:
    assert "Measured on" not in why.text
    why.click("measure")
    assert "Measured on 10 visitors" in why.text


def test_fields_are_assessed_once_guesses_clearly_beat_random_offers() -> None:
    """Otherwise losses would be compared with a gain that is chance."""

    def worth(gain: float) -> tuple[str, bool]:
        loss = Importance(Omission("context", "field", "name", frozenset()), known(0.3), 0)
        result = Importances(100, known(0.5), known(0.5 - gain), known(gain), (loss,))
        scene = scene_of_worth(result, COFFEE, FigureStyle())
        return scene.text("said"), scene.figure("worth") is not None

    said, is_drawn = worth(0.1)
    assert "Too early to tell which field matters" in said
    assert "lose" not in said
    assert not is_drawn
    said, is_drawn = worth(0.3)
    assert "would lose" in said
    assert is_drawn


def known(mean: float) -> Estimate:
    return Estimate(mean, 0.1, mean - 0.2, mean + 0.2)


def test_the_weights_can_be_searched(why: App) -> None:
    whole = why.at.dataframe[0].value
    why.set("why-search", "Alice latte")
    found = why.at.dataframe[0].value
    assert 0 < len(found) < len(whole)
    assert set(found["action"]) == {"Latte"}
    assert all("Alice" in who for who in found["who"])


@pytest.mark.parametrize("world", ["coffee", "gym"])
def test_the_example_of_a_search_finds_something(open_app: Open, world: str) -> None:
    app = asked_why(open_app(world=world), who="now")
    _, example = app.at.text_input(key="why-search").placeholder.split("such as ")
    app.at.text_input(key="why-search").set_value(example).run()
    assert len(app.at.dataframe[-1].value)


def test_on_the_stage_it_is_the_question_and_the_picture(why: App) -> None:
    asked = session(why)
    why.at.query_params["stage"] = "1"
    why.run()
    assert why.at.title[0].value.startswith("Why was")
    assert not why.at.button
    assert gap_rows(why)["= expected reward"] == pytest.approx(asked.gap().mean)
    assert address(why)["stage"] == "1"


def test_user_requests_precede_the_measurement() -> None:
    """Jobs of one session queue up: a visitor would otherwise wait for the measurement."""
    play, asked = PlaySession(PlaySetup()), WhySession()
    for _ in range(6):
        answer(play, 1.0)
    opened = play.open
    finish(asked.finding(opened, WhyQuery()))
    with many_frames():
        line = job_queue.jobs()
        asked.measure(opened.loop)
        while not asked.share:
            line.turn()
        done = asked.share
        assert 0 < done < 1
        with asked.giving_way():
            assert not asked.is_live
            found = job_queue.submit(asked.finding(opened, WhyQuery(event_of(opened.loop, 2))))
            while not found.done():
                line.turn()
        assert asked.subject is not None
        assert asked.subject.number == 2
        assert (asked.is_live, asked.share) == (True, done)
        while line.turn():
            pass
    measured = asked.measured(opened.loop)
    assert measured is not None
    assert (asked.is_live, asked.share) == (False, 1.0)
    result = measured.result()
    assert result is not None
    assert result.events == 6


def test_all_who_ask_what_fields_are_worth_wait_for_one_measurement() -> None:
    play, tabs = PlaySession(PlaySetup()), [WhySession() for _ in range(3)]
    for _ in range(6):
        answer(play, 1.0)
    loop = play.open.loop
    with (
        many_frames(),
        patch.object(session_module, "importance_steps", wraps=importance_steps) as begun,
    ):
        line = job_queue.jobs()
        for number, tab in enumerate(tabs):
            with acting_for(BrowserSession(f"tab {number}", "here")):
                tab.measure(loop)
        while not tabs[1].share:
            line.turn()
        assert tabs[0].share < tabs[1].share, "each goes on from where the other was"
        tabs[0].stop_measuring()
        while line.turn():
            pass
        tabs[0].measure(loop)
        while line.turn():
            pass
    found = [tab.measured(loop) for tab in tabs]
    assert len({id(ticket.result()) for ticket in found if ticket is not None}) == 1
    assert None not in found
    assert begun.call_count == 1, "and what came of it is kept"
    answer(play, 1.0)
    assert [tab.measured(loop) for tab in tabs] == [None] * 3, "the loop has gone on"


def test_numbers_and_tags_are_supposed_and_searched_as_they_are_called(open_app: Open) -> None:
    app = asked_why(open_app(world="gym"), who="now")
    assert not app.at.exception
    (hour,) = (one for one in app.at.selectbox if one.label == "Hour")
    assert hour.options == ["6-12 h", "12-22 h"]
    app.at.text_input(key="why-search").set_value("likes.calm heavy").run()
    weights = app.at.dataframe[-1].value
    assert "likes.calm true" in set(weights["who"])
    assert set(weights["action"]) == {"Heavy bar"}


@pytest.mark.parametrize(
    ("mean", "said"),
    [(1.0, "more than 99\u00a0%"), (-1.0, "less than 1\u00a0%"), (0.0, "50\u00a0%")],
)
def test_no_belief_is_certain_of_the_better_action(why: App, mean: float, said: str) -> None:
    subject = session(why).subject
    assert subject is not None
    first, _ = in_short(subject.world, subject.ranked, Gap({}, mean, 0.01, None), 0, 1)
    assert first.endswith(f"is better is {said}.")


@pytest.mark.parametrize("mean", [-0.1, 0.1])
def test_a_lead_by_luck_alone_is_named(why: App, mean: float) -> None:
    subject = session(why).subject
    assert subject is not None
    _, drawn = in_short(subject.world, subject.ranked, Gap({}, mean, 0.05, 0.3), 0, 1)
    assert drawn.endswith(" By expected reward alone, it would be behind.") == (mean < 0)


def test_reasons_in_a_banks_world_are_in_euros_and_none_is_too_small(open_app: Open) -> None:
    app = open_app(world=keep_at_hand(OWN_BANK)).click("let-in-100").finish_the_crowd()
    why = asked_why(app)
    subject, asked = session(why).subject, session(why)
    assert subject is not None
    text = bare(why.text)
    assert "€ per 1,000 visitors" in text
    helps = "".join(header.help for header in why.at.header)
    assert "parts under 20" in bare(helps), "a two-hundredth of what the best offers earn"
    assert re.search(r"95\s% interval of the difference [+−][\d,]+ to [+−]?[\d,]+\s€", text)
    whole = gap_rows(why)["= expected reward"]
    assert whole == pytest.approx(300_000 * asked.gap().mean)
    assert f"balance {subject.context['balance']}" in gap_rows(why), "not the number that was sent"


@pytest.mark.parametrize("crowds", [1, 4])
def test_no_amount_is_more_than_a_priced_offer_pays_or_below_0(open_app: Open, crowds: int) -> None:
    app = open_app(world=keep_at_hand(OWN_BANK))
    for _ in range(crowds):
        app.click("let-in-100").finish_the_crowd()
    asked = session(asked_why(app))
    assert asked.subject is not None
    assert asked.subject.ranked.draw is not None
    pays = [item.value * 1_000 for item in OWN_BANK.items]
    for action, against in permutations(range(len(pays)), 2):
        asked.compare(action, against)
        scene = scene_of(asked, asked.subject, FigureStyle(False))
        least, most = -pays[against], pays[action]
        text = bare(scene.text("short"))
        assert "from luck" not in text, "a sample has no amount"
        interval = re.search(r"difference ([+−\d,]+) to ([+−\d,]+)", text)
        figure = scene.figure("gap")
        assert (interval is None) == (figure is None) == text.startswith("The engine cannot yet")
        if interval is None or figure is None:
            assert "€" not in text
            continue
        low, high = (float(end.replace(",", "").replace("−", "-")) for end in interval.groups())
        assert least - 1 <= low < high <= most + 1
        rows = figure.rows.to_pylist()
        assert [row["name"] for row in rows if row["kind"] != "part"] == ["= expected reward"]
        reach = max(-least, most) * (1 + 1e-9)
        ends = [
            row[end] for row in rows for end in ("value", "low", "high") if row[end] is not None
        ]
        assert -reach <= min(ends)
        assert max(ends) <= reach


def test_a_belief_beyond_what_is_paid_has_no_amount(why: App) -> None:
    subject = session(why).subject
    assert subject is not None
    reasons: dict[Source, Contribution] = {Group(()): Contribution(0.05, 0.001)}
    gap = Gap(reasons, 0.05, 0.001, 0.3, (-0.4, 0.0))
    lead, drawn = in_short(OWN_BANK, subject.ranked, gap, 4, 0)
    assert lead.startswith("The engine cannot yet say how much more")
    assert "€" not in lead + drawn
    assert drawn == "Its sample is higher: both what it knows and luck point that way."
    lead, _ = in_short(OWN_BANK, subject.ranked, replace(gap, parts={}, mean=-0.01), 4, 0)
    assert "Nothing new** pays nothing; the engine learns that from rewards alone." in lead
    assert "The chance that" not in lead, "it is no better in any case"
    expects = replace(subject.ranked, means=(0.01, 0.2, 0.01, 0.01, 0.001))
    assert bare(beyond_pay(OWN_BANK, expects)).startswith(
        "The engine still expects more of Savings plan (40,000\u00a0€), Nothing new (0\u00a0€) than"
    )
    assert beyond_pay(COFFEE, subject.ranked) == ""
    sides = for_and_against(gap, {Group(()): "Action"}, OWN_BANK, 4, 0)
    assert sides == "Reasons for Nothing new: Action."


def test_a_small_lead_of_a_rare_reward_is_a_lead(why: App) -> None:
    subject = session(why).subject
    assert subject is not None
    ranked = subject.ranked
    gap = Gap({Group(("age",)): Contribution(0.003, 0.001)}, 0.003, 0.001, None)
    lead, _ = in_short(OWN_BANK, ranked, gap, 0, 1)
    assert "is 900\u00a0€ per 1,000 visitors higher" in bare(lead)
    assert "(95\u00a0% interval of the difference +310 to +1,490\u00a0€)" in bare(lead)
    sides = for_and_against(gap, {Group(("age",)): "Age"}, OWN_BANK, 0, 1)
    assert bare(sides) == "Reasons for Premium card: Age (900\u00a0€)."
    assert "have the same expected reward" in in_short(COFFEE, ranked, gap, 0, 1)[0]
    assert smallest(COFFEE) == 0.005
