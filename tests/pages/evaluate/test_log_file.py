"""Uploaded file as a log: columns and faults."""

from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.errors import RejectedError
from engine.evaluation.files import reader_process
from engine.evaluation.files.column_roles import StatedRule
from engine.evaluation.files.reader_main import answer_to
from engine.evaluation.files.reader_messages import FileAnswer, FileRequest
from engine.pausable_steps import Steps, finish
from engine.simulation.baselines import RuleTable
from pages.parts.evaluate.log_evaluation import STAND_IN, evaluating
from pages.parts.evaluate.log_file import FileSource, inspecting, reading
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import (
    about_difference,
    about_rule,
    doubts,
    estimate_of,
    headline,
    headline_row,
    names_of,
    usable,
)
from pages.parts.work import job_queue
from pages.parts.work.uploads import Upload, Uploads

ROWS = b"country,action,prob,reward\nNL,red,.5,1\nDE,blue,.25,0\nNL,blue,.5,1\n"


def sent(data: bytes) -> Upload:
    upload = Upload(Uploads(most=1))
    incoming = upload.begin()
    incoming.write(data)
    incoming.end()
    upload.name = "mine.csv"
    return upload


def test_columns_are_guessed_and_the_log_is_asked() -> None:
    upload = sent(ROWS)
    inspected = finish(inspecting(upload))
    assert inspected.names == ("country", "action", "prob", "reward")
    ends = finish(inspecting(sent(ROWS.replace(b"\n", b",,\n"))))
    assert (ends.names, ends.columns) == (inspected.names, inspected.columns), "none of no name"
    columns = inspected.columns
    assert columns is not None
    roles = columns.shown, columns.reward, columns.propensity, columns.context
    assert roles == ("action", "reward", "prob", ("country",))
    log = finish(reading(upload, FileSource(upload.token, columns, (0.0, 1.0))))
    result = finish(evaluating(log, (1, 0), None))
    assert [row.target for row in result.rows] == [
        "online", "uniform", "action blue", "action red",
    ]  # fmt: skip
    assert (result.truths, result.tells_all) == ({}, False)
    assert result.estimator_of("uniform", "strata") == STAND_IN


def test_every_faulty_line_is_told() -> None:
    upload = sent(ROWS.replace(b".5", b"0"))
    inspected = finish(inspecting(upload))
    with pytest.raises(RejectedError) as refused:
        finish(reading(upload, FileSource(upload.token, inspected.columns, (0.0, 1.0))))
    assert [fault.line for fault in refused.value.faults] == [2, 4]
    assert "line 2" in refused.value.message


def test_a_table_without_a_row_holds_no_event() -> None:
    table = BytesIO()
    empty = {"action": pa.array([], pa.string()), "prob": pa.array([], pa.float64())}
    parquet.write_table(pa.table(empty | {"reward": empty["prob"]}), table)
    upload = sent(table.getvalue())
    columns = finish(inspecting(upload)).columns
    with pytest.raises(RejectedError, match="it holds no event"):
        finish(reading(upload, FileSource(upload.token, columns, (0.0, 1.0))))


def test_lines_of_json_need_no_columns() -> None:
    upload = sent(b'{"_label_cost":-1,"_label_probability":0.5}\n')
    assert finish(inspecting(upload)).columns is None


def test_a_reader_gets_the_memory_that_the_environment_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    requests = list[FileRequest]()

    def answering(file: BinaryIO, request: FileRequest) -> Steps[FileAnswer]:
        yield None
        requests.append(request)
        return answer_to(request, file)

    monkeypatch.setattr(reader_process, "_answering", answering)
    monkeypatch.setenv("PLAYGROUND_MAX_UNFOLDED", "128")
    upload = sent(ROWS)
    columns = finish(inspecting(upload)).columns
    finish(reading(upload, FileSource(upload.token, columns, (0.0, 1.0))))
    assert [request.memory for request in requests] == [128, 128]


def test_a_log_is_read_in_steps() -> None:
    columns = finish(inspecting(sent(ROWS))).columns
    steps = reading(sent(ROWS + b"NL,red,.5,1\n" * 80_000), FileSource("", columns, (0.0, 1.0)))
    assert len([None for _ in zip(range(3), steps, strict=False)]) == 3
    assert len(finish(steps).decisions) == 80_003


def test_an_action_that_pays_one_amount_is_limited_by_it() -> None:
    lines = [f"2026-01-{1 + 20 * (n > 99):02} 10:{n % 60:02},{'ab'[n % 2]}," for n in range(200)]
    paid = [f"{[30, 120][n % 2] * (n % 10 < 2)},.5" for n in range(200)]
    rows = "\n".join(map("".join, zip(lines, paid, strict=True)))
    upload = sent(f"when,action,revenue,p\n{rows}\n".encode())
    inspected = finish(inspecting(upload))
    assert inspected.columns is not None
    columns = replace(inspected.columns, time="when")
    log = finish(reading(upload, FileSource(upload.token, columns, inspected.bounds)))
    assert log.decisions.largest is not None
    assert log.decisions.largest.tolist() == [30, 120]
    result = finish(evaluating(log, (1, 0), None))
    (row,) = (row for row in result.rows if row.target == "action a")
    assert all(interval.high <= 30 for interval in row.intervals.values() if interval)
    assert any("pays one amount or nothing" in line for line in doubts(result, EvaluateSetup()))
    assert "gaps" in [check.name for check in result.checks if not check.passes]


