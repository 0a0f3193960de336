"""Undo, and replay of the log: every number comes back to the bit."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, LearningLoop, LoopSettings, PersonalizerError
from engine.errors import OvertakenError
from engine.loop.entries import (
    Activated,
    Configured,
    Dangling,
    Entry,
    Expired,
    ModelImported,
    ModelReset,
    Ranked,
    Rewarded,
    ServiceConfigured,
    Undone,
)
from engine.loop.log import EventLog
from engine.loop.logged_state import ATTEMPTS
from engine.loop.settings import LearningMode
from engine.loop.state import LoopState
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits, state_of
from tests.engine.loop.apprentices import (
    MODES,
    everything,
    learned_state,
    learners,
    led_by,
    loop_of,
)
from tests.engine.loop.loops import loop_with_past
from tests.engine.loop.programs import Operation, perform, performed, programs
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS, Json, request_of

# -- several calls at once --------------------------------------------------------------


@pytest.mark.parametrize("nested", [False, True])
def test_work_that_fails_at_a_later_call_leaves_nothing_behind(
    nested: bool, clock: ManualClock
) -> None:
    loop, untouched = (loop_with_past(clock) for _ in range(2))
    history = loop.log.history

    def work() -> None:
        for context in CONTEXTS:
            loop.reward(loop.rank(DRINKS, context).event_id, 1)
        loop.configure(crosses=1)
        loop.reward("nobody", 1)

    def outer() -> None:
        loop.rank(DRINKS, event_id="outer")
        with suppress(PersonalizerError):
            loop.together(work)
        work()

    assert refusal(lambda: loop.together(outer if nested else work)).code == "ResourceNotFound"
    assert loop.log.history == history
    assert state_of(loop) == state_of(untouched)
    assert loop.together(lambda: loop.rank(DRINKS)) == untouched.rank(DRINKS)
    assert state_of(loop) == state_of(untouched)


# -- concurrent writers of a log ----------------------------------------------------------


class Overtaking:
    """A recorder with concurrent writers that are faster several times; ``tells`` their entries or
    not.
    """

    def __init__(self, log: EventLog, times: int, tells: bool) -> None:
        self._entries, self._times, self._tells = list(log.history), times, tells

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        if self._times:
            self._times -= 1
            if self._tells:
                self._entries.append(Configured(self._entries[0].time, LoopSettings()))
            raise OvertakenError
        assert position == len(self._entries)
        self._entries.extend(entries)

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        return self._entries[position:]


CALLS: dict[str, Callable[[LearningLoop], object]] = {
    "alone": lambda loop: loop.rank(DRINKS),
    "together": lambda loop: loop.together(lambda: loop.rank(DRINKS)),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_however_often_others_are_faster_it_happens_once(
    call: Callable[[LearningLoop], object], clock: ManualClock
) -> None:
    loop = LearningLoop(clock=clock)
    loop.record_to(Overtaking(loop.log, times=ATTEMPTS + 1, tells=True))
    call(loop)
    assert len(loop.events) == 1
    assert loop.log.position == 1 + ATTEMPTS + 1 + 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_where_nothing_comes_of_others_it_is_refused_in_the_end(
    call: Callable[[LearningLoop], object], clock: ManualClock
) -> None:
    loop = LearningLoop(clock=clock)
    loop.record_to(Overtaking(loop.log, times=10 * ATTEMPTS, tells=False))
    assert "nothing comes of them" in refusal(lambda: call(loop)).message
    assert (len(loop.events), loop.log.position) == (0, 1)


class Looks(Overtaking):
    """A recorder that counts looks for entries of other processes, and takes such entries."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log, times=0, tells=False)
        self.looks = 0

    def read_new(self, position: int) -> Sequence[Entry | Undone]:
        self.looks += 1
        return super().read_new(position)

    def take(self, *entries: Entry) -> None:
        """Append entries of another process."""
        self._entries.extend(entries)

    def record(self, position: int, entries: Sequence[Entry | Undone]) -> None:
        if position != len(self._entries):
            raise OvertakenError
        super().record(position, entries)


def test_a_loop_alone_looks_for_entries_of_others_only_where_it_appends_nothing(
    clock: ManualClock,
) -> None:
    loop = LearningLoop(clock=clock)
    recorder = Looks(loop.log)
    loop.record_to(recorder)
    event_id = loop.rank(DRINKS).event_id
    loop.reward(event_id, 1)
    assert recorder.looks == 0
    assert refusal(lambda: loop.reward("nobody", 1)).code == "ResourceNotFound"
    assert loop.rank(DRINKS, event_id=event_id).event_id == event_id
    assert recorder.looks == 2


