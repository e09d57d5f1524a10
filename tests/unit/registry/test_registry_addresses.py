"""Where requests may go, and through whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arriero.core.ids import Reference
from arriero.registry.addresses import Origin, Proxy, base_url, follow, origin_of, proxy_for, target_of
from arriero.registry.challenge import parse_challenge, read_token
from arriero.registry.errors import ProxyUnsupported, RedirectRefused

HERE = "https://registry.ollama.ai/v2/library/x/blobs/sha256:00"


def test_base_url() -> None:
    assert base_url(Reference.parse("qwen2.5-coder:7b"), frozenset()) == (
        "https://registry.ollama.ai/v2/library/qwen2.5-coder"
    )
    mine = Reference.parse("127.0.0.1:5000/me/x:1")
    assert base_url(mine, frozenset()) == "https://127.0.0.1:5000/v2/me/x"
    assert base_url(mine, frozenset({"127.0.0.1:5000"})) == "http://127.0.0.1:5000/v2/me/x"
    assert base_url(Reference.parse("hf.co/bartowski/Llama-3.2-GGUF:Q4_K_M"), frozenset()) == (
        "https://hf.co/v2/bartowski/Llama-3.2-GGUF"
    )


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/v2/library/x/blobs/sha256:00?part=1", "https://registry.ollama.ai/v2/library/x/blobs/sha256:00?part=1"),
        ("https://cdn.example/a?X-Amz-Signature=b", "https://cdn.example/a?X-Amz-Signature=b"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("https://cdn.example:8443/a", "https://cdn.example:8443/a"),
    ],
)
def test_redirects_that_are_followed(location: str, target: str) -> None:
    assert follow(HERE, location, frozenset()) == target


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "file:///etc/passwd",
        "ftp://cdn.example/a",
        "gopher://x",
        "http://cdn.example/a",
        "https://cdn.example/a b",
        "https://cdn.example/\r\nX: y",
        "https://cdn.example:port/",
        "https://[::1/",
        "https://ñandú.example/",
        "https://cdn.example/" + "a" * 20_000,
        "javascript:alert(1)",
    ],
)
def test_redirects_that_are_not(location: str | None) -> None:
    with pytest.raises(RedirectRefused) as refused:
        follow(HERE, location, frozenset())
    assert refused.value.host == "registry.ollama.ai"
    assert "\r" not in refused.value.target


def test_a_direct_url_is_a_credential_and_is_not_told() -> None:
    with pytest.raises(RedirectRefused) as refused:
        follow(HERE, "http://cdn.example/a?signature=secret", frozenset())
    assert refused.value.target == "http://cdn.example"


def test_plain_http_may_go_to_http_and_to_hosts_marked_insecure() -> None:
    assert follow("http://127.0.0.1:5000/v2/", "http://127.0.0.1:6000/x", frozenset()) == "http://127.0.0.1:6000/x"
    assert follow(HERE, "http://10.0.0.1/x", frozenset({"10.0.0.1"})) == "http://10.0.0.1/x"


@given(st.text(max_size=60))
def test_whatever_a_server_sends_the_target_is_http_or_refused(location: str) -> None:
    try:
        target = follow(HERE, location, frozenset())
    except RedirectRefused:
        return
    assert origin_of(target).scheme == "https"
    assert target.isascii()


def test_origin_and_target() -> None:
    assert origin_of("https://cdn.example/a?b=c") == Origin("https", "cdn.example", 443)
    assert origin_of("http://CDN.example:81").shown == "cdn.example:81"
    assert target_of("https://cdn.example/a?b=c") == "/a?b=c"
    assert target_of("https://cdn.example") == "/"


ORIGIN = Origin("https", "registry.ollama.ai", 443)


@pytest.fixture(autouse=True)
def _no_proxy_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_no_proxy_by_default() -> None:
    assert proxy_for(ORIGIN) is None


def test_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:p%40ss@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "localhost,.internal,10.0.0.1:5000")
    assert proxy_for(ORIGIN) == Proxy("proxy.example", 3128, "Basic dXNlcjpwQHNz")
    assert proxy_for(Origin("http", "registry.ollama.ai", 80)) is None
    assert proxy_for(Origin("https", "registry.internal", 443)) is None
    assert proxy_for(Origin("https", "10.0.0.1", 5000)) is None


def test_all_proxy_and_a_bare_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "proxy.example:3128")
    assert proxy_for(ORIGIN) == Proxy("proxy.example", 3128, None)


def test_a_proxy_of_another_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(ProxyUnsupported) as unsupported:
        proxy_for(ORIGIN)
    assert unsupported.value.scheme == "socks5"


def test_a_challenge() -> None:
    header = 'Bearer realm="https://auth.example/token",service="registry",scope="repository:library/x:pull"'
    challenge = parse_challenge(header, http_allowed=False)
    assert challenge
    assert challenge.url == "https://auth.example/token?service=registry&scope=repository%3Alibrary%2Fx%3Apull"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        'Basic realm="x"',
        'Bearer realm="http://auth.example/token"',
        'Bearer realm="file:///etc/passwd"',
        'Bearer realm="https://auth.example:port/"',
        'Bearer service="x"',
    ],
)
def test_challenges_that_are_not_answered(header: str | None) -> None:
    assert parse_challenge(header, http_allowed=False) is None


def test_a_plain_realm_where_the_registry_is_plain_too() -> None:
    assert parse_challenge('Bearer realm="http://127.0.0.1:5001/t"', http_allowed=True)


@pytest.mark.parametrize(
    ("body", "token"),
    [
        (b'{"token":"abc"}', "abc"),
        (b'{"access_token":"abc"}', "abc"),
        (b'{"token":"a\\r\\nX: y"}', None),
        (b'{"token":5}', None),
        (b'{"token":""}', None),
        (b"[]", None),
        (b"<html>", None),
        (b"[" * 100_000, None),
    ],
)
def test_tokens(body: bytes, token: str | None) -> None:
    assert read_token(body) == token
