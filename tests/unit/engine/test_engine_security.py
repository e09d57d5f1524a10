from __future__ import annotations

import socket

import pytest

from arriero.engine.api.security import DEFAULT_ORIGINS, host_allowed, key_accepted, origin_allowed


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost",
        "https://localhost:3000",
        "http://127.0.0.1:8080",
        "http://0.0.0.0",
        "app://obsidian.md",
        "vscode-webview://abc",
        "file://",
        "HTTP://LOCALHOST:3000",
    ],
)
def test_pages_of_this_machine_may_ask(origin: str) -> None:
    assert origin_allowed(origin, DEFAULT_ORIGINS)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "ftp://localhost",
    ],
)
def test_other_pages_may_not(origin: str) -> None:
    assert not origin_allowed(origin, DEFAULT_ORIGINS)


def test_a_star_stands_for_any_text_once() -> None:
    assert origin_allowed("https://a.b.example", ["https://*.example"])
    assert not origin_allowed("https://example", ["https://*.example"])
    assert origin_allowed("null", ["*"])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "localhost",
        "localhost:11434",
        "127.0.0.1:11434",
        "[::1]:11434",
        "0.0.0.0",
        "192.168.1.5",
        "10.1.2.3:80",
        "[fd00::1]",
        "models.local",
        "a.localhost:80",
        "x.internal",
        socket.gethostname(),
    ],
)
def test_names_of_this_machine_and_its_network(header: str) -> None:
    assert host_allowed(header)


@pytest.mark.parametrize(
    "header",
    ["evil.example", "evil.example:11434", "8.8.8.8", "169.254.1.1", "[2001:db8::1]:80", "localhost.evil.example"],
)
def test_foreign_names(header: str) -> None:
    assert not host_allowed(header)


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"Authorization": "Bearer secret"}, True),
        ({"Authorization": "bearer  secret "}, True),
        ({"x-api-key": "secret"}, True),
        ({"Authorization": "Bearer wrong", "x-api-key": "secret"}, False),
        ({"Authorization": "Basic secret"}, False),
        ({"Authorization": "secret"}, False),
        ({"x-api-key": "secre"}, False),
        ({"x-api-key": "sécret"}, False),
        ({}, False),
    ],
)
def test_the_key(headers: dict[str, str], accepted: bool) -> None:
    assert key_accepted(headers, "secret") is accepted
