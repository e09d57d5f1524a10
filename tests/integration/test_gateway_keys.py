"""Who may use an exposed gateway: TLS with a certificate made here, real keys in a real database."""

from __future__ import annotations

import sqlite3
import ssl
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from test_gateway_passage import says

from arriero.gateway import certificates
from arriero.gateway.errors import CertificateInvalid
from arriero.gateway.keys import hash_of, new_key
from arriero.state.values import StoredKey
from gateway_world import DEMO, Desktop, desktop

NOW = datetime.now(UTC)


@dataclass
class Exposed:
    gateway: Desktop
    trust: ssl.SSLContext

    def ask(self, method: str, path: str, key: str = "", **more: object) -> aiohttp.client._RequestContextManager:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        url = self.gateway.tls_url + path
        return self.gateway.session.request(method, url, headers=headers, ssl=self.trust, **more)  # type: ignore[arg-type]

    def grant(self, name: str = "laptop", slots: tuple[str, ...] = (), until: datetime | None = None) -> str:
        key = new_key()
        assert self.gateway.state.add_key(StoredKey(name, hash_of(key), slots, NOW, until))
        return key


@pytest.fixture
async def exposed(tmp_path: Path) -> AsyncIterator[Exposed]:
    certificate, private_key = certificates.make(tmp_path / "own", ("127.0.0.1",))
    trust = ssl.create_default_context(cafile=str(certificate))
    async with desktop(tmp_path / "project", certificates.server_context(certificate, private_key)) as gateway:
        yield Exposed(gateway, trust)


async def test_without_a_key_every_route_answers_401(exposed: Exposed) -> None:
    exposed.grant()
    resources = [(r.method, r.resource.canonical) for r in exposed.gateway.app.router.routes() if r.resource]
    assert len(resources) > 15
    for method, path in [*resources, ("GET", "/no/such/path"), ("DELETE", "/api/delete")]:
        for key in ("", "arr-wrong", "laptop"):
            async with exposed.ask(method, path.replace("{model}", "demo"), key) as answer:
                assert answer.status == 401, (method, path)
                assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/chat", "/v1/chat/completions", "/v1/messages"])
async def test_each_api_has_its_form_of_401(exposed: Exposed, path: str) -> None:
    async with exposed.ask("POST", path, json={"model": DEMO}) as answer:
        told = await answer.json()
    message = "unauthorized: this gateway needs an API key"
    if path == "/api/chat":
        assert told == {"error": message}
    else:
        assert told["error"]["message"] == message
    if path == "/v1/messages":
        assert told["error"]["type"] == "authentication_error"


async def test_a_key_opens_and_a_revoked_one_stops_at_the_next_request(exposed: Exposed) -> None:
    key = exposed.grant()
    exposed.gateway.script = says(b"data: x\n\n")
    async with exposed.ask("POST", "/v1/chat/completions", key, json={"model": DEMO}) as answer:
        assert answer.status == 200
    exposed.gateway.state.revoke_key("laptop")
    async with exposed.ask("POST", "/v1/chat/completions", key, json={"model": DEMO}) as answer:
        assert answer.status == 401
    assert b"arr-" not in exposed.gateway.asked[0]


async def test_a_key_past_its_time_does_not_hold(exposed: Exposed) -> None:
    over, holds = exposed.grant("over", until=NOW), exposed.grant("holds", until=NOW + timedelta(days=1))
    async with exposed.ask("GET", "/health", over) as first, exposed.ask("GET", "/health", holds) as second:
        assert (first.status, second.status) == (401, 200)


async def test_a_key_for_some_slots_sees_and_gets_those_alone(exposed: Exposed) -> None:
    key = exposed.grant(slots=("qwen",))
    async with exposed.ask("POST", "/api/chat", key, json={"model": DEMO}) as answer:
        assert (answer.status, await answer.json()) == (403, {"error": "this key is not for demo"})
    async with exposed.ask("GET", "/v1/models", key) as answer:
        assert await answer.json() == {"object": "list", "data": []}
    assert exposed.gateway.asked == []


async def test_this_machine_needs_no_key_unless_told_so(exposed: Exposed, tmp_path: Path) -> None:
    async with exposed.gateway.session.get(exposed.gateway.url + "/health") as answer:
        assert answer.status == 200
    always = {"gateway.keys": "always"}
    async with desktop(tmp_path / "strict", **always) as strict, strict.session.get(strict.url + "/health") as answer:
        assert answer.status == 401


async def test_the_key_itself_is_nowhere(exposed: Exposed) -> None:
    key = exposed.grant()
    files = exposed.gateway.state.path.parent.glob(exposed.gateway.state.path.name + "*")
    assert all(key.encode() not in file.read_bytes() for file in files)


async def test_a_database_that_is_locked_to_write_still_lets_in(exposed: Exposed) -> None:
    key = exposed.grant()
    with sqlite3.connect(exposed.gateway.state.path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        async with exposed.ask("GET", "/health", key) as answer:
            assert answer.status == 200


def test_a_certificate_made_here_is_this_users_alone(tmp_path: Path) -> None:
    certificate, private_key = certificates.make(tmp_path / "own", ("192.0.2.7",))
    assert stat.S_IMODE(private_key.stat().st_mode) == 0o600
    assert len(certificates.fingerprint(certificate)) == 95
    other, _ = certificates.make(tmp_path / "other", ())
    with pytest.raises(CertificateInvalid):
        certificates.server_context(other, private_key)
    with pytest.raises(CertificateInvalid):
        certificates.fingerprint(private_key)
