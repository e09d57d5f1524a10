"""Who may ask: the browser's Origin, the Host that was addressed, the API key. Pure.

Source: Ollama 0.33 server/routes.go and envconfig (origins), gin-contrib/cors for how origins match.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Iterable, Mapping

_LOCAL_HOSTS = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104 - names that a browser may call this machine by
DEFAULT_ORIGINS = (
    *(f"{scheme}://{host}{port}" for host in _LOCAL_HOSTS for scheme in ("http", "https") for port in ("", ":*")),
    "app://*",
    "file://*",
    "tauri://*",
    "vscode-webview://*",
    "vscode-file://*",
)
ALLOWED_HEADERS = (
    "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,X-Stainless-Async,"
    "X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,X-Stainless-Lang,X-Stainless-Os,"
    "X-Stainless-Package-Version,X-Stainless-Poll-Helper,X-Stainless-Retry-Count,X-Stainless-Runtime,"
    "X-Stainless-Runtime-Version,X-Stainless-Timeout"
)
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
    "Access-Control-Allow-Headers": ALLOWED_HEADERS,
    "Access-Control-Max-Age": "43200",
    "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
}
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
_LOCAL_DOMAINS = (".localhost", ".local", ".internal")


def origin_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """One `*` in an allowed origin stands for any text; `*` alone for every origin, also `null`."""
    return any(_matches(origin.lower(), pattern.lower()) for pattern in allowed)


def host_allowed(host_header: str) -> bool:
    """Whether a listener on loopback may answer to this name: a page that a foreign name led here must get nothing."""
    host = _without_port(host_header).lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        names = ("", "localhost", socket.gethostname().lower())
        return host in names or host.endswith(_LOCAL_DOMAINS)
    return (
        address.is_loopback
        or address.is_unspecified
        or any(address in network for network in _PRIVATE if network.version == address.version)
        or _is_own(str(address))
    )


def offered_key(headers: Mapping[str, str]) -> str:
    """`Authorization: Bearer KEY` or `x-api-key: KEY`; empty where there is neither."""
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")


def key_accepted(headers: Mapping[str, str], key: str) -> bool:
    """How long it takes tells nothing about the key."""
    return hmac.compare_digest(offered_key(headers).encode("utf-8", "replace"), key.encode())


def _matches(origin: str, pattern: str) -> bool:
    start, star, end = pattern.partition("*")
    if not star:
        return origin == pattern
    return len(origin) >= len(start) + len(end) and origin.startswith(start) and origin.endswith(end)


def _without_port(header: str) -> str:
    if header.startswith("["):
        return header[1:].partition("]")[0]
    host, colon, _ = header.rpartition(":")
    return host if colon and header.count(":") == 1 else header


def _is_own(address: str) -> bool:
    """Whether an interface of this machine has the address: only then can a socket be bound to it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
