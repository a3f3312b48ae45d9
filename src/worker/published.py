"""What a kernel publishes while a cell runs, received as fast as it comes."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import DELIM

# Seconds after which other tasks get their turn, however much there is to receive.
TURN_SECONDS = 0.01


class Published:
    """The messages of one kernel's iopub channel, in order."""

    def __init__(self, channel: AsyncZMQSocketChannel) -> None:
        self._channel = channel
        self._heard = 0
        self._turn_ends = 0.0

    async def next(self) -> list[bytes]:
        """The frames of the next message; waits for it as long as it takes."""
        frames = await self._channel.socket.recv_multipart()
        self._heard += 1
        # Receiving what is already there does not suspend.
        if time.monotonic() > self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = time.monotonic() + TURN_SECONDS
        return frames

    def message(self, frames: list[bytes]) -> dict[str, Any]:
        """The whole message, its signature checked."""
        session = self._channel.session
        return session.deserialize(session.feed_identities(frames)[1])

    @staticmethod
    def stream_of(frames: list[bytes], parent: str) -> dict[str, Any] | None:
        """What the message adds to a stream of this request, None if it does not; a tenth of the work of `message`."""
        _, header, parent_header, _, content = frames[frames.index(DELIM) + 1 :][:5]
        if json.loads(header)["msg_type"] != "stream" or json.loads(parent_header).get("msg_id") != parent:
            return None
        return json.loads(content)

    async def ended_or_silent(self, reading: asyncio.Future[Any], seconds: float) -> bool:
        """Waits until `reading` is done, or nothing at all was received for so long; whether it is done.

        A backlog is no silence: a kernel can publish faster than anybody receives.
        """
        heard = -1
        while not reading.done() and heard != self._heard:
            heard = self._heard
            await asyncio.wait({reading}, timeout=seconds)
        return reading.done()
