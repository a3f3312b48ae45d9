"""The operation `execute`: a notebook file through a fresh kernel into an executed, or partial, notebook file."""

from __future__ import annotations

import lean_imports  # noqa: F401  isort: skip  (must come first)

import asyncio
import time
from typing import Any, Awaitable, Callable

from cell_runner import CellRunner, Emit
from ipynb_file import write_notebook
from kernel import Kernel
from nbformat import NotebookNode
from notebook_file import read_notebook
from problem import Problem
from stop import Stop

# Runs a function on the thread of the conversions.
OnThread = Callable[..., Awaitable[Any]]


async def execute(args: dict[str, Any], emit: Emit, stop: Stop, on_thread: OnThread) -> dict[str, Any]:
    """Args and result as in protocol.ts. On a Problem `out` holds the notebook up to there if `partial` says so."""
    notebook, read = await on_thread(read_notebook, args["notebook"], args["format"])
    clear_outputs(notebook)
    started = time.monotonic()
    kernel = await Kernel.start(args["kernel"], args["cwd"], args["env"], args["startupTimeout"], stop)
    emit({"type": "kernel-started", "seconds": time.monotonic() - started, "pid": kernel.process.pid})
    try:
        await _run(CellRunner(notebook, kernel, args["cellTimeout"], emit, stop), args["notebookTimeout"])
    except Problem as problem:
        raise await _with_partial(problem, kernel, notebook, args["out"], on_thread) from problem
    finally:
        await kernel.shutdown()
    digest = await on_thread(write_notebook, notebook, args["out"])
    return {"digest": digest, "read": read, "seconds": time.monotonic() - started}


async def _run(runner: CellRunner, timeout: float | None) -> None:
    if timeout is None:
        return await runner.run()
    late = Problem("notebook-timeout", f"The notebook ran longer than {timeout:g} s.")
    timer = asyncio.get_running_loop().call_later(timeout, runner.stop.ask, late)
    try:
        await runner.run()
    finally:
        timer.cancel()


async def _with_partial(
    problem: Problem, kernel: Kernel, notebook: NotebookNode, out: str, on_thread: OnThread
) -> Problem:
    """The problem, with the partial notebook written and a dead kernel's last words where there is no traceback."""
    if problem.reason == "cancelled":
        return problem
    facts = dict(problem.facts)
    if problem.reason == "kernel-died" and (words := (await kernel.process.output()).strip()):
        facts["traceback"] = words
    try:
        await on_thread(write_notebook, notebook, out)
        facts["partial"] = True
    except (Problem, OSError) as error:
        # The failure of the notebook matters more than that of its report.
        return Problem(problem.reason, f"{problem.message} (No partial notebook: {error})", **facts)
    return Problem(problem.reason, problem.message, **facts)


def clear_outputs(notebook: NotebookNode) -> None:
    """Removes what an earlier run left: outputs, counts and widget states, in cells that will not run as well."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
