"""Operator settings, in addition to the limits of `engine.store.storage_limits`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from engine.errors import refuse

LEVELS = ("debug", "info", "warning", "error")
_CODE = "InvalidServiceConfiguration"
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_ANCESTOR = re.compile(r"'self'|'none'|https?:(//(\*\.)?[A-Za-z0-9.-]+(:\d+|:\*)?)?")
_ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.-]+(:\d+)?")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")


@dataclass(frozen=True, slots=True)
class Operations:
    """Operator settings, each from an environment variable: ``PLAYGROUND_LOG_LEVEL``, ...

    Attributes:
        log_level: lowest level of log lines written.
        metrics_token: bearer token for reading counters; empty to disable the counters.
        hosts: host names under which the server answers; any if empty.
        frame_ancestors: pages that may embed the app, as in a content security policy.
        api: ``on`` if applications may call loops with their keys, or ``off``.
        api_origins: origins of web pages whose scripts may call loops; none if empty.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``.
    """

    log_level: str = "info"
    metrics_token: str = ""
    hosts: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ("'self'",)
    api: str = "on"
    api_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.log_level not in LEVELS:
            allowed = f"one of {', '.join(LEVELS)}"
            refuse(_CODE, "PLAYGROUND_LOG_LEVEL", self.log_level, allowed)
        if self.metrics_token and not _TOKEN.fullmatch(self.metrics_token):
            allowed = "16 or more letters, digits or any of ._~+/=-"
            refuse(_CODE, "PLAYGROUND_METRICS_TOKEN", "something else", allowed)
        for host in self.hosts:
            if not _HOST.fullmatch(host):
                allowed = "names such as app.example.com or *.example.com, without ports"
                refuse(_CODE, "PLAYGROUND_HOSTS", host, allowed)
        for ancestor in self.frame_ancestors:
            if not _ANCESTOR.fullmatch(ancestor):
                allowed = "'self', 'none' or addresses such as https://slides.example.com"
                refuse(_CODE, "PLAYGROUND_FRAME_ANCESTORS", ancestor, allowed)
        if self.api not in {"on", "off"}:
            refuse(_CODE, "PLAYGROUND_API", self.api, "on or off")
        for origin in self.api_origins:
            if not _ORIGIN.fullmatch(origin):
                allowed = "* or origins such as https://shop.example.com"
                refuse(_CODE, "PLAYGROUND_API_ORIGINS", origin, allowed)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read settings from environment variables, with defaults for absent variables; lists are
        separated by spaces."""

        def given(name: str) -> str:
            return environment.get(f"PLAYGROUND_{name}", "").strip()

        values = {
            "log_level": given("LOG_LEVEL").lower(),
            "metrics_token": given("METRICS_TOKEN"),
            "hosts": tuple(given("HOSTS").split()),
            "frame_ancestors": tuple(given("FRAME_ANCESTORS").split()),
            "api": given("API").lower(),
            "api_origins": tuple(given("API_ORIGINS").split()),
        }
        return cls(**{name: value for name, value in values.items() if value})  # type: ignore[arg-type]
