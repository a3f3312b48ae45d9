"""The private pipe to the program that started the worker: one JSON object a line, both ways."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import threading
from typing import Any

DESCRIPTOR = 3


class Channel:
    """Reads and writes in threads, so neither a huge line nor a slow reader holds up the event loop."""

    def __init__(self) -> None:
        # A copy under another number, closed in child processes: kernels must not keep the pipe open.
        self._fd = os.dup(DESCRIPTOR)
        os.close(DESCRIPTOR)
        if hasattr(os, "set_blocking") and os.name == "posix":
            os.set_blocking(self._fd, True)
        self._loop = asyncio.get_running_loop()
        self._incoming: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    async def receive(self) -> dict[str, Any] | None:
        """The next request; None when the other side has closed the pipe or died."""
        return await self._incoming.get()

    def send(self, message: dict[str, Any]) -> None:
        """Queues a message; order is kept. What cannot be delivered is dropped: then the other side is gone.

        Raises TypeError or ValueError for what JSON cannot hold.
        """
        # Lone surrogates, which cell outputs may hold, survive only as ASCII escapes.
        text = json.dumps(message, separators=(",", ":"), allow_nan=False)
        self._outgoing.put(text.encode("ascii") + b"\n")

    async def flush(self) -> None:
        """Waits until all is written, and ends the writer."""
        self._outgoing.put(None)
        await asyncio.to_thread(self._writer.join, 5)

    def _read(self) -> None:
        try:
            with open(self._fd, "rb", closefd=False) as lines:
                for line in lines:
                    self._deliver(json.loads(line))
        except (OSError, ValueError):
            pass  # a broken pipe, or a line cut off by the other side's death: the end either way
        self._deliver(None)

    def _deliver(self, message: dict[str, Any] | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._incoming.put_nowait, message)
        except RuntimeError:
            pass  # the loop is closed: the worker is leaving anyway

    def _write(self) -> None:
        while (line := self._outgoing.get()) is not None:
            data = memoryview(line)
            try:
                while data:
                    data = data[os.write(self._fd, data) :]
            except OSError:
                return
