"""Keeps one engine alive: the small dull process of `python -m arriero.runtime.native.supervisor`, one per active slot.

It holds the slot's lock for all its life, tells in the slot's record what it sees, copies what the engine prints to the
slot's log, starts the engine again after a crash (`patience`), and on SIGTERM ends it and itself. Invariants: it waits
for events and does nothing while the engine serves; it never signals any process but its own child.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time

from arriero.runtime import proc
from arriero.runtime.address import reachable
from arriero.runtime.native import child
from arriero.runtime.native.detach import detach, say
from arriero.runtime.native.options import EXIT_GAVE_UP, EXIT_LOCKED, FOREGROUND, Options, from_command
from arriero.runtime.native.patience import Patience
from arriero.runtime.native.records import (
    GAVE_UP,
    SERVING,
    STARTING,
    WAITING,
    Record,
    remove_record,
    says_ready,
    take_lock,
    write_record,
)
from arriero.runtime.native.rotating_log import RotatingLog
from arriero.runtime.native.watch import Watch

_PROBE_LIMIT_S = 0.5


class Supervisor:
    """One service from its first start to its end."""

    def __init__(self, options: Options, log: RotatingLog) -> None:
        self._options = options
        self._log = log
        self._patience = Patience(options.limits)
        self._me = proc.Process(os.getpid(), _start_ticks(os.getpid()))
        self._told_to_end = False
        self._restarts = 0
        self._last_exit: str | None = None
        self._output: int | None = None
        self._poll = select.poll()
        self._wakeups = self._wake_on_signals()
        self._tell(STARTING)

    def run(self) -> int:
        """Returns the exit status when it was told to end or gave up."""
        while True:
            served_s = self._one_engine()
            delay_s = None if self._told_to_end else self._patience.after_exit(served_s)
            if delay_s is None:
                return self._ended()
            self._log.note(f"the engine ended with {self._last_exit}; next try in {delay_s:g} s")
            self._tell(WAITING)
            self._rest(delay_s)
            if self._told_to_end:
                return self._ended()
            self._restarts += 1

    def _one_engine(self) -> float | None:
        """Starts an engine and stays with it until it is gone. Returns for how long it served, None if it never did."""
        pid, self._output = child.spawn(self._options.engine)
        self._poll.register(self._output, select.POLLIN)
        self._log.note(f"engine started, pid {pid}")
        self._tell(STARTING, pid)
        watch = Watch(pid, self._options.limits, lambda: self._serves(pid))
        while not child.exited(pid):
            self._wait(watch.seconds_to_next())
            if self._told_to_end:
                watch.end()
            if watch.act():
                self._tell(SERVING, pid)
        child.end_group(pid, signal.SIGKILL)  # what it may have left in its group
        self._copy_output()
        self._close_output()
        how = child.reap(pid)
        self._last_exit = "timeout" if watch.too_slow else how
        return watch.served_s()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._told_to_end and (left := until - time.monotonic()) > 0:
            self._wait(left)

    def _wait(self, seconds: float | None) -> None:
        """Until something happens: a signal (the engine's end is one), a line of the engine's, or the time is up."""
        for fd, _ in self._poll.poll(None if seconds is None else max(0, seconds) * 1000):
            if fd == self._output:
                self._copy_output()
            else:
                self._wakeups.recv(4096)

    def _copy_output(self) -> None:
        """All that can be read now; when the stream is at its end it is let go, or it would wake us for ever."""
        if self._output is None:
            return
        try:
            while data := os.read(self._output, 65536):
                self._log.write(data)
        except BlockingIOError:
            return
        self._close_output()

    def _close_output(self) -> None:
        if self._output is not None:
            self._poll.unregister(self._output)
            os.close(self._output)
            self._output = None

    def _serves(self, pid: int) -> bool:
        """The port answers HTTP, and it is this very engine that listens there and not a stranger; or, of one without a
        port, it has said so."""
        if not self._options.port:
            return says_ready(self._options.run_dir, self._options.slot, pid)
        return proc.listens(pid, self._options.port) and _answers(self._options.host, self._options.port)

    def _tell(self, phase: str, engine: int | None = None) -> None:
        seen = proc.Process(engine, _start_ticks(engine)) if engine else None
        record = Record(self._me, seen, phase, self._restarts, self._last_exit)
        try:
            write_record(self._options.run_dir, self._options.slot, record)
        except OSError as error:
            self._log.note(f"cannot write the record: {error}")

    def _ended(self) -> int:
        if self._told_to_end:
            self._log.note("ended as told")
            remove_record(self._options.run_dir, self._options.slot)
            return 0
        self._log.note(f"gave up: the engine ended with {self._last_exit} after {self._restarts} restarts")
        self._tell(GAVE_UP)
        return EXIT_GAVE_UP

    def _wake_on_signals(self) -> socket.socket:
        """A socket that becomes readable at every signal that matters; a terminal's end is none of our business."""
        reading, writing = socket.socketpair()
        for end in (reading, writing):
            end.setblocking(False)
        signal.set_wakeup_fd(writing.detach(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_term)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        self._poll.register(reading, select.POLLIN)
        return reading

    def _on_term(self, *_: object) -> None:
        self._told_to_end = True


def _answers(host: str, port: int) -> bool:
    """Any HTTP answer will do: with an API key set it is a 401."""
    try:
        with socket.create_connection((reachable(host), port), _PROBE_LIMIT_S) as connection:
            connection.sendall(b"GET /api/version HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


def _start_ticks(pid: int) -> int:
    seen = proc.facts(pid)
    return seen.process.start_ticks if seen else 0


def main(command: list[str]) -> int:
    """`command` is the whole command line, as `Options.to_command` makes it."""
    options = from_command(command)
    if options is None:
        sys.stderr.write("this is started by arriero, not by hand\n")
        return 2
    word = None if FOREGROUND in command[: command.index("--")] else detach()
    lock = take_lock(options.run_dir, options.slot)
    if lock is None:
        sys.stderr.write(f"{options.slot}: another supervisor holds {options.run_dir}/{options.slot}.lock\n")
        return EXIT_LOCKED
    log = RotatingLog(options.log, options.limits.log_bytes)
    supervisor = Supervisor(options, log)
    say(word, 0)
    try:
        return supervisor.run()
    except BaseException as error:
        log.note(f"ended by a defect of its own: {error!r}")
        raise


if __name__ == "__main__":
    sys.exit(main(sys.orig_argv))
