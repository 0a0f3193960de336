"""Codec of lecturers' own lessons for files and links.

A lesson is JSON of 64 KiB at most; the README of the lessons has an example. It contains no code
and no answers; invalid content is refused with one sentence that names its place.
"""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, NoReturn

from engine.errors import PersonalizerError, UnreadableError, check_number, refuse
from engine.experiments.loop_questions import KINDS, NEEDS, LoopQuestion, QuestionKind
from engine.experiments.recorded_acts import Act, Change, Crowd, Playthrough, Visit
from engine.loop.settings import SETTING_NAMES, LoopSettings
from engine.store import world_codec
from engine.store.entry_codec import settings_from_json, settings_to_json
from engine.streams import digest
from engine.worlds import WORLDS, Context, World, key_of
from engine.worlds.json_checks import CODE, check_known, each_in, number_in, object_in
from engine.worlds.visible_text import check_seen, new_text_in
from pages.parts.lessons.own.own_lesson import OwnLesson

FORMAT, VERSION = "personalizer-playground-lesson", 1
MAX_SIZE = 65_536
"""Bytes of a file, and of what a link unpacks to."""
MAX_LINK = 6_000
"""Characters of a lesson in a link: proxies take 8,000 of an address."""
SENTENCES = {"title": 60, "question": 200, "reveal": 500, "note": 1_000}
"""Characters that each may have."""
MAX_PLAYED, MAX_ACTS, MAX_MORE = 2_000, 300, 1_000
"""Limits: visitors before the question, acts in which they arrive, and visitors after the
question."""
MAX_VALUES = 12
"""Values of a field that a map spreads out."""
MAX_SEED = 999_999
_SETTINGS = [name for name in SETTING_NAMES if name != "max_events"]


# -- written --------------------------------------------------------------------------


def to_text(lesson: OwnLesson) -> str:
    """Write the file: indented, unless it would be too long."""
    text = json.dumps(_to_json(lesson), ensure_ascii=False, indent=2) + "\n"
    return text if len(text.encode()) <= MAX_SIZE else _to_line(lesson)


def pack(lesson: OwnLesson) -> str:
    """Compress a lesson for a link; longer than `MAX_LINK` characters it needs a file."""
    return urlsafe_b64encode(zlib.compress(_to_line(lesson).encode(), 9)).decode().rstrip("=")


def _to_line(lesson: OwnLesson) -> str:
    return json.dumps(_to_json(lesson), ensure_ascii=False, separators=(",", ":"))


def key_in_links(lesson: OwnLesson) -> str:
    """Return the key of a lesson, a digest of its content."""
    return f"own-{digest(0, 'lesson', pack(lesson)).hex()[:8]}"


def _to_json(lesson: OwnLesson) -> dict[str, Any]:
    key, played = key_of(lesson.played.world), lesson.played
    return {
        "format": FORMAT,
        "version": VERSION,
        **{name: getattr(lesson, name) for name in SENTENCES},
        "loop": {
            "world": key if key in WORLDS else played.world.to_json(),
            "seed": lesson.seed,
            "settings": _settings_to_table(played.settings),
            "played": [_act_told(act) for act in played.acts],
        },
        "guess": _question_to_table(lesson.guess),
        "check": _question_to_table(lesson.check),
    }


def _settings_to_table(settings: LoopSettings) -> dict[str, Any]:
    """Return settings that differ from the defaults."""
    usual, changed = settings_to_json(LoopSettings()), settings_to_json(settings)
    return {name: changed[name] for name in _SETTINGS if changed.get(name) != usual.get(name)}


def _act_told(act: Act) -> dict[str, Any]:
    match act:
        case Crowd(visitors):
            return {"crowd": visitors}
        case Visit(context, reward):
            return {"context": dict(context), "reward": reward}
        case Change(settings):
            return {"settings": _settings_to_table(settings)}


def _question_to_table(question: LoopQuestion) -> dict[str, Any]:
    table = {name: getattr(question, name) for name in NEEDS[question.kind]}
    return {"kind": question.kind, **table}


# -- read -----------------------------------------------------------------------------


def from_file(data: bytes) -> OwnLesson:
    """Read a file; ``BadRequest`` for its first fault."""
    if len(data) > MAX_SIZE:
        refuse(CODE, "the file", len(data), f"at most {MAX_SIZE:,}", "the file's size in bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(f"line {line}", "it is not text in UTF-8")
    return from_text(text)


def from_text(text: str) -> OwnLesson:
    """Read a lesson from JSON; see `from_file`."""
    return from_table(_parsed(text))


def from_table(table: object) -> OwnLesson:
    """Read a lesson from a table of JSON or TOML; see `from_file`."""
    fields = object_in(table, "the lesson", _names())
    check_known(fields.get("format"), "format", [FORMAT])
    if fields.get("version") != VERSION or isinstance(fields.get("version"), bool):
        refuse(CODE, "version", fields.get("version"), f"{VERSION}, which this app reads")
    sentences = {
        name: new_text_in(fields.get(name, ""), name, most, least=int(name != "note"))
        for name, most in SENTENCES.items()
    }
    loop = object_in(fields.get("loop"), "loop", ("world", "seed", "settings", "played"))
    world = _world(loop.get("world"), "loop.world")
    check_number(CODE, "loop.seed", loop.get("seed"), 0, MAX_SEED, whole=True)
    settings = _settings(loop.get("settings", {}), "loop.settings")
    make = partial(_act, world)
    acts = each_in(loop.get("played", []), "loop.played", MAX_ACTS, make, least=0)
    played = Playthrough(world, settings, acts)
    if played.visitors > MAX_PLAYED:
        quantity = "the number of visitors in loop.played"
        refuse(CODE, "loop.played", played.visitors, f"at most {MAX_PLAYED:,}", quantity)
    guess, check = (_question(world, fields.get(name), name) for name in ("guess", "check"))
    lesson = OwnLesson(**sentences, played=played, seed=loop["seed"], guess=guess, check=check)
    # Numbers may be re-encoded longer: an accepted text must remain decodable.
    size = len(_to_line(lesson).encode())
    if size > MAX_SIZE:
        quantity = "the lesson's size in bytes, written anew,"
        refuse(CODE, "the lesson", size, f"at most {MAX_SIZE:,}", quantity)
    return lesson


@lru_cache(maxsize=32)
def unpack(packed: str) -> OwnLesson:
    """Read a lesson from a link; see `from_file`."""
    if not re.fullmatch(r"[\w-]+", packed, flags=re.ASCII):
        _refuse("the link", "the lesson in it must be letters, digits, - and _")
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), MAX_SIZE)
    except (ValueError, zlib.error):
        _refuse("the link", "the lesson in it is damaged, or was cut")
    if unpacking.unconsumed_tail:
        _refuse("the link", f"the lesson in it has more than {MAX_SIZE:,} bytes")
    if not unpacking.eof or unpacking.unused_data:
        _refuse("the link", "the lesson in it is damaged, or was cut")
    return from_file(data)


