"""Where requests go: base URLs, which redirects are followed, which proxy. Pure, but for the proxy's environment."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from arriero.core.ids import Reference
from arriero.registry.errors import ProxyUnsupported, RedirectRefused

_PORTS = {"http": 80, "https": 443}
_WIRE_SAFE = re.compile(r"[!-~]{1,16000}")


class Origin(NamedTuple):
    """What a connection is made to, and what a credential belongs to."""

    scheme: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


class Proxy(NamedTuple):
    """An http proxy; `authorization` is the header's value, or None."""

    host: str
    port: int
    authorization: str | None


def base_url(reference: Reference, insecure_hosts: frozenset[str]) -> str:
    """`https://HOST/v2/NAMESPACE/MODEL`; plain http only for hosts that are marked as insecure."""
    scheme = "http" if reference.host in insecure_hosts else "https"
    return f"{scheme}://{reference.host}/v2/{reference.namespace}/{reference.model}"


def origin_of(url: str) -> Origin:
    """Raises ValueError when it is no http(s) URL of a host."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(url)
    return Origin(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])


def target_of(url: str) -> str:
    """The request line's path and query."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def follow(url: str, location: str | None, insecure_hosts: frozenset[str]) -> str:
    """The URL that a redirect from `url` leads to.

    Raises RedirectRefused for anything but http(s), and for https to http unless the target is marked as insecure.
    The error names the target without its path: a direct URL is a credential.
    """
    here = origin_of(url)
    try:
        target = urljoin(url, (location or "").strip())
        there = origin_of(target)
    except ValueError:
        raise RedirectRefused(here.shown, _shown(location)) from None
    downgraded = here.scheme == "https" and there.scheme == "http"
    marked = {there.host, f"{there.host}:{there.port}"} & insecure_hosts
    if not location or (downgraded and not marked) or not _WIRE_SAFE.fullmatch(target):
        raise RedirectRefused(here.shown, _shown(location))
    return target


def _shown(location: str | None) -> str:
    try:
        parts: SplitResult = urlsplit(location or "")
        host = parts.hostname or ""
    except ValueError:
        return "?"
    shown = f"{parts.scheme}://{host}" if parts.scheme else host
    return "".join(c for c in shown if c.isprintable())[:200]


def proxy_for(origin: Origin) -> Proxy | None:
    """The proxy that the environment names for `origin` (`no_proxy` too). Raises ProxyUnsupported."""
    import base64
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    named = proxies.get(origin.scheme) or proxies.get("all")
    if not named or proxy_bypass(f"{origin.host}:{origin.port}", proxies):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    if parts.scheme != "http" or not parts.hostname:
        raise ProxyUnsupported(parts.scheme)
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    token = "Basic " + base64.b64encode(user.encode()).decode() if user else None
    return Proxy(parts.hostname, parts.port or 80, token)
