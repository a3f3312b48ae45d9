"""The temporary folders of kernels, named after the worker they belong to: a later one removes those of killed workers."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import re
import shutil
import tempfile
import time

from supervise import LINUX, POSIX

# Where the start of a process cannot be told, another may have its id: then a folder must also be this old to go.
DAY = 86_400
# Process id of the worker, its start, and where that id means anything.
_NAME = re.compile(r"pio-(\d+)-(\d+)-([0-9a-f]{8})-\w+")


def make_kernel_folder() -> str:
    """A new folder that only this user may enter, with a short path: it holds sockets."""
    pid = os.getpid()
    return tempfile.mkdtemp(prefix=f"pio-{pid}-{_start_of(pid) or 0}-{_place()}-")


@functools.cache
def remove_left_folders() -> None:
    """Removes folders whose worker is provably dead, once in the life of this one; those that resist stay."""
    try:
        with os.scandir(tempfile.gettempdir()) as entries:
            matches = [(entry, match) for entry in entries if (match := _NAME.fullmatch(entry.name))]
    except OSError:
        return
    for entry, match in matches:
        try:
            left = match[3] == _place() and _is_left(entry, int(match[1]), int(match[2]))
        except OSError:
            continue  # another worker has removed it, or nothing can be told of its owner
        if left:
            shutil.rmtree(entry.path, ignore_errors=True)


def _is_left(entry: os.DirEntry[str], pid: int, start: int) -> bool:
    # Windows has no harmless way to ask for a process with this id, nor sockets that stay.
    if not POSIX or not entry.is_dir(follow_symlinks=False):
        return False
    status = entry.stat(follow_symlinks=False)
    if status.st_uid != os.getuid():
        return False
    if LINUX:
        return start != 0 and _start_of(pid) != start
    return time.time() - status.st_mtime > DAY and not _exists(pid)


def _start_of(pid: int) -> int | None:
    """When a process started, in ticks since boot; None if there is none, or no way to tell. Raises OSError."""
    if not LINUX:
        return None
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The program's name stands in parentheses and may hold anything, so count from its end.
            return int(file.read().rpartition(b")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@functools.cache
def _place() -> str:
    """Tells machines, boots and process id namespaces apart: they may share the folder for temporary files."""
    parts = [platform.node()]
    if LINUX:
        try:
            with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
                parts += [file.read(), str(os.stat("/proc/self/ns/pid").st_ino)]
        except OSError:
            return "unknown"  # no name that is ever taken for one of a dead worker
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
