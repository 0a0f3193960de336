"""Background jobs: the order of turns, results shared by several jobs, and when a job ends."""

import logging
from concurrent.futures import CancelledError
from itertools import count
from threading import Event, RLock, Thread, current_thread

import pytest

from engine.pausable_steps import WAITS, Steps, finish
from pages.parts.work.browser_session import BrowserSession, this_session
from pages.parts.work.job_queue import GRACE, SLICE, Jobs, locked_steps, shared


class Bench:
    """A job queue with manual turns, and a clock that advances with the work only.

    Attributes:
        served: owners of the steps run so far, in order.
        gone: sessions that have ended.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.served: list[str] = []
        self.gone: set[str] = set()
        self.line = Jobs(
            lambda work: None, lambda: self.seconds, is_connected=lambda s: s not in self.gone
        )

    def job(self, name: str, count: int = 1_000, each: float = 1.01 * SLICE) -> Steps[str]:
        """So many steps, each of which takes some seconds."""
        for _ in range(count):
            self.seconds += each
            self.served.append(name)
            yield None
        return name

    def turns(self, count: int) -> str:
        """Take so many turns; return the owners of the steps."""
        before = len(self.served)
        for _ in range(count):
            self.line.turn()
        return "".join(self.served[before:])


def test_jobs_take_turns_and_tell_what_comes_of_them() -> None:
    bench = Bench()
    a, b = (bench.line.submit(bench.job(n, 2), BrowserSession(n, "")) for n in "ab")
    assert bench.turns(4) == "abab"
    assert not a.done()
    assert bench.turns(2) == ""
    assert (a.result(), b.result()) == ("a", "b")
    assert not bench.line.turn()


def test_a_slice_holds_many_short_steps() -> None:
    bench = Bench()
    for name in "ab":
        bench.line.submit(bench.job(name, each=SLICE / 3.9), BrowserSession(name, ""))
    assert bench.turns(2) == "aaaabbbb"


def test_waiting_jobs_take_no_time_from_others() -> None:
    bench = Bench()
    submitted = bench.line.submit(bench.job("o", 10, SLICE / 4.9), BrowserSession("o", ""))

    def waits() -> Steps[None]:
        while not submitted.done():
            bench.served.append("w")
            yield WAITS

    for n in range(3):
        bench.line.submit(waits(), BrowserSession(f"w{n}", ""))
    assert bench.turns(8) == "ooooowwwooooowww"


def test_addresses_share_first_then_the_sessions_of_each() -> None:
    """A user with 20 tabs gets the same share as a user with one."""
    bench = Bench()
    for tab in range(20):
        bench.line.submit(bench.job("t"), BrowserSession(f"tab {tab}", "here"))
    bench.turns(10)
    bench.line.submit(bench.job("o"), BrowserSession("other", "there"))
    assert bench.turns(20).count("o") in {10, 11}
    bench.line.submit(bench.job("p"), BrowserSession("third", "there"))
    found = bench.turns(40)
    assert found.count("t") in {19, 20}
    assert abs(found.count("o") - found.count("p")) <= 1


def test_a_job_is_done_for_who_has_submitted_it() -> None:
    bench, served = Bench(), list[str]()

    def job(name: str) -> Steps[None]:
        for _ in range(2):
            bench.seconds += 1.01 * SLICE
            served.append(this_session().address)
            yield None

    for name in "ab":
        bench.line.submit(job(name), BrowserSession(name, f"of {name}"))
    bench.turns(4)
    assert served == ["of a", "of b"] * 2
    assert this_session().address == ""


def test_jobs_of_one_session_are_done_one_after_the_other() -> None:
    bench = Bench()
    for name in ("1", "2"):
        bench.line.submit(bench.job(name, 2), BrowserSession("same", ""))
    bench.line.submit(bench.job("x", 6), BrowserSession("other", ""))
    assert [c for c in bench.turns(12) if c != "x"] == ["1", "1", "2", "2"]


def test_those_who_wait_know_their_place() -> None:
    bench = Bench()
    jobs = [bench.line.submit(bench.job(n), BrowserSession(n, "")) for n in "abc"]
    assert [submitted.ahead for submitted in jobs] == [0, 1, 2]
    assert [submitted.others for submitted in jobs] == [2, 2, 2]
    bench.turns(2)
    assert [submitted.ahead for submitted in jobs] == [0, 0, 0]
    jobs[0].cancel()
    bench.turns(2)
    assert [submitted.others for submitted in jobs] == [0, 1, 1]


def test_work_ends_with_its_session_but_a_connection_may_come_back() -> None:
    bench = Bench()
    submitted = bench.line.submit(bench.job("a"), BrowserSession("a", ""))
    bench.turns(1)
    bench.gone = {"a"}
    bench.seconds += GRACE - 1
    bench.turns(1)
    bench.gone = set()
    bench.turns(1)
    bench.gone = {"a"}
    assert not submitted.done()
    bench.seconds += GRACE + 1
    assert bench.turns(1) == ""
    assert submitted.cancelled()


def test_a_cancelled_job_is_closed_and_shutdown_cancels_all() -> None:
    closed: list[str] = []
    bench = Bench()

    def job(name: str) -> Steps[None]:
        try:
            yield from bench.job(name)
        finally:
            closed.append(name)

    jobs = [bench.line.submit(job(name), BrowserSession(name, "")) for name in "ab"]
    bench.line.turn()
    jobs[0].cancel()
    with pytest.raises(CancelledError):
        jobs[0].result()
    bench.line.stop()
    assert not bench.line.turn()
    assert closed == ["a"]  # The other job had not begun.


def test_a_failure_is_reported_to_its_owner_only() -> None:
    def fails() -> Steps[None]:
        yield None
        raise ValueError("no milk")

    bench = Bench()
    bad = bench.line.submit(fails(), BrowserSession("bad", ""))
    good = bench.line.submit(bench.job("g", 1), BrowserSession("good", ""))
    bench.turns(6)
    with pytest.raises(ValueError, match="no milk"):
        bad.result()
    assert good.result() == "g"


def test_what_fails_as_it_ends_harms_nobody_else() -> None:
    bench = Bench()

    def spills() -> Steps[str]:
        try:
            return (yield from bench.job("s"))
        finally:
            raise ValueError("the milk is spilt")

    bad = bench.line.submit(spills(), BrowserSession("bad", ""))
    good = bench.line.submit(bench.job("g", 1), BrowserSession("good", ""))
    bench.turns(1)
    bad.cancel()
    bench.turns(2)
    assert good.result(0) == "g"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Jobs(rest=lambda seconds: None)
    monkeypatch.setattr("pages.parts.work.job_queue.pass_turn", lambda *_: 1 / 0)
    with pytest.raises(CancelledError):
        line.submit(locked_steps(RLock(), lambda: False), BrowserSession("a", "")).result(10)
    monkeypatch.undo()
    assert line.submit(Bench().job("b", 1), BrowserSession("b", "")).result(10) == "b"


def test_steps_are_done_under_a_lock_and_wait_for_whoever_holds_it() -> None:
    lock, left = RLock(), [3]

    def step() -> bool:
        left[0] -= 1
        return not left[0]

    def elsewhere() -> None:
        with lock:
            held.set()
            over.wait(10)

    job, held, over = locked_steps(lock, step), Event(), Event()
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
    line = Jobs(rest=lambda seconds: None)
    names: list[str] = []

    def job() -> Steps[int]:
        names.append(current_thread().name)
        yield None
        return 7

    assert [line.submit(job(), BrowserSession("a", "")).result(10) for _ in range(2)] == [7, 7]
    assert set(names) == {"jobs"}


def test_the_duration_of_a_job_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    with caplog.at_level(logging.INFO, "pages"):
        bench.line.submit(bench.job("a", 1, each=2.0), BrowserSession("a", "1.2.3.4"))
        bench.line.submit(bench.job("b"), BrowserSession("b", "1.2.3.4")).cancel()
        bench.seconds += 3.0
        bench.turns(3)
    told = [(record.msg, *map(vars(record).get, ("code", "seconds"))) for record in caplog.records]
    assert told == [
        ("job queued", None, None),
        ("job queued", None, None),
        ("job begun", None, 3.0),
        ("job ended", "cancelled", 5.0),
        ("job ended", "", 5.0),
    ]
    assert "1.2.3.4" not in "".join(str(vars(record)) for record in caplog.records)


def test_a_click_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a person waits, the thread finishes its current slice only."""
    monkeypatch.setattr("pages.parts.work.job_queue._CLICK_FIRST", 60.0)
    seconds = count()
    line = Jobs(now=lambda: next(seconds), rest=lambda seconds: None)
    slices = (Event(), Event())

    def job() -> Steps[None]:
        for done in slices:
            done.set()
            yield None

    with line.giving_way():
        submitted = line.submit(job(), BrowserSession("a", ""))
        assert slices[0].wait(10)
        assert not slices[1].wait(0.05)
    submitted.result(10)


