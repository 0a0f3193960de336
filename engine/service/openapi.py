"""The OpenAPI document of the service, from the declarations that check requests."""

from functools import cache
from itertools import product
from typing import Any

import msgspec
from msgspec import Struct

from engine.service.call_types import BYTES, Operation
from engine.service.json_bodies import ErrorAnswer
from engine.service.operations import DEFAULT_VERSION, OLD_VERSION, OPERATIONS

_REFERENCE = "#/components/schemas/{name}"
_ERRORS = {
    "400": "Refused request", "401": "Missing or invalid key", "403": "Not allowed here",
    "404": "Not found",
    "405": "Not in this version of the API", "413": "Body too long", "429": "Too many calls",
    "500": "Error of the server", "503": "Database not available",
}  # fmt: skip


@cache
def openapi() -> dict[str, Any]:
    """The document as JSON; do not change it."""
    kinds = {kind for one in OPERATIONS for kind in (one.body, one.result) if _is_struct(kind)}
    shapes = sorted(kinds | {ErrorAnswer}, key=str)
    (*_, error), schemas = msgspec.json.schema_components(
        [*shapes, ErrorAnswer], ref_template=_REFERENCE
    )
    references, _ = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    by_kind = dict(zip(shapes, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one, version in product(OPERATIONS, (DEFAULT_VERSION, OLD_VERSION)):
        if version.startswith(one.versions):
            path = f"/personalizer{'' if version == DEFAULT_VERSION else f'/{version}'}{one.path}"
            described = {**_described(one, by_kind, error), "operationId": f"{one.name}-{version}"}
            paths.setdefault(path, {})[one.method.lower()] = described
    key = {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Personalizer Playground", "version": DEFAULT_VERSION},
        "security": [{"key": []}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": key, "token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _described(one: Operation, by_kind: dict[Any, Any], error: Any) -> dict[str, Any]:
    names = {"api-version", *one.query}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in sorted(names)
    ]
    if "{id}" in one.path:
        schema = {"type": "string", "minLength": 1, "maxLength": 256}
        parameters.append({"name": "id", "in": "path", "required": True, "schema": schema})
    success: dict[str, Any] = {"description": "Success"}
    if one.result is not None or one.status == 200:
        success["content"] = _content(one.result, by_kind)
    errors = {
        status: {"description": text, "content": {"application/json": {"schema": error}}}
        for status, text in _ERRORS.items()
    }
    told: dict[str, Any] = {
        "summary": (one.handle.__doc__ or "").partition(";")[0].partition("\n")[0],
        "parameters": parameters,
        "responses": {str(one.status): success, **errors},
    }
    if one.body is not None:
        told["requestBody"] = {"required": True, "content": _content(one.body, by_kind)}
    return told


def _content(kind: Any, by_kind: dict[Any, Any]) -> dict[str, Any]:
    if kind is bytes:
        return {BYTES: {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": by_kind.get(kind, {})}}
