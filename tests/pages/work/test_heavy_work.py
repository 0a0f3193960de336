"""Heavy work: whose turn it is, what is said of those who wait, and when it ends."""

import logging
from concurrent.futures import CancelledError
from itertools import count
from threading import Event, RLock, Thread, current_thread

import pytest

from engine.steps import WAITS
from pages.parts.work.clients import this_client
from pages.parts.work.fair_share import FairShare
from pages.parts.work.heavy_work import GRACE, SLICE, HeavyWork, Job, steps


class Bench:
    """A line that is worked off by hand, with a clock that only the work moves on.

    Attributes:
        served: who has had a step, in order.
        gone: sessions that have ended.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.served: list[str] = []
        self.gone: set[str] = set()
        self.line = HeavyWork(
            lambda work: None, lambda: self.seconds, is_there=lambda s: s not in self.gone
        )

    def job(self, name: str, count: int = 1_000, each: float = 1.01 * SLICE) -> Job[str]:
        """So many steps, each of which takes some seconds."""
        for _ in range(count):
            self.seconds += each
            self.served.append(name)
            yield None
        return name

    def turns(self, count: int) -> str:
        """Who is served in so many turns."""
        before = len(self.served)
        for _ in range(count):
            self.line.turn()
        return "".join(self.served[before:])


def test_jobs_take_turns_and_tell_what_comes_of_them() -> None:
    bench = Bench()
    a, b = (bench.line.submit(bench.job(n, 2), session=n, address="") for n in "ab")
    assert bench.turns(4) == "abab"
    assert not a.done()
    assert bench.turns(2) == ""
    assert (a.result(), b.result()) == ("a", "b")
    assert not bench.line.turn()


def test_a_slice_holds_many_short_steps() -> None:
    bench = Bench()
    for name in "ab":
        bench.line.submit(bench.job(name, each=SLICE / 3.9), session=name, address="")
    assert bench.turns(2) == "aaaabbbb"


def test_who_waits_for_another_takes_no_time_from_them() -> None:
    bench = Bench()
    ticket = bench.line.submit(bench.job("o", 10, SLICE / 4.9), session="o", address="")

    def waits() -> Job[None]:
        while not ticket.done():
            bench.served.append("w")
            yield WAITS

    for n in range(3):
        bench.line.submit(waits(), session=f"w{n}", address="")
    assert bench.turns(8) == "ooooowwwwwwooooo"


def test_addresses_share_first_then_the_sessions_of_each() -> None:
    """Whoever opens 20 tabs gets no more than whoever opens one."""
    bench = Bench()
    for tab in range(20):
        bench.line.submit(bench.job("t"), session=f"tab {tab}", address="here")
    bench.turns(10)
    bench.line.submit(bench.job("o"), session="other", address="there")
    assert bench.turns(20).count("o") in {10, 11}
    bench.line.submit(bench.job("p"), session="third", address="there")
    found = bench.turns(40)
    assert found.count("t") in {19, 20}
    assert abs(found.count("o") - found.count("p")) <= 1


def test_a_job_is_done_for_who_has_submitted_it() -> None:
    bench, served = Bench(), list[str]()

    def job(name: str) -> Job[None]:
        for _ in range(2):
            bench.seconds += 1.01 * SLICE
            served.append(this_client().address)
            yield None

    for name in "ab":
        bench.line.submit(job(name), session=name, address=f"of {name}")
    bench.turns(4)
    assert served == ["of a", "of b"] * 2
    assert this_client().address == ""


def test_a_long_step_is_paid_for() -> None:
    bench = Bench()
    bench.line.submit(bench.job("l", each=10 * SLICE), session="l", address="")
    bench.line.submit(bench.job("s"), session="s", address="")
    assert bench.turns(11) == "l" + 10 * "s"


def test_jobs_of_one_session_are_done_one_after_the_other() -> None:
    bench = Bench()
    for name in ("1", "2"):
        bench.line.submit(bench.job(name, 2), session="same", address="")
    bench.line.submit(bench.job("x", 6), session="other", address="")
    assert [c for c in bench.turns(12) if c != "x"] == ["1", "1", "2", "2"]


def test_those_who_wait_know_their_place() -> None:
    bench = Bench()
    tickets = [bench.line.submit(bench.job(n), session=n, address="") for n in "abc"]
    assert [ticket.place for ticket in tickets] == [0, 1, 2]
    assert [ticket.others for ticket in tickets] == [2, 2, 2]
    bench.turns(2)
    assert [ticket.place for ticket in tickets] == [0, 0, 0]
    tickets[0].cancel()
    bench.turns(2)
    assert [ticket.others for ticket in tickets] == [0, 1, 1]


def test_work_ends_with_its_session_but_a_connection_may_come_back() -> None:
    bench = Bench()
    ticket = bench.line.submit(bench.job("a"), session="a", address="")
    bench.turns(1)
    bench.gone = {"a"}
    bench.seconds += GRACE - 1
    bench.turns(1)
    bench.gone = set()
    bench.turns(1)
    bench.gone = {"a"}
    assert not ticket.done()
    bench.seconds += GRACE + 1
    assert bench.turns(1) == ""
    assert ticket.cancelled()


def test_a_cancelled_job_is_closed_and_shutdown_cancels_all() -> None:
    closed: list[str] = []
    bench = Bench()

    def job(name: str) -> Job[None]:
        try:
            yield from bench.job(name)
        finally:
            closed.append(name)

    tickets = [bench.line.submit(job(name), session=name, address="") for name in "ab"]
    bench.line.turn()
    tickets[0].cancel()
    with pytest.raises(CancelledError):
        tickets[0].result()
    bench.line.stop()
    assert not bench.line.turn()
    assert closed == ["a"]  # The other one had not begun.


def test_what_fails_says_so_to_who_asks_and_harms_nobody_else() -> None:
    def fails() -> Job[None]:
        yield None
        raise ValueError("no milk")

    bench = Bench()
    bad = bench.line.submit(fails(), session="bad", address="")
    good = bench.line.submit(bench.job("g", 1), session="good", address="")
    bench.turns(6)
    with pytest.raises(ValueError, match="no milk"):
        bad.result()
    assert good.result() == "g"


def test_what_fails_as_it_ends_harms_nobody_else() -> None:
    bench = Bench()

    def spills() -> Job[str]:
        try:
            return (yield from bench.job("s"))
        finally:
            raise ValueError("the milk is spilt")

    bad = bench.line.submit(spills(), session="bad", address="")
    good = bench.line.submit(bench.job("g", 1), session="good", address="")
    bench.turns(1)
    bad.cancel()
    bench.turns(2)
    assert good.result(0) == "g"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    line = HeavyWork(rest=lambda seconds: None)
    monkeypatch.setattr(FairShare, "charge", lambda *_: 1 / 0)
    with pytest.raises(CancelledError):
        line.submit(steps(RLock(), lambda: False), session="a", address="").result(10)
    monkeypatch.undo()
    assert line.submit(Bench().job("b", 1), session="b", address="").result(10) == "b"


def test_steps_are_done_under_a_lock_and_wait_for_whoever_holds_it() -> None:
    lock, left = RLock(), [3]

    def step() -> bool:
        left[0] -= 1
        return not left[0]

    def elsewhere() -> None:
        with lock:
            held.set()
            over.wait(10)

    job, held, over = steps(lock, step), Event(), Event()
    next(job)
    assert left == [2]
    holder = Thread(target=elsewhere)
    holder.start()
    assert held.wait(10)
    tries = Thread(target=next, args=[job], daemon=True)
    tries.start()
    tries.join(10)
    assert not tries.is_alive()
    assert left == [2]
    over.set()
    holder.join(10)


def test_a_thread_works_the_line_off_and_ends() -> None:
    line = HeavyWork(rest=lambda seconds: None)
    names: list[str] = []

    def job() -> Job[int]:
        names.append(current_thread().name)
        yield None
        return 7

    assert [line.submit(job(), session="a", address="").result(10) for _ in range(2)] == [7, 7]
    assert set(names) == {"heavy-work"}


def test_whoever_runs_the_server_learns_how_long_it_took(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    with caplog.at_level(logging.INFO, "pages"):
        bench.line.submit(bench.job("a", 1, each=2.0), session="a", address="1.2.3.4")
        bench.line.submit(bench.job("b"), session="b", address="1.2.3.4").cancel()
        bench.seconds += 3.0
        bench.turns(3)
    told = [(record.msg, *map(vars(record).get, ("code", "seconds"))) for record in caplog.records]
    assert told == [
        ("heavy work queued", None, None),
        ("heavy work queued", None, None),
        ("heavy work begun", None, 3.0),
        ("heavy work ended", "cancelled", 5.0),
        ("heavy work ended", "", 5.0),
    ]
    assert "1.2.3.4" not in "".join(str(vars(record)) for record in caplog.records)


def test_a_click_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a person waits, the thread does no more than the slice that it is at."""
    monkeypatch.setattr("pages.parts.work.heavy_work._GIVES_WAY", 60.0)
    seconds = count()
    line = HeavyWork(now=lambda: next(seconds), rest=lambda seconds: None)
    slices = (Event(), Event())

    def job() -> Job[None]:
        for done in slices:
            done.set()
            yield None

    with line.giving_way():
        ticket = line.submit(job(), session="a", address="")
        assert slices[0].wait(10)
        assert not slices[1].wait(0.05)
    ticket.result(10)


def test_a_click_ends_the_slice_that_is_being_done() -> None:
    bench = Bench()

    def job() -> Job[None]:
        for name in "abcdefgh":
            bench.served.append(name)
            if name == "c":
                with bench.line.giving_way():
                    pass
            yield None

    bench.line.submit(job(), session="a", address="")
    assert [bench.turns(1), bench.turns(1)] == ["abc", "defgh"]


def test_whoever_leaves_while_somebody_asks_for_their_place_has_none_ahead() -> None:
    bench = Bench()
    _, second = (bench.line.submit(bench.job(name), session=name, address="") for name in "ab")
    assert bench.line.ahead_of(second) == 1
    second.cancel()
    bench.turns(2)
    assert bench.line.ahead_of(second) == 0