def _names() -> tuple[str, ...]:
    return "format", "version", *SENTENCES, "loop", "guess", "check"


def _refuse(place: str, why: str) -> NoReturn:
    raise PersonalizerError(CODE, f"{place}: {why}.", place)


def _parsed(text: str) -> object:
    """Parse JSON; repeated names and NaN are refused."""
    try:
        return json.loads(text, object_pairs_hook=_without_twins, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        _refuse(f"line {error.lineno}, column {error.colno}", f"it is not JSON: {error.msg}")
    except RecursionError:
        _refuse("the file", "it is nested too deeply")
    except PersonalizerError:
        raise
    except ValueError:
        _refuse("the file", "it holds a number of thousands of digits")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, value in pairs:
        if name in table:
            _refuse(repr(name)[:60], "this name stands twice in one object")
        table[name] = value
    return table


def _no_number(name: str) -> NoReturn:
    _refuse(name, "this is not a number of JSON")


def _world(value: object, place: str) -> World:
    if value is None:
        refuse(CODE, place, value, f"one of {', '.join(WORLDS)}, or a world as JSON")
    try:
        world = world_codec.from_json(value)
        assert world is not None, "only None gives none"
        check_seen(world)
    except PersonalizerError as error:
        _refuse(place, error.message.rstrip("."))
    return world


def _settings(value: object, place: str) -> LoopSettings:
    table = object_in(value, place, _SETTINGS)
    try:
        settings = settings_from_json(dict(table))
    except (PersonalizerError, UnreadableError) as error:
        _refuse(place, str(error).rstrip("."))
    if "policy" in table:
        # Unknown content, tolerated in old logs, is an error in a lesson.
        known = settings_to_json(settings)["policy"]
        object_in(table["policy"], f"{place}.policy", known)
    return settings


def _act(world: World, value: object, place: str) -> Act:
    table = object_in(value, place)
    if "crowd" in table:
        object_in(table, place, ("crowd",))
        check_number(CODE, f"{place}.crowd", table["crowd"], 1, MAX_PLAYED, whole=True)
        return Crowd(table["crowd"])
    if "settings" in table:
        object_in(table, place, ("settings",))
        return Change(_settings(table["settings"], f"{place}.settings"))
    object_in(table, place, ("context", "crowd", "reward", "settings"))
    context = _context(world, table.get("context"), f"{place}.context")
    reward = table.get("reward")
    if reward is not None:
        reward = number_in(reward, f"{place}.reward", -1, 1)
    return Visit(context, reward)


def _context(world: World, value: object, place: str) -> Context:
    """Read a context of the world, fields in the world's order."""
    table = object_in(value, place, [field.name for field in world.fields])
    for field in world.fields:
        known = [choice.name for choice in field.values]
        check_known(table.get(field.name), f"{place}.{field.name}", known)
    return {field.name: table[field.name] for field in world.fields}


def mapped_in(world: World) -> list[str]:
    """Names of fields that a map may spread out."""
    return [field.name for field in world.fields if len(field.values) <= MAX_VALUES]


def kinds_in(world: World) -> list[QuestionKind]:
    """Kinds of questions for a world; maps need two fields."""
    has_maps = len(mapped_in(world)) > 1
    return [kind for kind in KINDS if has_maps or "rows" not in NEEDS[kind]]


def _question(world: World, value: object, place: str) -> LoopQuestion:
    table: Mapping[str, Any] = object_in(value, place)
    check_known(table.get("kind"), f"{place}.kind", kinds_in(world))
    kind = table["kind"]
    needs = NEEDS[kind]
    object_in(table, place, ("kind", *needs))
    parts: dict[str, Any] = {}
    for name in needs:
        given, where = table.get(name), f"{place}.{name}"
        if name == "visitors":
            least = int(kind == "rewarded")
            check_number(CODE, where, given, least, MAX_MORE, whole=True)
            parts[name] = given
        elif name == "action":
            check_known(given, where, [item.id for item in world.items])
            parts[name] = given
        elif name in {"rows", "columns"}:
            others = [
                field_name for field_name in mapped_in(world) if field_name != parts.get("rows")
            ]
            check_known(given, where, others)
            parts[name] = given
        elif name == "reward":
            parts[name] = number_in(given, where, 0, 1)
        else:
            parts[name] = _context(world, given, where)
    return LoopQuestion(kind, **parts)
