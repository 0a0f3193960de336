"""Addresses of the server."""

from types import SimpleNamespace

import pytest
import streamlit as st

from pages.parts.connect.server_address import OwnServer, endpoint


def context(
    monkeypatch: pytest.MonkeyPatch, url: str | None, configured: str | None = None
) -> None:
    options = {"server.address": configured, "server.port": 8501, "server.baseUrlPath": "below"}
    monkeypatch.setattr(st, "get_option", options.get)
    headers = {"Host": "app.example.com"} if url else {}
    monkeypatch.setattr(st, "context", SimpleNamespace(url=url, headers=headers))


def test_applications_use_the_address_of_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    context(monkeypatch, "https://app.example.com/below/connect?x=1")
    assert endpoint() == "https://app.example.com/below"
    context(monkeypatch, None)
    assert endpoint() == "http://localhost:8501/below"


@pytest.mark.parametrize("configured", [None, "localhost", "0.0.0.0", "::"])
def test_test_calls_stay_on_this_machine_whatever_a_browser_says(
    monkeypatch: pytest.MonkeyPatch, configured: str | None
) -> None:
    context(monkeypatch, "http://10.0.0.7:9000/connect", configured)
    expected = OwnServer("127.0.0.1", 8501, "app.example.com", "/below/personalizer")
    assert OwnServer.here() == expected
    context(monkeypatch, None, "192.168.0.2")
    assert OwnServer.here() == OwnServer(
        "192.168.0.2", 8501, "192.168.0.2:8501", "/below/personalizer"
    )