def _evaluated(unpaid: str) -> EvaluateSession:
    """A bank's log of 2,000 visitors, one of three offers by lot; "Nothing" has not paid yet."""
    rng, names, pays = np.random.default_rng(8), ("Card", "Plan", "Nothing"), (120, 40, 0)
    shown = rng.integers(3, size=2_000).tolist()
    paid = [
        pays[at] * int(chance < 0.03) for at, chance in zip(shown, rng.random(2_000), strict=True)
    ]
    rows = (f"{names[at]},.333333333,{euros}" for at, euros in zip(shown, paid, strict=True))
    upload = sent("\n".join(["action,probability,revenue", *rows]).encode())
    inspected = finish(inspecting(upload))
    setup = EvaluateSetup(log="file", unpaid=unpaid)
    session = EvaluateSession(setup, submit=job_queue.submit)
    session.adopt(setup, None)
    session.ask_file(upload, FileSource(upload.token, inspected.columns, inspected.bounds))
    assert session._job is not None
    session._job.result()
    session.adopt(setup, None)
    return session


def test_an_action_that_is_stated_to_pay_0_earns_exactly_0() -> None:
    for unpaid in ("", "Nothing"):
        session = _evaluated(unpaid)
        result = session.result
        assert result is not None
        assert session.refused is None
        (row,) = (row for row in result.rows if row.target == "action Nothing")
        interval = estimate_of(result, row, session.setup)
        assert interval is not None
        ends = (interval.estimate, interval.low, interval.high)
        assert (ends == (0, 0, 0)) == bool(unpaid), "it might still pay, unless stated"
        said = " ".join(doubts(result, session.setup))
        assert ("Nothing: always pays 0" in said) == bool(unpaid)
        assert ("fewer than 10 rewards: Nothing (0)" in said) != bool(unpaid), (
            "no estimate rests on nothing"
        )


@pytest.mark.parametrize(
    ("unpaid", "says"),
    [
        ("Nothing; Card", "“Card” does not always pay 0: event "),
        ("Gold", "The log has no action “Gold”. It has: "),
    ],
)
def test_a_statement_that_the_log_contradicts_is_refused(unpaid: str, says: str) -> None:
    session = _evaluated(unpaid)
    assert session.refused is not None
    assert session.refused.message.startswith(says)
    assert session.result is not None, "without the statement"
    assert session.result.decisions.largest is None or all(session.result.decisions.largest)


def test_actions_that_pay_0_are_in_the_link() -> None:
    setup, refused = EvaluateSetup.from_query({"unpaid": "Nothing new; No offer"})
    assert not refused
    assert setup.unpaid_actions == ("Nothing new", "No offer")
    assert setup.query()["unpaid"] == "Nothing new; No offer"


def _split_log(probability: str) -> bytes:
    """6,000 customers of a bank, each offered one of three products by lot."""
    rng, pays = np.random.default_rng(40), np.array([120, 40, 300])
    names, ages = ["Premium card", "Savings plan", "Mortgage talk"], ["young", "senior"]
    shown, age = rng.integers(3, size=6_000), rng.integers(2, size=6_000)
    paid = pays[shown] * (rng.random(6_000) < np.array([0.025, 0.025, 0.008])[shown])
    rows = zip(age.tolist(), shown.tolist(), paid.tolist(), strict=True)
    lines = (f"{ages[a]},{names[s]},{probability},{amount}" for a, s, amount in rows)
    return "\n".join(["age,action,probability,revenue", *lines]).encode()


@pytest.mark.parametrize("probability", [".3333", "0.3333333333"])
def test_equal_probabilities_of_shown_actions_are_those_of_all(probability: str) -> None:
    upload = sent(_split_log(probability))
    inspected = finish(inspecting(upload))
    source = FileSource(upload.token, inspected.columns, inspected.bounds)
    result = finish(evaluating(finish(reading(upload, source)), (1, 0), None))
    assert result.tells_all
    shown = result.decisions.shown == result.decisions.actions.index("Savings plan")
    by_hand = result.decisions.reward[shown]
    error = by_hand.std() / np.sqrt(len(by_hand))
    (row,) = (row for row in result.rows if row.target == "action Savings plan")
    interval = row.intervals[result.estimator_of(row.target, "strata")]
    assert interval is not None
    assert interval.estimate == pytest.approx(by_hand.mean(), rel=0.05)
    assert interval.low > by_hand.mean() - 3 * error
    assert interval.high < by_hand.mean() + 3 * error
    assert row.effective > 1_900
    assert [row.target for row in result.rows[:2]] == ["online", "uniform"]
    actual, random = (estimate_of(result, row, EvaluateSetup()) for row in result.rows[:2])
    assert actual == random, "the offers were random"
    assert not any("too few events" in line for line in doubts(result, EvaluateSetup()))


