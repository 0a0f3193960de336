"""Model, log and status: export, import, reset, properties, deletion."""

import hmac

from engine.errors import PersonalizerError, StaleError
from engine.learners.base import Learner
from engine.loop.clock import iso
from engine.loop.entries import Expired, ModelImported, ModelReset, Ranked, Rewarded
from engine.service.call_types import Reply, Request
from engine.store.entry_codec import settings_from_json, settings_to_json
from engine.store.snapshot_codec import dump, load
from engine.store.stored_loop import StoredLoop

MAGIC = b"personalizer-playground-model-1\n"
"""Beginning of a signed model; the signature and the npz file follow."""
_SIGNATURE = 32
_FORMAT = "InvalidModelImportFormat"


def get_model(request: Request) -> Reply:
    """Export the model as npz, with ``signed=true`` behind a signature."""
    stored = request.stored
    with stored.lock:
        settings = settings_to_json(stored.loop.settings)
        data = dump({"learner": stored.loop.learner, "settings": settings})
    if request.call.query.get("signed", "").lower() == "true":
        data = MAGIC + request.library.store.signature(data) + data
    return Reply(200, data)


def put_model(request: Request) -> Reply:
    """Import a model with a signature of this server."""
    stored, body = request.stored, request.call.body
    if not body.startswith(MAGIC):
        raise PersonalizerError(
            _FORMAT, "The file is not a model that was exported with signed=true.", "body"
        )
    start = len(MAGIC) + _SIGNATURE
    signature, data = body[len(MAGIC) : start], body[start:]
    if not hmac.compare_digest(signature, request.library.store.signature(data)):
        sentence = "The signature of the model is not that of this server."
        raise PersonalizerError("InvalidModelImportSignature", sentence, "body")
    try:
        known = load(data)
        learner, settings = known["learner"], settings_from_json(known["settings"])
    except (StaleError, PersonalizerError, KeyError, TypeError):
        sentence = "The model is of another version of this server."
        raise PersonalizerError(_FORMAT, sentence, "body") from None
    with stored.lock:
        if not isinstance(learner, Learner) or not settings.learns_like(stored.loop.settings):
            raise PersonalizerError(
                _FORMAT, "The model was learned under another learning policy.", "body"
            )
        stored.import_model(learner)
    return Reply(204)


def reset_model(request: Request) -> Reply:
    """Begin with a new model; the log stays."""
    request.stored.reset_model()
    return Reply(204)


def model_properties(request: Request) -> Reply:
    """Return the times of the model's first and last change."""
    stored = request.stored
    learned = (Rewarded, Expired, ModelReset, ModelImported)
    with stored.lock:
        first, log = stored.loop.log[0], reversed(stored.loop.log)
        last = next((entry for entry in log if isinstance(entry, learned)), first)
    return Reply(200, {"creationTime": iso(first.time), "lastModifiedTime": iso(last.time)})


def log_properties(request: Request) -> Reply:
    """Return the times of the first and the last event."""
    with request.stored.lock:
        ends = event_times(request.stored)
    if ends is None:
        raise PersonalizerError(
            "LogsPropertiesNotFound", "The log of this loop has no event.", "logs"
        )
    return Reply(200, {"dateRange": {"from": ends[0], "to": ends[1]}})


def event_times(stored: StoredLoop) -> tuple[str, str] | None:
    """Times of the first and the last Rank call; None without one."""
    log = stored.loop.log
    first = next((entry for entry in log if isinstance(entry, Ranked)), None)
    last = next((entry for entry in reversed(log) if isinstance(entry, Ranked)), None)
    return None if first is None or last is None else (iso(first.time), iso(last.time))


def delete_log(request: Request) -> Reply:
    """Erase the log and keep the model and the settings."""
    request.stored.delete_log()
    return Reply(204)


def status(request: Request) -> Reply:
    """Return the status of the service."""
    told = {"service": "personalizer", "apiStatus": "Valid", "apiStatusMessage": "API key is valid"}
    return Reply(200, told)
