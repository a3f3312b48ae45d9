"""The worker's entry: takes requests from the channel, runs them side by side, and leaves nothing behind at its end."""

from __future__ import annotations

import asyncio
import importlib
import os
import platform
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from typing import Any, Callable

# PYTHONSAFEPATH keeps the folder of a program off the path on which it looks for modules.
if (folder := os.path.dirname(os.path.abspath(__file__))) not in sys.path:
    sys.path.insert(0, folder)

import supervise
from channel import Channel
from problem import Problem
from stop import Stop

# Their versions decide what the worker writes.
PACKAGES = ("jupytext", "nbformat", "nbclient", "nbconvert", "jupyter_client")


class Worker:
    """Answers requests: conversions one after the other on a thread of their own, everything else in the event loop."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._thread = ThreadPoolExecutor(1)
        self._running: dict[int, tuple[Stop, asyncio.Task[None]]] = {}

    async def serve(self) -> None:
        """Runs until asked to leave, or until the other side has closed the pipe or died."""
        while (request := await self._channel.receive()) is not None:
            number, operation = request.pop("id"), request.pop("op")
            if operation == "cancel":
                self._cancel(request["target"])
                self._channel.send({"id": number, "result": {}})
            elif operation == "shutdown":
                await self._stop_all()
                self._channel.send({"id": number, "result": {}})
                await self._channel.flush()
                return
            else:
                stop = Stop()
                task = asyncio.create_task(self._answer(number, operation, request, stop))
                self._running[number] = stop, task
        await self._stop_all()

    def _cancel(self, number: int) -> None:
        if number in self._running:
            self._running[number][0].cancel()

    async def _stop_all(self) -> None:
        for stop, _ in self._running.values():
            stop.cancel()
        await asyncio.gather(*(task for _, task in self._running.values()))

    async def _answer(self, number: int, operation: str, args: dict[str, Any], stop: Stop) -> None:
        try:
            self._channel.send({"id": number, "result": await self._run(number, operation, args, stop)})
        except Problem as problem:
            self._channel.send({"id": number, "error": problem.as_error()})
        except Exception:
            error = {"reason": "internal", "message": traceback.format_exc()}
            self._channel.send({"id": number, "error": error})
        finally:
            del self._running[number]

    async def _run(self, number: int, operation: str, args: dict[str, Any], stop: Stop) -> dict[str, Any]:
        # Modules are imported when first needed, and not by the event loop: some take tenths of a second.
        if operation == "execute":
            execute = await asyncio.to_thread(importlib.import_module, "execute")

            def emit(event: dict[str, Any]) -> None:
                self._channel.send({"id": number, "event": event})

            return await execute.execute(args, emit, stop, self._on_thread)
        if operation == "export-marimo":
            exporter = await asyncio.to_thread(importlib.import_module, "marimo_export")
            return await exporter.export_marimo(args, stop)
        return await self._on_thread(_convert, operation, args, stop)

    async def _on_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        """Runs a function on the thread of the conversions: their libraries are not made for several."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)


def _convert(operation: str, args: dict[str, Any], stop: Stop) -> dict[str, Any]:
    if stop.problem:  # cancelled while it waited in the queue
        raise stop.problem
    return importlib.import_module("conversions").OPERATIONS[operation](args)


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


async def _main() -> None:
    channel = Channel()
    python = f"{platform.python_implementation().lower()} {platform.python_version()}"
    channel.send({"ready": {"pid": os.getpid(), "python": python, "versions": _versions()}})
    await Worker(channel).serve()


def main() -> None:
    """Runs the worker on descriptor 3."""
    # A handler instead of "ignore", which kernels would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    supervise.adopt_descendants()
    if os.name == "nt":
        # pyzmq cannot use the default loop of Windows.
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    code = 0
    try:
        asyncio.run(_main())
    except BaseException:
        traceback.print_exc()
        code = 1
    supervise.end_descendants()
    # Threads that still read a pipe, or convert, must not keep the process.
    os._exit(code)


if __name__ == "__main__":
    main()
