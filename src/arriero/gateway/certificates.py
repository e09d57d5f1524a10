"""The certificate of an exposed gateway: given, or made here with `openssl`, which every Ubuntu has.

Invariant: a private key that is made here is this user's alone from its first byte.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
from pathlib import Path

from arriero.gateway.errors import CertificateInvalid, CertificateNotMade

_DAYS = "825"  # the longest that Apple's systems take of one that they were told to trust
_LIMIT_S = 30.0


def server_context(certificate: Path, private_key: Path) -> ssl.SSLContext:
    """TLS 1.2 and newer, as Python's defaults have it. Raises CertificateInvalid."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, private_key, password=_no_password)
    except (OSError, ssl.SSLError, ValueError) as error:
        raise CertificateInvalid(certificate, str(error)) from error
    return context


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the first certificate of a PEM file, as browsers show it. Raises CertificateInvalid."""
    try:
        first = certificate.read_text().partition("-----END CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert("".join(first[:2])[first[0].index("-----BEGIN") :])
    except (OSError, ValueError) as error:
        raise CertificateInvalid(certificate, str(error)) from error
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def make(folder: Path, addresses: tuple[str, ...]) -> tuple[Path, Path]:
    """A new self-signed certificate for this machine's name and addresses, and its key. Raises CertificateNotMade."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate, private_key = folder / "certificate.pem", folder / "key.pem"
    private_key.unlink(missing_ok=True)
    private_key.touch(mode=0o600)
    name = socket.gethostname()
    names = ",".join([f"DNS:{name}", f"DNS:{name}.local", "DNS:localhost", *(f"IP:{a}" for a in addresses)])
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", _DAYS, "-subj", f"/CN={name[:64]}", "-addext", f"subjectAltName={names}"]
    command += ["-keyout", str(private_key), "-out", str(certificate)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CertificateNotMade(str(error)) from error
    if done.returncode:
        raise CertificateNotMade(done.stderr.strip()[-300:])
    return certificate, private_key


def _no_password() -> str:
    """OpenSSL would ask on the terminal."""
    raise ValueError("the private key has a password")