def test_a_click_ends_the_slice_that_is_being_done() -> None:
    bench = Bench()

    def job() -> Steps[None]:
        for name in "abcdefgh":
            bench.served.append(name)
            if name == "c":
                with bench.line.giving_way():
                    pass
            yield None

    bench.line.submit(job(), BrowserSession("a", ""))
    assert [bench.turns(1), bench.turns(1)] == ["abc", "defgh"]


def test_whoever_leaves_while_somebody_asks_for_their_place_has_none_ahead() -> None:
    bench = Bench()
    _, second = (bench.line.submit(bench.job(name), BrowserSession(name, "")) for name in "ab")
    assert bench.line.ahead_of(second) == 1
    second.cancel()
    bench.turns(2)
    assert bench.line.ahead_of(second) == 0


@pytest.mark.parametrize("address", ["here", ""])
def test_a_job_that_comes_back_for_each_part_gets_no_more_than_one_for_all(address: str) -> None:
    bench = Bench()
    clients = {name: BrowserSession(name, address or name) for name in ("long", "p", "q")}
    parts = {n: bench.line.submit(bench.job(n), clients[n]) for n in ("long", "p", "q")}
    for _ in range(30):
        bench.turns(1)
        last = bench.served[-1]
        if last != "long":
            parts[last].cancel()
            parts[last] = bench.line.submit(bench.job(last), clients[last])
    assert {bench.served.count(name) for name in clients} == {10}


