"""The queue of writers: first come, first served."""

from contextlib import suppress
from threading import Event, Thread

import pytest

from engine.store.fair_write_lock import WriteQueue
from tests.engine.store.lines import MANY, SOON, come, join


def is_free(line: WriteQueue) -> bool:
    """True if a turn needs no waiting."""
    with line.turn() as left:
        return left == line.patience


def test_the_order_of_coming_is_the_order_of_being_served() -> None:
    line, served = WriteQueue(SOON), list[int]()

    def work(number: int) -> None:
        with line.turn():
            served.append(number)

    with line.turn():
        threads = come(line, work)
        assert not served
    join(threads)
    assert served == list(range(MANY))
    assert is_free(line)


def test_one_is_served_at_a_time() -> None:
    line, inside, most = WriteQueue(SOON), list[int](), list[int]()

    def work(number: int) -> None:
        for _ in range(20):
            with line.turn():
                inside.append(number)
                Event().wait(0.0001)
                most.append(len(inside))
                inside.pop()

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    join(threads)
    assert most == [1] * 160


def test_a_failing_writer_releases_the_queue() -> None:
    line, served = WriteQueue(SOON), list[int]()

    def work(number: int) -> None:
        with suppress(KeyboardInterrupt), line.turn():
            served.append(number)
            raise KeyboardInterrupt

    with suppress(ZeroDivisionError), line.turn():
        threads = come(line, work, 3)
        raise ZeroDivisionError
    join(threads)
    assert served == [0, 1, 2]
    assert is_free(line)


def test_a_timed_out_writer_leaves_the_queue() -> None:
    line, served = WriteQueue(SOON), list[int]()

    def work(number: int) -> None:
        with line.turn():
            served.append(number)

    with line.turn():
        threads = come(line, work, 2)
        line.patience = 0.01
        with pytest.raises(TimeoutError), line.turn():
            served.append(-1)
        line.patience = SOON
        threads += come(line, work, 2)
    join(threads)
    assert served == [0, 1, 0, 1]
    assert is_free(line)


def test_patience_counts_from_coming() -> None:
    line, left = WriteQueue(SOON), list[float]()

    def work(number: int) -> None:
        with line.turn() as rest:
            left.append(rest)

    with line.turn():
        threads = come(line, work, 1)
        Event().wait(0.05)
    join(threads)
    assert left[0] <= SOON - 0.05


def test_a_writer_called_while_leaving_releases_the_queue() -> None:
    line, inside, most, gone = WriteQueue(0.0005), list[int](), list[int](), list[int]()

    def work(number: int) -> None:
        for _ in range(100):
            try:
                with line.turn():
                    inside.append(number)
                    Event().wait(0.0002)
                    most.append(len(inside))
                    inside.pop()
            except TimeoutError:
                gone.append(number)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    join(threads)
    assert len(most) + len(gone) == 800
    assert set(most) == {1}
    assert is_free(line)
    assert not len(line)
