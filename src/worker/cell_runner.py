"""Runs the cells of one notebook in a ready kernel: events on the way, and a Problem for every way to fail."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Callable

from kernel import Kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg
from problem import Problem
from published import Published
from stop import GRACE, Stop
from streams import STREAM_LIMIT, Streams
from supervise import describe_end
from tracebacks import error_facts

# Silence after the kernel's reply, with its `idle` still missing, which comes on another channel: that is then lost.
IDLE_SECONDS = 60

# What people need to know about an exception besides its own words.
REMARKS = {
    "SystemExit": "a notebook that leaves before its end counts as failed",
    "StdinNotImplementedError": "nobody answers input() while pipeio runs a notebook",
}

Emit = Callable[[dict[str, Any]], None]


class CellRunner(NotebookClient):
    """An nbclient that uses a kernel made elsewhere and raises Problem. `run` is the way in."""

    def __init__(self, nb: NotebookNode, kernel: Kernel, cell_timeout: float | None, emit: Emit, stop: Stop) -> None:
        # Cell timeouts and the merging of streams are done here; nbclient gives no traceback for the one and is
        # quadratic in the length of a line for the other.
        super().__init__(
            nb,
            timeout=None,
            store_widget_state=True,
            coalesce_streams=False,
            record_timing=False,
        )
        self.kernel = kernel
        self.kc = kernel.client
        self.published = Published(kernel.client.iopub_channel)
        self.cell_timeout = cell_timeout
        self.emit = emit
        self.stop = stop
        runnable = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()]
        self.numbers = {index: number for number, index in enumerate(runnable, 1)}
        self.displays: dict[str, list[NotebookNode]] = {}
        self.streams = Streams()
        self.told = 0

    async def run(self) -> None:
        """Runs all cells in order; outputs stand in the notebook even when this raises Problem."""
        self.nb.metadata["language_info"] = self.kernel.language_info
        ender = asyncio.ensure_future(self._end_when_asked())
        try:
            for index in self.numbers:
                await self._run_cell(index)
        finally:
            self.set_widgets_metadata()
            ender.cancel()
            await asyncio.gather(ender, return_exceptions=True)

    async def _run_cell(self, index: int) -> None:
        cell = self.nb.cells[index]
        if self.stop.problem:
            raise self.stop.problem
        if self.skip_cells_with_tag in cell.metadata.get("tags", []):
            return
        self.streams, self.told = Streams(), 0
        first = next(line for line in cell.source.splitlines() if line.strip())
        self.emit({"type": "cell-started", **self._place(index), "firstLine": first})
        started = time.monotonic()
        timer = self._start_timer(index)
        try:
            await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)
        except (Problem, DeadKernelError, CellTimeoutError) as error:
            raise self._answer(error, index) from error
        finally:
            if timer:
                timer.cancel()
            cell.outputs = self.streams.finish(cell.outputs)
        if self.stop.problem:
            raise self._answer(self.stop.problem, index)
        self.emit({"type": "cell-finished", **self._place(index), "seconds": time.monotonic() - started})

    def _place(self, index: int) -> dict[str, int]:
        return {"cell": self.numbers[index], "cells": len(self.numbers)}

    def _name(self, index: int) -> str:
        return f"cell {self.numbers[index]} of {len(self.numbers)}"

    def _start_timer(self, index: int) -> asyncio.TimerHandle | None:
        if self.cell_timeout is None:
            return None
        message = f"{self._name(index).capitalize()} ran longer than {self.cell_timeout:g} s."
        late = Problem("cell-timeout", message)
        return asyncio.get_running_loop().call_later(self.cell_timeout, self.stop.ask, late)

    async def _end_when_asked(self) -> None:
        await self.stop.asked.wait()
        self.kernel.interrupt()
        await asyncio.sleep(GRACE)
        self.kernel.process.kill()

    def _answer(self, error: Exception, index: int) -> Problem:
        """What ends the run, with the cell's number: a stop that was asked for explains whatever followed it."""
        facts = {**error.facts, **self._place(index)} if isinstance(error, Problem) else self._place(index)
        if self.stop.problem:
            return Problem(self.stop.problem.reason, self.stop.problem.message, **facts)
        if isinstance(error, Problem):
            return Problem(error.reason, error.message, **facts)
        if isinstance(error, DeadKernelError):
            ended = describe_end(self.kernel.process.returncode)
            return Problem("kernel-died", f"The kernel {ended} while {self._name(index)} ran.", **facts)
        message = f"The kernel finished {self._name(index)} but not its outputs: none arrived for {IDLE_SECONDS} s."
        return Problem("kernel-died", message, **facts)

    async def _async_poll_kernel_alive(self) -> None:
        await self.kernel.process.exited.wait()
        if self.task_poll_for_reply:
            self.task_poll_for_reply.cancel()

    async def _async_poll_for_reply(
        self,
        msg_id: str,
        cell: NotebookNode,
        timeout: int | None,
        task_poll_output_msg: asyncio.Future[Any],
        task_poll_kernel_alive: asyncio.Future[Any],
    ) -> dict[str, Any]:
        """The reply, once all outputs are there; nbclient would give them a fixed time, however many come."""
        try:
            while (reply := await self.kc.shell_channel.get_msg())["parent_header"].get("msg_id") != msg_id:
                continue
            if not await self.published.ended_or_silent(task_poll_output_msg, IDLE_SECONDS):
                raise CellTimeoutError.error_from_timeout_and_cell("No output", IDLE_SECONDS, cell)
            task_poll_output_msg.result()
            return reply
        finally:
            task_poll_kernel_alive.cancel()

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        while True:
            frames = await self.published.next()
            if self._drops(frames, parent_msg_id):
                continue
            message = self.published.message(frames)
            if message["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    return

    def _drops(self, frames: list[bytes], parent_msg_id: str) -> bool:
        """Whether nothing of this message will be kept; a flood must not pile up faster than it is thrown away."""
        if not self.streams.truncated or self.clear_before_next_output:
            return False
        content = self.published.stream_of(frames, parent_msg_id)
        return content is not None and self.streams.drop(content)

    async def _check_raise_for_error(
        self, cell: NotebookNode, cell_index: int, exec_reply: dict[str, Any] | None
    ) -> None:
        content = exec_reply["content"] if exec_reply else {}
        name = self._name(cell_index).capitalize()
        try:
            await super()._check_raise_for_error(cell, cell_index, exec_reply)
        except CellExecutionError as error:
            facts = error_facts(content)
            remark = REMARKS.get(content.get("ename") or "")
            message = f"{facts['exception']} ({remark})" if remark else facts["exception"]
            raise Problem("cell-failed", message, **facts) from error
        if any(payload.get("source") == "ask_exit" for payload in content.get("payload") or []):
            raise Problem("kernel-died", f"{name} ended the kernel by calling exit() or quit().")

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Stores one output and tells its text; of a stream only what is within the limit."""
        content = msg["content"]
        if self.clear_before_next_output:
            self.streams.clear()
        if msg["msg_type"] == "stream":
            self._tell(content["text"], cell_index)
            if not self.streams.admit(content, outs):
                return None
        elif msg["msg_type"] in ("execute_result", "display_data"):
            self._tell(content["data"].get("text/plain", ""), cell_index)
        out = super().output(outs, msg, display_id, cell_index)
        if display_id and out:
            self.displays.setdefault(display_id, []).append(out)
        return out

    def clear_output(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """Forgets the outputs so far, and what was dropped of them."""
        super().clear_output(outs, msg, cell_index)
        if not self.clear_before_next_output:
            self.streams.clear()

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        """Changes every output shown under this id; nbclient goes by position, which merged streams have moved."""
        if not self.displays.get(display_id):
            return
        shown = output_from_msg({**msg, "header": {**msg["header"], "msg_type": "display_data"}})
        for out in self.displays[display_id]:
            out["data"], out["metadata"] = shown["data"], shown["metadata"]

    def _tell(self, text: Any, index: int) -> None:
        part = "".join(text)[: STREAM_LIMIT - self.told]
        if part:
            self.told += len(part)
            self.emit({"type": "cell-output", "cell": self.numbers[index], "text": part})
