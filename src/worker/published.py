"""What a kernel publishes while a cell runs, received as fast as it comes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jupyter_client.channels import AsyncZMQSocketChannel

# Seconds after which other tasks get their turn, however much there is to receive.
TURN_SECONDS = 0.01


class Published:
    """The messages of one kernel's iopub channel, in order."""

    def __init__(self, channel: AsyncZMQSocketChannel) -> None:
        self._channel = channel
        self._heard = 0
        self._turn_ends = 0.0

    async def next(self) -> dict[str, Any]:
        """The next message; waits for it as long as it takes."""
        frames = await self._channel.socket.recv_multipart()
        self._heard += 1
        # Receiving what is already there does not suspend.
        if time.monotonic() > self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = time.monotonic() + TURN_SECONDS
        session = self._channel.session
        return session.deserialize(session.feed_identities(frames)[1])

    async def ended_or_silent(self, reading: asyncio.Future[Any], seconds: float) -> bool:
        """Waits until `reading` is done, or nothing at all was received for so long; whether it is done.

        A backlog is no silence: a kernel can publish faster than anybody receives.
        """
        heard = -1
        while not reading.done() and heard != self._heard:
            heard = self._heard
            await asyncio.wait({reading}, timeout=seconds)
        return reading.done()
