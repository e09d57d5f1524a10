"""Why an engine cannot be reached: from what the system said, and what it knows of the socket and of this user."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from pathlib import Path

from arriero.runtime.docker.endpoint import Endpoint
from arriero.runtime.docker.errors import (
    DockerMissing,
    EngineDown,
    EngineNeedsRelogin,
    EnginePermission,
    EngineUnavailable,
)


def why_unreachable(endpoint: Endpoint, error: Exception) -> EngineUnavailable:
    """`error`: what connecting or asking raised."""
    socket = endpoint.socket
    if socket and isinstance(error, PermissionError):
        return _no_permission(socket)
    if socket and isinstance(error, FileNotFoundError) and shutil.which("docker") is None:
        return DockerMissing()
    return EngineDown(endpoint.url, endpoint.origin, _words(error))


def _words(error: Exception) -> str:
    """Without the number that Python puts before the system's words."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _no_permission(socket: Path) -> EngineUnavailable:
    """Members are looked up as a new login would have them; os.getgroups() is what this session has."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    try:
        group = grp.getgrgid(socket.stat().st_gid)
    except (OSError, KeyError):  # a folder above it is closed to us, or the group has no name
        return EnginePermission(socket, user, "docker")
    if user in group.gr_mem and group.gr_gid not in os.getgroups():
        return EngineNeedsRelogin(socket, user, group.gr_name)
    return EnginePermission(socket, user, group.gr_name)
