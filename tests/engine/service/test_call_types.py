"""Answers of the service."""

from engine.errors import PersonalizerError
from engine.service.call_types import Reply, refused


def test_an_answer_has_json_bytes_or_nothing() -> None:
    assert (Reply(200, {"a": 1}).body, Reply(200, b"x").body, Reply(204).body) == (
        b'{"a":1}', b"x", b"",
    )  # fmt: skip
    assert Reply(204).media_type == ""
    assert Reply(200, b"x").media_type == "application/octet-stream"
    assert Reply(200, []).media_type == "application/json; charset=utf-8"


def test_an_unknown_code_is_a_400_with_its_header() -> None:
    answer = refused(PersonalizerError("Odd", "No.", "x"))
    assert (answer.status, answer.headers) == (400, {"x-ms-error-code": "Odd"})
    assert answer.content["error"] == {
        "code": "Odd", "message": "No.", "target": "x", "details": [], "innerError": None,
    }  # fmt: skip
