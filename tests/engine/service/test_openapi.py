"""The OpenAPI document."""

import json

from engine.service.openapi import openapi
from engine.service.operations import OPERATIONS


def test_each_operation_is_described_with_its_shapes() -> None:
    document = openapi()
    told = {
        (method.upper(), path): one
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }
    assert {(m, p.removeprefix("/personalizer").removeprefix("/v1.0")) for m, p in told} == {
        (one.method, one.path) for one in OPERATIONS
    }
    assert len({one["operationId"] for one in told.values()}) == len(told)
    assert "/personalizer/v1.0/rank" in document["paths"]
    assert document["paths"]["/personalizer/evaluations"].keys() == {"get"}
    assert document["paths"]["/personalizer/v1.0/evaluations"].keys() == {"get", "post"}
    rank = told["POST", "/personalizer/rank"]
    assert rank["operationId"] == "Rank-2022-09-01-preview"
    assert rank["summary"]
    assert "201" in rank["responses"]
    schema = rank["requestBody"]["content"]["application/json"]["schema"]
    assert document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["required"] == [
        "actions"
    ]
    assert "signed" in json.dumps(told["GET", "/personalizer/model"])


def test_all_references_lead_to_a_schema() -> None:
    text = json.dumps(openapi())
    references = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= openapi()["components"]["schemas"].keys()
