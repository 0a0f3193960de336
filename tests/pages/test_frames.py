"""How often pages are drawn that follow what goes on by itself."""

from threading import Event, Thread

from pages.parts.frames import SHARE, Frames, drawing


def test_one_alone_is_drawn_as_often_as_it_wants() -> None:
    frames = Frames(lambda: 0.0)
    assert frames.pace("a", 0.25) == 0.25
    frames.note("a", 10.0)
    assert frames.pace("a", 0.25) == 0.25


def test_all_together_leave_time_for_clicks() -> None:
    frames = Frames(lambda: 0.0)
    for session in range(20):
        frames.note(str(session), 0.06)
    paces = [frames.pace(str(session), 0.25) for session in range(20)]
    assert sum(0.06 / pace for pace in paces) <= SHARE + 0.02
    assert set(paces) == {4.0}


def test_who_follows_nothing_any_more_does_not_count() -> None:
    clock = [0.0]
    frames = Frames(lambda: clock[0])
    frames.note("a", 1.0)
    frames.note("b", 1.0)
    frames.forget("a")
    assert frames.pace("b", 0.25) == 0.25
    assert frames.pace("c", 0.25) == 4.0
    clock[0] = 31.0
    assert frames.pace("c", 0.25) == 0.25


def test_what_nobody_has_clicked_for_is_drawn_one_after_the_other() -> None:
    first, second = Event(), Event()

    def draw_another() -> None:
        first.set()
        with drawing(is_clicked_for=False):
            second.set()

    with drawing(is_clicked_for=False):
        Thread(target=draw_another).start()
        assert first.wait(10)
        with drawing(is_clicked_for=True):
            assert not second.wait(0.05)
    assert second.wait(10)
