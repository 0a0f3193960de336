"""Settings of the operator."""

import re

import pytest

from engine import PersonalizerError
from pages.parts.shell.operations.environment_settings import Operations


def test_what_is_not_set_is_safe() -> None:
    assert Operations.from_environment({}) == Operations(
        log_level="info", metrics_token="", hosts=(), frame_ancestors=("'self'",)
    )


def test_lists_have_spaces_between() -> None:
    operations = Operations.from_environment(
        {
            "PLAYGROUND_LOG_LEVEL": " Debug ",
            "PLAYGROUND_METRICS_TOKEN": "0123456789abcdef",
            "PLAYGROUND_HOSTS": "app.example.com *.example.org [::1]",
            "PLAYGROUND_FRAME_ANCESTORS": "'self' https://slides.example.com:8443 https://*.edu",
            "PLAYGROUND_API": " OFF",
            "PLAYGROUND_API_ORIGINS": "https://shop.example.com http://127.0.0.1:3000",
        }
    )
    assert operations == Operations(
        "debug",
        "0123456789abcdef",
        ("app.example.com", "*.example.org", "[::1]"),
        ("'self'", "https://slides.example.com:8443", "https://*.edu"),
        "off",
        ("https://shop.example.com", "http://127.0.0.1:3000"),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "loud"),
        ("HOSTS", "https://app.example.com"),
        ("HOSTS", "app.example.com:8501"),
        ("HOSTS", "a*.example.com"),
        ("FRAME_ANCESTORS", "https://a.example;script-src"),
        ("FRAME_ANCESTORS", "*"),
        ("API", "yes"),
        ("API_ORIGINS", "shop.example.com"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name: str, value: str) -> None:
    sentence = f"^PLAYGROUND_{name} is '{re.escape(value)}', but must be "
    with pytest.raises(PersonalizerError, match=sentence):
        Operations.from_environment({f"PLAYGROUND_{name}": value})


def test_a_token_that_is_refused_is_not_told() -> None:
    with pytest.raises(PersonalizerError) as refused:
        Operations.from_environment({"PLAYGROUND_METRICS_TOKEN": "too short"})
    assert "too short" not in refused.value.message
