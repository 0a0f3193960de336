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
    assert {(m, p.removeprefix("/personalizer")) for m, p in told} == {
        (one.method, one.path) for one in OPERATIONS
    }
    rank = told["POST", "/personalizer/rank"]
    assert rank["operationId"] == "Rank"
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