def test_a_call_acts_on_entries_of_others_whether_or_not_it_would_be_refused_without_them(
    clock: ManualClock,
) -> None:
    loop, other = (LearningLoop(clock=clock) for _ in range(2))
    recorder = Looks(loop.log)
    loop.record_to(recorder)
    event_id = other.rank(DRINKS).event_id
    recorder.take(*other.log.since(1))
    loop.reward(event_id, 1)
    assert loop.take_reward(event_id, 1) == Dangling(event_id, clock.now, "reward", 1, "second")
    recorder.take(Configured(clock.now, LoopSettings(learning_mode="logging_only")))
    assert loop.ask(request_of([], *DRINKS)).mode == "logging_only"
    assert [*recorder.read_new(0)] == [*loop.log.history]


@pytest.mark.parametrize("undo", [LearningLoop.undo, LearningLoop.undo_event])
def test_nothing_is_taken_back_among_calls_that_count_together(
    undo: Callable[[LearningLoop], object], loop: LearningLoop
) -> None:
    loop.rank(DRINKS)
    assert refusal(lambda: loop.together(lambda: undo(loop))).code == "OperationNotAllowed"
    assert len(loop.log) == 2


# -- settings -------------------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize("mode", ["online", "apprentice"])
def test_a_replay_gives_the_same_bits_whatever_was_asked_in_between(
    mode: str, clock: ManualClock
) -> None:
    """A loop with questions in between, a loop without, and the log replayed."""
    queried, quiet = (LearningLoop(seed=7, clock=clock) for _ in range(2))
    for loop in (queried, quiet):
        loop.configure(learning_mode=mode)
        for i in range(60):
            if i == 40:
                loop.configure(learning_mode="online")
            if loop is queried:
                ranked = loop.preview(DRINKS, CONTEXTS[(i + 1) % 4])
                loop.contributions(ranked)
                loop.probabilities([ranked.request])
                loop.learner.belief(request_of(CONTEXTS[i % 3], *DRINKS))
            loop.reward(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id, float(i % 3 == 0))
    assert state_of(queried) == state_of(quiet)
    anew = LoopState(queried.log)
    assert learned_bits(anew.learner) == learned_bits(queried.learner)


# -- undo and replay ------------------------------------------------------------------


@pytest.mark.slow
@given(programs, programs)
def test_undo_brings_every_number_back_to_the_bit(
    before: list[Operation], after: list[Operation]
) -> None:
    loop, clock = performed(before)
    state, length, then = state_of(loop), len(loop.log), clock.now
    for operation in after:
        perform(loop, clock, operation)
    if added := len(loop.log) - length:
        history = loop.log.history
        loop.undo(added)
        assert loop.log.history == (*history, Undone(clock.now, added))
    clock.now = then
    assert state_of(loop) == state


@pytest.mark.slow
@given(programs, programs, programs, st.booleans())
def test_a_loop_that_took_things_back_goes_on_as_one_that_never_did_them(
    before: list[Operation], taken_back: list[Operation], after: list[Operation], one_by_one: bool
) -> None:
    (loop, clock), (twin, twin_clock) = performed(before), performed(before)
    length = len(loop.log)
    for operation in taken_back:
        perform(loop, clock, operation)
    if added := len(loop.log) - length:
        for entries in [1] * added if one_by_one else [added]:
            loop.undo(entries)
    twin_clock.now = clock.now
    for operation in after:
        perform(loop, clock, operation)
        perform(twin, twin_clock, operation)
    assert state_of(twin) == state_of(loop)


def replayed(loop: LearningLoop) -> tuple[LearningLoop, ManualClock]:
    """A second loop, with its clock, called as the first one's log says, entry by entry."""
    clock = ManualClock()
    entries = list(loop.log)
    first = entries[0]
    assert isinstance(first, Configured)
    clock.now = first.time
    twin = LearningLoop(first.settings, seed=loop.seed, clock=clock)
    for position, entry in enumerate(entries[1:], start=1):
        clock.now = entry.time
        if len(twin.log) > position:
            continue  # already brought by the clock
        match entry:
            case Configured(_, settings):
                twin.configure(
                    **{name: getattr(settings, name) for name in settings.__dataclass_fields__}
                )
            case Ranked(event_id, _, request):
                body: Json = request.to_json()
                twin.rank(
                    body["actions"],
                    body["contextFeatures"],
                    body["excludedActions"],
                    event_id,
                    body["deferActivation"],
                )
            case Activated(event_id):
                twin.activate(event_id)
            case Rewarded(event_id, _, value):
                twin.reward(event_id, value)
            case Expired(event_id):
                with suppress(PersonalizerError):  # the clock may have ended the wait
                    twin.expire(event_id)
            case _:
                call_of_service(twin, entry)
    return twin, clock


