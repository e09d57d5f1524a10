"""The TCP sockets that listen on this machine, by port, as the kernel tells them.

It is asked over netlink for those alone (sock_diag(7)): 0.05 ms. Where it may not be asked, its tables in /proc/net are
read, for which it goes through every connection and through where it would keep others: 10 ms. Standard library only,
and little of it: supervisors import this and must stay small.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY, _DUMP = 20, 0x301  # SOCK_DIAG_BY_FAMILY; NLM_F_REQUEST | NLM_F_DUMP
_ERROR, _DONE = 2, 3  # NLMSG_ERROR, NLMSG_DONE
_HEAD = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_ASKED = struct.Struct("=BBxxI48x")  # inet_diag_req_v2: family, protocol, states, any socket
_TOLD = struct.Struct("=4x2s62xI")  # inet_diag_msg: the socket's own port, its inode
_TCP_LISTEN = 10
_PIECE_BYTES = 1 << 16
_LIMIT_S = 1.0  # it answers at once; what plays a kernel may not
Inodes = dict[int, set[int]]


def listening() -> Inodes:
    """Inodes of the sockets that listen, on any address, whoever owns them."""
    try:
        return by_netlink()
    except OSError:
        return from_tables()


def by_netlink() -> Inodes:
    """Raises OSError: it is forbidden here, or the kernel has no such thing."""
    found: Inodes = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
        kernel.settimeout(_LIMIT_S)
        for family in (socket.AF_INET, socket.AF_INET6):
            asked = _ASKED.pack(family, socket.IPPROTO_TCP, 1 << _TCP_LISTEN)
            kernel.send(_HEAD.pack(_HEAD.size + len(asked), _BY_FAMILY, _DUMP, 0, 0) + asked)
            while _took(kernel.recv(_PIECE_BYTES), found):
                pass
    return found


def _took(told: bytes, found: Inodes) -> bool:
    """Whether more is to come. Raises OSError."""
    while told:
        length, kind, *_ = _HEAD.unpack_from(told)
        if kind == _DONE:
            return False
        if kind == _ERROR:
            raise OSError(-struct.unpack_from("=i", told, _HEAD.size)[0], "sock_diag")
        port, inode = _TOLD.unpack_from(told, _HEAD.size)
        found.setdefault(int.from_bytes(port, "big"), set()).add(inode)
        told = told[(length + 3) & ~3 :]
    return True


def from_tables() -> Inodes:
    found: Inodes = {}
    for name in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", name).read_text().splitlines()[1:]
        except FileNotFoundError:
            continue  # a kernel without IPv6
        for line in lines:
            words = line.split()
            if int(words[3], 16) == _TCP_LISTEN:
                found.setdefault(int(words[1].rpartition(":")[2], 16), set()).add(int(words[9]))
    return found
