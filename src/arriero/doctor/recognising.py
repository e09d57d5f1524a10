"""What apt, dpkg, curl and sudo say in the C locale when they fail, as errors of ours. Pure.

Source of the words: apt 2.x (apt-pkg/deb/debsystem.cc, acquire-item.cc, cmndline), dpkg 1.2x, sudo 1.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from arriero.core.errors import ArrieroError
from arriero.doctor import errors

_SUDO_ASKS = re.compile(r"^sudo: (a password is required|a terminal is required|no tty present)", re.MULTILINE)
_SUDO_REFUSES = re.compile(
    r"^(sudo: .*(incorrect password|no valid sudoers|unable to).*|.* is not in the sudoers file.*"
    r"|Sorry, user .* (is not allowed|may not run).*)$",
    re.MULTILINE,
)

_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], ArrieroError]], ...] = tuple(
    (re.compile(words, re.MULTILINE), make)
    for words, make in (
        (
            r"Could not get lock \S+?\.?(?: It is held by process (?P<holder>\d+ \([^)]*\)).*)?$",
            lambda m: errors.AptLocked((m["holder"] or "").strip()),
        ),
        (r"dpkg: error: dpkg (?:frontend|status database) (?:lock )?(?:is|was) locked", lambda _: errors.AptLocked("")),
        (r"dpkg was interrupted, you must manually run", lambda _: errors.DpkgInterrupted()),
        (r"^.*(?:No space left on device|You don't have enough free space).*$", lambda m: errors.HostDiskFull(m[0])),
        (
            r"^.*(?:Conflicting values set for option Signed-By|NO_PUBKEY|does not have a Release file"
            r"|is not signed|Malformed (?:entry|stanza)|The list of sources could not be read).*$",
            lambda m: errors.SourceUnusable(m[0].strip()),
        ),
        (
            r"^.*(?:Temporary failure resolving|Could not resolve|Could not connect|Failed to connect|Cannot initiate"
            r"|Unable to connect|Connection (?:timed out|refused|failed)|Network is unreachable).*$",
            lambda m: errors.PackagesUnreachable(m[0].strip()),
        ),
        (r"Unable to locate package (?P<name>\S+)", lambda m: errors.PackageUnknown(m["name"])),
        (r"Package '(?P<name>[^']+)' has no installation candidate", lambda m: errors.PackageUnknown(m["name"])),
        (r"^.*Failed to fetch.*$", lambda m: errors.PackagesUnreachable(m[0].strip())),
        (
            r"^.*(?:unmet dependencies|held broken packages|Unable to correct problems).*$",
            lambda m: errors.PackagesBroken(m[0].strip()),
        ),
    )
)


def recognise(said: str) -> ArrieroError | None:
    """The cause that these words stand for, None where they are none that we know."""
    return next((make(found) for words, make in _RULES if (found := words.search(said))), None)


def recognise_sudo(said: str, command: str) -> ArrieroError | None:
    """Why sudo did not run `command`; None where it did."""
    if _SUDO_ASKS.search(said):
        return errors.SudoAsks(command)
    refused = _SUDO_REFUSES.search(said)
    return errors.SudoRefused(command, refused[0].strip()) if refused else None
