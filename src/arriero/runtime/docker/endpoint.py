"""Which Docker engine is meant: found as the docker command finds it, and its rootless socket where there is no other.

Invariant: whatever is run or asked for the sake of one engine gets its address from here, so that Compose and the
Engine API never speak to two different ones. Order (docker/cli, cli/command/cli.go, resolveContextName): DOCKER_HOST,
DOCKER_CONTEXT, `currentContext` of config.json, the default socket.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from arriero.runtime.docker.errors import (
    ContextUnknown,
    ContextUnreadable,
    EndpointInvalid,
    EndpointRemote,
    EndpointScheme,
    TlsUnusable,
)

DEFAULT_SOCKET = Path("/var/run/docker.sock")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TLS_PORT, _PLAIN_PORT = 2376, 2375


@dataclass(frozen=True)
class Endpoint:
    """One engine's address. `origin`: 'DOCKER_HOST', 'context NAME', 'rootless' or 'default'.

    `tls_dir` holds ca.pem, and cert.pem with key.pem for an engine that wants to know its clients.
    """

    url: str
    origin: str
    tls_dir: Path | None = None
    verify: bool = True

    @property
    def socket(self) -> Path | None:
        """The unix socket, None for an engine that listens on TCP."""
        parts = urlsplit(self.url)
        return Path(parts.path) if parts.scheme == "unix" else None

    def environment(self) -> dict[str, str]:
        """What the docker command needs in its environment to speak to this very engine."""
        given = {"DOCKER_HOST": self.url}
        if self.tls_dir:
            given |= {"DOCKER_TLS": "1", "DOCKER_CERT_PATH": str(self.tls_dir)}
            given |= {"DOCKER_TLS_VERIFY": "1"} if self.verify else {}
        return given

    async def dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection. Raises OSError, TlsUnusable."""
        if self.socket:
            return await asyncio.open_unix_connection(str(self.socket))
        parts = urlsplit(self.url)
        port = parts.port or (_TLS_PORT if self.tls_dir else _PLAIN_PORT)
        return await asyncio.open_connection(parts.hostname, port, ssl=_tls(self.tls_dir, self.verify))


def resolve_endpoint(environ: Mapping[str, str], home: Path) -> Endpoint:
    """Raises EndpointScheme, EndpointRemote, EndpointInvalid, ContextUnknown, ContextUnreadable."""
    folder = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    if host := environ.get("DOCKER_HOST"):
        return _checked(_from_environment(host, environ, folder))
    context = environ.get("DOCKER_CONTEXT") or _current_context(folder / "config.json")
    if context and context != "default":
        return _checked(_from_context(context, folder / "contexts"))
    rootless = Path(environ.get("XDG_RUNTIME_DIR", "/nowhere")) / "docker.sock"
    if not DEFAULT_SOCKET.exists() and rootless.exists():
        return Endpoint(f"unix://{rootless}", "rootless")
    return Endpoint(f"unix://{DEFAULT_SOCKET}", "default")


def _from_environment(host: str, environ: Mapping[str, str], folder: Path) -> Endpoint:
    """DOCKER_TLS_VERIFY counts when it is set at all, whatever it says (docker/cli, cli/flags/options.go)."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    encrypted = verify or bool(environ.get("DOCKER_TLS"))
    tls_dir = Path(environ.get("DOCKER_CERT_PATH") or folder) if encrypted else None
    return Endpoint(host, "DOCKER_HOST", tls_dir, verify or tls_dir is None)


def _current_context(path: Path) -> str | None:
    try:
        given = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ContextUnreadable(path, str(error)) from error
    name = given.get("currentContext") if isinstance(given, dict) else None
    return name if isinstance(name, str) else None


def _from_context(name: str, folder: Path) -> Endpoint:
    """A context lies below the SHA-256 of its name (docker/cli, cli/context/store)."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    path = folder / "meta" / digest / "meta.json"
    try:
        docker = json.loads(path.read_bytes())["Endpoints"]["docker"]
        host, unverified = str(docker["Host"]), bool(docker.get("SkipTLSVerify"))
    except FileNotFoundError:
        raise ContextUnknown(name) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContextUnreadable(path, str(error)) from error
    tls_dir = folder / "tls" / digest / "docker"
    return Endpoint(host, f"context {name}", tls_dir if tls_dir.is_dir() else None, not unverified)


def _checked(endpoint: Endpoint) -> Endpoint:
    """Models and ports are this machine's: an engine elsewhere could reach neither."""
    parts = urlsplit(endpoint.url)
    if parts.scheme not in ("unix", "tcp"):
        raise EndpointScheme(endpoint.url, endpoint.origin, parts.scheme)
    if parts.scheme == "unix" and (parts.netloc or not parts.path.startswith("/")):
        raise EndpointInvalid(endpoint.url, endpoint.origin)
    if parts.scheme == "tcp":
        _require_port(endpoint)
        if parts.hostname not in _LOOPBACK:
            raise EndpointRemote(endpoint.url, endpoint.origin)
    return endpoint


def _require_port(endpoint: Endpoint) -> None:
    try:
        _ = urlsplit(endpoint.url).port
    except ValueError:
        raise EndpointInvalid(endpoint.url, endpoint.origin) from None


def _tls(folder: Path | None, verify: bool) -> ssl.SSLContext | None:
    if folder is None:
        return None
    try:
        authority = folder / "ca.pem"
        context = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
        if not verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if (folder / "cert.pem").exists():
            context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
    except (OSError, ssl.SSLError) as error:
        raise TlsUnusable(folder, str(error)) from error
    return context