class Computation:
    """Steps that count how many were done, and how the work ended."""

    def __init__(self, steps: int = 4) -> None:
        self.steps, self.begun, self.done, self.closed = steps, 0, 0, 0

    def work(self) -> Steps[str]:
        self.begun += 1
        try:
            for number in range(self.steps):
                self.done += 1
                yield number / self.steps
        finally:
            self.closed += 1
        return f"{self.steps} steps"


def test_jobs_that_need_the_same_result_share_the_steps_and_know_how_far_it_is() -> None:
    bench, computation = Bench(), Computation(40)
    submitted = [
        bench.line.submit(shared("it", computation.work), BrowserSession(name, ""))
        for name in "abc"
    ]
    clock = count(0.0, 1.01 * SLICE)
    bench.line._now = lambda: next(clock)
    bench.turns(3)
    assert computation.done == 3
    assert [one.progress for one in submitted] == [0.0, 1 / 40, 2 / 40]
    bench.turns(60)
    assert [one.result(0) for one in submitted] == ["40 steps"] * 3
    assert (computation.begun, computation.done, computation.closed) == (1, 40, 1)


def test_a_shared_computation_goes_on_without_one_job_and_is_closed_with_the_last() -> None:
    computation = Computation()
    first, second = (shared("it", computation.work) for _ in range(2))
    next(first)
    next(second)
    first.close()
    assert (next(second), computation.closed) == (0.5, 0)
    second.close()
    assert (computation.done, computation.closed) == (3, 1)
    assert finish(shared("it", Computation(2).work)) == "2 steps", "it begins anew"


def test_a_job_that_has_not_begun_keeps_no_shared_computation_going() -> None:
    computation = Computation()
    begun, queued = (shared("it", computation.work) for _ in range(2))
    next(begun)
    queued.close()
    assert computation.closed == 0
    begun.close()
    assert computation.closed == 1


def test_a_shared_computation_that_fails_fails_for_all_its_jobs_and_no_later_one() -> None:
    def failing() -> Steps[str]:
        yield None
        raise ValueError("damaged")

    first, second = (shared("it", failing) for _ in range(2))
    next(first)
    for job in (second, first):
        with pytest.raises(ValueError, match="damaged"):
            finish(job)
    assert finish(shared("it", Computation().work)) == "4 steps"
