"""What can go wrong with the gateway: at its start, with its keys, and when a model is to be brought up."""

from __future__ import annotations

from pathlib import Path

from arriero.core.errors import BusyError, EnvironmentFault, NotFoundError, OperationFailed, UsageError


class ModelMissing(NotFoundError):
    """The model of a request is not in the store; the gateway downloads nothing by itself."""

    code = "gateway.model_missing"
    slot: str
    reference: str


class EverythingRests(BusyError):
    """Everything was stopped with `down` and stays so until somebody activates something at this machine."""

    code = "gateway.resting"
    since: str


class SlotPinned(BusyError):
    """A model is asked for that has no room beside `slot`, which never yields."""

    code = "gateway.pinned"
    slot: str
    wanted: str


class ExposureNeedsKey(UsageError):
    """No key holds, so everybody who reaches this machine could use the models."""

    code = "gateway.needs_key"


class KeyTaken(UsageError):
    code = "gateway.key_taken"
    name: str


class KeyUnknown(NotFoundError):
    code = "gateway.key_unknown"
    name: str
    nearest: str | None


class ExpiryInvalid(UsageError):
    """Neither a day to come (2027-01-31) nor a time from now on (30d, 12h)."""

    code = "gateway.expiry_invalid"
    text: str


class CertificateInvalid(UsageError):
    """This certificate and this private key cannot serve TLS. `detail`: OpenSSL's words."""

    code = "gateway.certificate_invalid"
    certificate: Path
    detail: str


class CertificateNotMade(EnvironmentFault):
    """`openssl` is missing or failed; `detail` has its words."""

    code = "gateway.certificate_not_made"
    detail: str


class GatewayCannotListen(OperationFailed):
    """The gateway's own process: the address is taken, or not this machine's."""

    code = "gateway.cannot_listen"
    host: str
    port: int
    detail: str