def call_of_service(twin: LearningLoop, entry: Entry) -> None:
    """Repeat a call that only the service has."""
    match entry:
        case Dangling(event_id, _, _, value):
            if value is None:
                twin.take_activation(event_id)
            else:
                twin.take_reward(event_id, value)
        case ModelReset(_, days):
            twin.reset_model(days)
        case ServiceConfigured(_, service):
            twin.configure_service(service)
        case ModelImported(_, learner):
            twin.import_model(learner)


@pytest.mark.slow
@given(programs)
def test_a_second_loop_called_as_the_log_says_is_the_same_loop_to_the_bit(
    program: list[Operation],
) -> None:
    loop, clock = performed(program)
    twin, twin_clock = replayed(loop)
    twin_clock.now = clock.now
    assert state_of(twin) == state_of(loop)


def test_an_id_that_was_taken_back_is_free_again(loop: LearningLoop) -> None:
    first = loop.rank(DRINKS, CONTEXTS[0], event_id="e")
    loop.undo()
    assert "e" not in loop.events
    assert refusal(lambda: loop.reward("e", 1)).code == "ResourceNotFound"
    loop.rank(DRINKS, CONTEXTS[1], event_id="e")
    loop.undo()
    assert loop.rank(DRINKS, CONTEXTS[0], event_id="e") == first


def test_a_loop_without_events_has_nothing_to_undo(loop: LearningLoop) -> None:
    assert refusal(loop.undo).code == "BadRequest"


switching_steps = st.one_of(
    st.tuples(st.just("mode"), st.sampled_from(MODES)),
    st.tuples(st.just("visit"), st.integers(0, 11)),
    st.tuples(st.just("deferred"), st.integers(0, 11)),
    st.tuples(st.just("activate"), st.just(0)),
    st.tuples(st.just("wait"), st.just(0)),
    st.tuples(st.just("crosses"), st.integers(1, 2)),
    st.tuples(st.just("learner"), learners),
)


switching_programs = st.lists(switching_steps, max_size=12)


def run_through(loop: LearningLoop, clock: ManualClock, program: Sequence[tuple[str, Any]]) -> None:
    for verb, value in program:
        match verb:
            case "mode":
                loop.configure(learning_mode=value)
            case "crosses":
                loop.configure(crosses=value)
            case "learner":
                loop.configure(learner=value)
            case "wait":
                clock.advance(minutes=11)
            case "activate":
                for event_id, state in list(loop.events.items()):
                    if state.open and not state.activated and clock.now == state.ranked.time:
                        loop.activate(event_id)
            case _:
                deferred = verb == "deferred"
                drinks, context = led_by(value % 3), CONTEXTS[value % 4]
                answer = loop.rank(drinks, context, defer_activation=deferred)
                loop.reward(answer.event_id, value / 11)


def exploring(clock: ManualClock) -> LearningLoop:
    return loop_of(clock=clock, policy=EpsilonGreedy(), apprentice_exploration=0.4)


@given(switching_programs)
def test_modes_switched_through_the_log_replay_exactly(program: list[Any]) -> None:
    clock = ManualClock()
    loop = exploring(clock)
    run_through(loop, clock, program)
    assert learned_state(LoopState(loop.log)) == learned_state(loop)


@pytest.mark.no_cover
@given(switching_programs, switching_programs, st.sampled_from(MODES[1:]))
def test_undo_across_a_switch_gives_the_state_before_bit_for_bit(
    before: list[Any], after: list[Any], mode: LearningMode
) -> None:
    clock = ManualClock()
    loop = exploring(clock)
    run_through(loop, clock, before)
    kept, length = everything(loop), len(loop.log)
    run_through(
        loop, clock, [("mode", mode), ("visit", 3), *after, ("mode", "online"), ("visit", 4)]
    )
    loop.undo(len(loop.log) - length)
    assert everything(loop) == kept