@pytest.mark.parametrize(
    ("share", "says"), [(0.9, "the stated probabilities do not agree"), (0.5, "would have earned")]
)
def test_a_log_that_contradicts_its_stated_rule_has_no_headline_figure(
    share: float, says: str
) -> None:
    """Half of the visitors got the rule's action, and the others either of two."""
    rng = np.random.default_rng(8)
    first = rng.random(2_000) < 0.5
    lines = (
        f"{'ab'[not a]},{int(pays)}" for a, pays in zip(first, rng.random(2_000) < 0.2, strict=True)
    )
    upload = sent("\n".join(["action,reward", *lines]).encode())
    columns = finish(inspecting(upload)).columns
    assert columns is not None
    stated = replace(columns, split=StatedRule("", (("", "a"),), share))
    log = finish(reading(upload, FileSource(upload.token, stated, (0.0, 1.0))))
    result, setup = finish(evaluating(log, (1, 0), None)), EvaluateSetup(log="file")
    session = EvaluateSession(setup)
    session.result = result
    said = headline(session, result, headline_row(result, setup))
    assert says in said
    assert result.contradicts == (share == 0.9)
    estimates = {row.target: estimate_of(result, row, setup) for row in result.rows}
    assert estimates["online"] is not None
    assert (estimates["action a"] is None) == result.contradicts
    marks = {usable(result, row, key) for row in result.rows for key in row.intervals}
    assert ("no: the log contradicts its probabilities" in marks) == result.contradicts
    online = next(row for row in result.rows if row.target == "online")
    assert usable(result, online, "strata") == "yes", "these are the rewards that were logged"
    if result.contradicts:
        assert about_difference(result, setup, "uniform", "online") in said
        assert not any(character.isdigit() for character in said)


def test_a_rule_over_the_columns_of_a_file_is_evaluated() -> None:
    lines = ["action,age,prob,reward", *["card,young,.5,1", "loan,young,.5,0"] * 20]
    lines += ["card,old,.5,0", "loan,old,.5,1"] * 20
    upload = sent("\n".join(lines).encode())
    session, inspected = EvaluateSession(EvaluateSetup(log="file")), finish(inspecting(upload))
    source = FileSource(upload.token, inspected.columns, inspected.bounds)

    def value_of(target: str) -> float | None:
        session.ask_file(upload, source)
        while session.awaits:
            job_queue.jobs().turn()
            session.adopt(session.setup, None)
        assert session.result is not None
        rows = [row for row in session.result.rows if row.target == target]
        intervals = [estimate_of(session.result, row, session.setup) for row in rows]
        return intervals[0].estimate if intervals and intervals[0] else None

    assert value_of("rules") is None
    session.ask_rule(RuleTable(("age",), {("young",): "card", ("old",): "card"}))
    assert value_of("rules") == value_of("action card")
    session.ask_rule(RuleTable(("age",), {("young",): "card", ("old",): "loan"}))
    best = value_of("rules")
    assert best is not None
    assert best > 0.9
    assert session.result is not None
    assert names_of(session.result, session.setup)["rules"] == "Your rule: by age"
    said = about_rule(session, session.result)
    assert said.startswith("**The rule “by age” would earn about")
    assert "The log earned 0.5" in said
    assert source.columns is not None
    columns, source = source.columns, replace(source, columns=replace(source.columns, context=()))
    assert value_of("rules") is None, "age is no context any more"
    source = replace(source, columns=columns)
    assert value_of("rules") == best
    upload = sent(b"\n".join(ROWS.splitlines()))
    inspected = finish(inspecting(upload))
    source = FileSource(upload.token, inspected.columns, inspected.bounds)
    assert value_of("rules") is None, "that rule was about the columns of the other file"


def test_rewards_of_a_file_have_a_unit() -> None:
    upload = sent(ROWS.replace(b",1\n", b",300\n"))
    session = EvaluateSession(EvaluateSetup(log="file"))
    inspected = finish(inspecting(upload))
    source = FileSource(upload.token, inspected.columns, inspected.bounds)
    session.ask_file(upload, source)
    while session.awaits:
        job_queue.jobs().turn()
        session.adopt(session.setup, None)
    assert session.result is not None
    assert session.result.log.scale.title == "mean reward"
    session.adopt(EvaluateSetup(log="file", unit="EUR"), None)
    scale = session.result.log.scale
    assert scale.mean(0.3) == "300\u00a0EUR per 1,000 visitors"
    assert EvaluateSetup.from_query({"log": "file", "unit": "EUR"}) == (session.setup, [])
    assert EvaluateSetup.from_query({"unit": "E" * 13})[1]
