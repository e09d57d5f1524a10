"""The token challenge of the registry protocol (distribution, spec/auth/token): parsed, and where to ask. Pure.

Only anonymous tokens: nothing secret is ever sent to a realm, so a realm on another host does no harm; that is why
Docker's own (auth.docker.io for registry-1.docker.io) is allowed, while Ollama insists on the same host.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from arriero.registry.addresses import origin_of

_PARAM = re.compile(r'([a-zA-Z_-]+)="([^"]*)"')


@dataclass(frozen=True)
class Challenge:
    realm: str
    service: str
    scope: str

    @property
    def url(self) -> str:
        """Where an anonymous token is asked for."""
        asked = {key: value for key, value in (("service", self.service), ("scope", self.scope)) if value}
        joint = "&" if urlsplit(self.realm).query else "?"
        return f"{self.realm}{joint}{urlencode(asked)}" if asked else self.realm


def parse_challenge(header: str | None, *, http_allowed: bool) -> Challenge | None:
    """The Bearer challenge of a `WWW-Authenticate` header; None when there is none that we may answer.

    The realm must be https, or http where the registry itself is spoken to in plain http.
    """
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    fields = {key.lower(): value for key, value in _PARAM.findall(rest)}
    try:
        realm = origin_of(fields.get("realm", ""))
    except ValueError:
        return None
    allowed = realm.scheme == "https" or http_allowed
    return Challenge(fields["realm"], fields.get("service", ""), fields.get("scope", "")) if allowed else None


def read_token(body: bytes) -> str | None:
    """The token of a realm's answer (`token`, else `access_token`); None when there is none fit for a header."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None
    token = (fields.get("token") or fields.get("access_token")) if isinstance(fields, dict) else None
    return token if isinstance(token, str) and token.isascii() and token.isprintable() else None
