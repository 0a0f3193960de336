"""A loop's own log as logged decisions, from the loop or from its lines of JSON."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from engine.errors import PersonalizerError, UnreadableError
from engine.evaluation.files.event_range import WHOLE_LOG, EventRange
from engine.evaluation.logged_decisions import Decisions, decisions_from, is_usable
from engine.loop.event import EventState
from engine.loop.event_index import events_of
from engine.loop.log import EventLog
from engine.store import world_codec
from engine.store.entry_codec import parse
from engine.store.exchange import jsonl
from engine.store.exchange.file_seal import SealedLines
from engine.store.exchange.log_checker import LogChecker
from engine.store.exchange.untrusted_lines import Faults

BATCH = 2_048
"""Events of a loop converted to columns at once."""


def batches(
    events: Iterable[EventState], event_range: EventRange = WHOLE_LOG
) -> Iterator[Decisions]:
    """Yield the answered events in a range; of apprentice events only the matched ones.

    Hold the loop's lock if other threads call the loop.
    """
    rest = iter(events)
    while block := list(islice(rest, BATCH)):
        inside = (e for e in block if event_range.contains(e.number + 1, e.ranked.time))
        answered = [event for event in inside if event.earned is not None]
        usable = [event for event in answered if is_usable(event)]
        if answered:
            yield decisions_from(usable, unmatched=len(answered) - len(usable))


def read_events(
    lines: Iterator[tuple[int, str]], most: int, faults: Faults
) -> Collection[EventState]:
    """Read the events of a loop exported as lines of JSON; use them only if there is no fault.

    Args:
        most: maximum number of events.
    """
    sealed, log = SealedLines(lines), EventLog()
    number, text = next(sealed, (0, "null"))
    try:
        about, sealed.has_seal = jsonl.read_head(parse(text), owner="")
    except UnreadableError as error:
        faults.add(number, str(error))
        return ()
    checker = LogChecker(world_codec.from_text(about.world), most)
    for number, text in sealed:
        try:
            for entry in jsonl.read(text):
                checker.follow(entry, number)
                log.append(entry)
        except (UnreadableError, PersonalizerError) as error:
            faults.add(number, str(error))
    fault = sealed.fault()
    if fault is not None and not faults.total:
        faults.add(0, fault)
    return events_of(log).values()
