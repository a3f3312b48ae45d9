"""One Jupyter kernel: started from a resolved kernelspec, ready as early as can be, ended gracefully."""

from __future__ import annotations

import asyncio
import os
import shutil
import string
import subprocess
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.launcher import launch_kernel
from kernel_folder import make_kernel_folder, remove_left_folders
from problem import Problem
from stop import Stop
from supervise import POSIX, Process, describe_end, die_with_parent

# Seconds that a kernel gets to run its exit handlers after a shutdown request.
SHUTDOWN_SECONDS = 5.0
# sun_path holds 104 bytes on macOS, 108 on Linux; a socket's name adds a few to the folder.
LONGEST_SOCKET_FOLDER = 90
CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")

_context: zmq.asyncio.Context | None = None


def _shared_context() -> zmq.asyncio.Context:
    global _context
    if _context is None:
        _context = zmq.asyncio.Context()
        # The defaults wait 100 ms between attempts to connect, and drop messages beyond the thousandth.
        _context.setsockopt(zmq.RECONNECT_IVL, 10)
        _context.setsockopt(zmq.RCVHWM, 0)
        _context.setsockopt(zmq.SNDHWM, 0)
        _context.setsockopt(zmq.LINGER, 0)
    return _context


class Kernel:
    """A running kernel with its `client`, `process` and `language_info`. Make it with `start`."""

    def __init__(self, spec: dict[str, Any], folder: str, process: Process, client: AsyncKernelClient) -> None:
        self.spec = spec
        self.process = process
        self.client = client
        self.language_info: dict[str, Any] = {}
        self._folder = folder

    @classmethod
    async def start(
        cls, spec: dict[str, Any], cwd: str, env: dict[str, str], timeout: float, stop: Stop
    ) -> Kernel:
        """Starts a kernel and waits until it takes requests; `spec` is a KernelSpec of protocol.ts.

        `env` comes over the worker's own environment and the one of the kernelspec. Raises Problem
        `kernel-start-failed` with what the kernel wrote, or what `stop` asks for.
        """
        if stop.problem:
            raise stop.problem
        await asyncio.to_thread(remove_left_folders)
        folder = make_kernel_folder()
        try:
            process, client = _launch(spec, cwd, env, folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise _cannot_start(spec, cwd, error) from error
        kernel = cls(spec, folder, process, client)
        try:
            await kernel._become_ready(timeout, stop)
        except BaseException:
            await kernel.kill()
            raise
        return kernel

    async def _become_ready(self, timeout: float, stop: Stop) -> None:
        ready = asyncio.ensure_future(self._handshake())
        died = asyncio.ensure_future(self.process.exited.wait())
        asked = asyncio.ensure_future(stop.asked.wait())
        waiting = {ready, died, asked}
        try:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if stop.problem:
            raise stop.problem
        if died.done() and not died.cancelled():
            ended = describe_end(self.process.returncode)
            await self._refuse(f"The kernel {ended} before it was ready")
        if ready.cancelled():
            await self._refuse(f"The kernel did not answer within {timeout:g} s")
        ready.result()

    async def _refuse(self, message: str) -> None:
        output = (await self.process.output()).strip()
        hint = None
        if "No module named ipykernel" in output:
            hint = f"install ipykernel into the environment of {self.spec['argv'][0]}"
        text = f"{message}:\n{output}" if output else f"{message}."
        raise Problem("kernel-start-failed", text, hint=hint)

    async def _handshake(self) -> None:
        """Asks for kernel_info until the answer's own `idle` arrives: then both channels are connected."""
        client, asked, pause = self.client, set(), 0.02
        while True:
            asked.add(client.kernel_info())
            # Later requests pile up in front of the first cell, so a slow starter is asked less often.
            if await self._sees_idle(asked, pause):
                break
            pause = min(pause * 1.2, 1.0)
        while True:
            reply = await client.get_shell_msg(timeout=None)
            if reply["msg_type"] == "kernel_info_reply":
                break
        client._handle_kernel_info_reply(reply)
        self.language_info = reply["content"].get("language_info", {})

    async def _sees_idle(self, asked: set[str], seconds: float) -> bool:
        socket = self.client.iopub_channel.socket
        while await socket.poll(int(seconds * 1000)):
            message = await self.client.get_iopub_msg(timeout=None)
            if (
                message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
                and message["parent_header"].get("msg_id") in asked
            ):
                return True
        return False

    def interrupt(self) -> None:
        """Interrupts what runs, in the way that the kernelspec asks for."""
        if self.spec["interruptMode"] == "message":
            channel = self.client.control_channel
            channel.send(self.client.session.msg("interrupt_request", {}))
        else:
            self.process.interrupt()

    async def shutdown(self) -> None:
        """Asks the kernel to leave, so that exit handlers run; then ends what is left of its group."""
        if self.process.returncode is None:
            client = self.client
            # ipykernel's control thread may deadlock with the interpreter's exit while it answers there.
            channel = client.shell_channel if _is_ipykernel(self.spec) else client.control_channel
            channel.send(client.session.msg("shutdown_request", {"restart": False}))
            await self.process.exits_within(SHUTDOWN_SECONDS)
        await self._end()

    async def kill(self) -> None:
        """Ends the kernel and its group at once."""
        self.process.kill()
        await self._end()

    async def _end(self) -> None:
        await self.process.end(SHUTDOWN_SECONDS)
        self.client.stop_channels()
        shutil.rmtree(self._folder, ignore_errors=True)


def _launch(
    spec: dict[str, Any], cwd: str, env: dict[str, str], folder: str
) -> tuple[Process, AsyncKernelClient]:
    file = os.path.join(folder, "kernel.json")
    if POSIX and len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        # Names instead of ports: free ports may be taken by another process before the kernel binds them.
        names = {channel: number for number, channel in enumerate(CHANNELS, 1)}
        _, info = write_connection_file(
            file, transport="ipc", ip=os.path.join(folder, "k"), key=os.urandom(16).hex().encode(), **names
        )
    else:
        _, info = write_connection_file(file, key=os.urandom(16).hex().encode())
    whole = _environment(spec, env)
    popen = launch_kernel(
        _command(spec, file, whole),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=whole,
        **die_with_parent(),
    )
    process = Process(popen)
    client = AsyncKernelClient(context=_shared_context())
    client.load_connection_info(info)
    # Without the stdin channel `input()` raises in the kernel; a heartbeat would need a thread for each kernel.
    client.start_channels(stdin=False, hb=False)
    return process, client


def _environment(spec: dict[str, Any], env: dict[str, str]) -> dict[str, str]:
    base = dict(os.environ)
    own = {name: string.Template(value).safe_substitute(base) for name, value in spec["env"].items()}
    return {**base, **own, **env}


def _command(spec: dict[str, Any], file: str, env: dict[str, str]) -> list[str]:
    program, *arguments = [argument.replace("{connection_file}", file) for argument in spec["argv"]]
    command = [shutil.which(program, path=env.get("PATH")) or program, *arguments]
    if _is_ipykernel(spec):
        # The history database in the user's home is shared, and locked by other kernels.
        command.append("--HistoryManager.hist_file=:memory:")
    return command


def _is_ipykernel(spec: dict[str, Any]) -> bool:
    return any("ipykernel" in argument for argument in spec["argv"])


def _cannot_start(spec: dict[str, Any], cwd: str, error: OSError) -> Problem:
    if not os.path.isdir(cwd):
        return Problem("kernel-start-failed", f"The working directory {cwd} does not exist.")
    message = f"The kernel {spec['name']} could not be started: {error}"
    return Problem("kernel-start-failed", message)
