"""Child processes that never outlive the worker: started in a session of their own, watched, ended as a group."""

from __future__ import annotations

import asyncio
import collections
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
TAIL_BYTES = 64 * 1024
# A multiprocessing resource tracker outlives its kernel for a moment to unlink shared memory; let it finish.
LINGER_SECONDS = 2.0
LINUX = sys.platform == "linux"
POSIX = os.name == "posix"
_prctl: Callable[..., int] | None = ctypes.CDLL(None).prctl if LINUX else None


def adopt_descendants() -> None:
    """Makes orphans of kernels become children of this process, where `end_descendants` finds them (Linux only)."""
    if _prctl:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> dict[str, Any]:
    """Options for Popen that tie a child to the thread that starts it: call Popen in a thread that lives on.

    Between fork and exec only a function that was looked up before may be called: threads of this process may hold
    locks, so nothing there may import, allocate big objects, or log.
    """
    if _prctl is None:
        return {}
    parent, prctl, getppid, leave = os.getpid(), _prctl, os.getppid, os._exit

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if getppid() != parent:
            leave(1)

    return {"preexec_fn": tie}


class Process:
    """A child started by Popen in a session of its own, with stdout and stderr together in one pipe.

    `exited` is set as soon as the child has died, and `returncode` is then known. Make it inside the event loop.
    """

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self.popen = popen
        self.pid = popen.pid
        self.exited = asyncio.Event()
        self.returncode: int | None = None
        self._loop = asyncio.get_running_loop()
        self._tail: collections.deque[bytes] = collections.deque()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._watch()

    def _read(self) -> None:
        stream = self.popen.stdout
        if stream is None:
            return
        kept = 0
        with stream:
            while chunk := os.read(stream.fileno(), 65536):
                self._tail.append(chunk)
                kept += len(chunk)
                while kept - len(self._tail[0]) >= TAIL_BYTES:
                    kept -= len(self._tail.popleft())

    def _watch(self) -> None:
        try:
            descriptor = os.pidfd_open(self.pid)
        except (AttributeError, OSError):  # not Linux, or an old kernel: a thread waits instead
            threading.Thread(target=self._wait_in_thread, daemon=True).start()
            return

        def ended() -> None:
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
            self._ended()

        self._loop.add_reader(descriptor, ended)

    def _wait_in_thread(self) -> None:
        self.popen.wait()
        try:
            self._loop.call_soon_threadsafe(self._ended)
        except RuntimeError:  # the loop is closed: the worker is leaving and nobody waits any more
            pass

    def _ended(self) -> None:
        self.returncode = self.popen.wait()
        self.exited.set()

    async def output(self) -> str:
        """The last part of what it wrote to stdout and stderr; complete once the process has died."""
        if self.returncode is not None:
            # A descendant that left the session may hold the pipe open for ever, hence the limit.
            await asyncio.to_thread(self._reader.join, 1.0)
        return b"".join(self._tail.copy()).decode("utf-8", "replace")

    def signal_group(self, number: int) -> None:
        """Sends a signal to the process and all that stayed in its group; no error if there is none left."""
        try:
            if POSIX:
                os.killpg(self.pid, number)
            elif self.returncode is None:
                self.popen.send_signal(number)
        except (ProcessLookupError, PermissionError):
            pass  # already gone

    def interrupt(self) -> None:
        """What Ctrl-C would do."""
        event = getattr(self.popen, "win32_interrupt_event", None)
        if event is not None:
            from jupyter_client.win_interrupt import send_interrupt

            send_interrupt(event)
        elif POSIX:
            self.signal_group(signal.SIGINT)

    def kill(self) -> None:
        """Ends the process and its group at once."""
        self.signal_group(signal.SIGKILL if POSIX else signal.SIGTERM)

    async def exits_within(self, seconds: float) -> bool:
        """Waits for the process to die; whether it did in time."""
        try:
            await asyncio.wait_for(self.exited.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    async def end(self, grace: float) -> None:
        """Asks it to end by SIGTERM, after `grace` seconds by SIGKILL, and comes back when its group is empty."""
        if self.returncode is None:
            self.signal_group(signal.SIGTERM)
            if not await self.exits_within(grace):
                self.kill()
        await self.exited.wait()
        deadline = time.monotonic() + LINGER_SECONDS
        while POSIX and _group_exists(self.pid):
            if time.monotonic() > deadline:
                self.kill()
            await asyncio.sleep(0.02)


def describe_end(returncode: int | None) -> str:
    """How a process ended, to follow its name: `was killed by SIGSEGV`."""
    if returncode is None or returncode >= 0:
        return f"ended with exit code {returncode}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:  # a real-time signal
        name = f"signal {-returncode}"
    if name == "SIGKILL":
        return "was killed by SIGKILL (often a sign of too little memory)"
    return f"was killed by {name}"


def _group_exists(group: int) -> bool:
    try:
        # Members that were orphaned became children of this process: a zombie would keep the group alive.
        os.waitpid(-group, os.WNOHANG)
    except ChildProcessError:
        pass
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def end_descendants() -> None:
    """Kills and reaps every child of this process that left its session, until none is left (Linux only).

    A child that dies hands its own children to this process, so one round uncovers the next.
    """
    if not LINUX:
        return
    session = os.getsid(0)
    deadline = time.monotonic() + 5
    while (children := _children_outside(session)) and time.monotonic() < deadline:
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.005)
        for pid in children:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue


def _children_outside(session: int) -> list[int]:
    """Children of this process in other sessions: what the worker's own libraries start stays in its session."""
    me = os.getpid()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                # The program's name stands in parentheses and may hold anything, so count from its end.
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue  # it died meanwhile
        if int(fields[1]) == me and int(fields[3]) != session:
            found.append(int(name))
    return found
