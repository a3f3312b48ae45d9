"""The operation `export-marimo`: one `marimo export` in a process group of its own, with a wall-clock limit."""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
import os
import re
import subprocess
import time
from typing import Any

from problem import Problem
from stop import GRACE, Stop
from supervise import Process, die_with_parent
from tracebacks import exception_line, plain

# Only `html`, and `ipynb` with outputs, run the notebook; `md` takes no sandbox question since it never does.
FLAGS = {
    "html": ["--no-sandbox", "--include-code"],
    "ipynb": ["--no-sandbox", "--include-outputs"],
    "md": ["--no-sandbox"],
}
LOG_LINES = 40
_TAG = re.compile(r"<[^>]*>")


async def export_marimo(args: dict[str, Any], stop: Stop) -> dict[str, Any]:
    """Args and result as in protocol.ts. A Problem `export-failed` with `partial` means that `out` holds a page."""
    started = time.monotonic()
    session = _session_file(args["notebook"])
    before = _modified(session)
    process = _launch(args)
    timer = _start_timer(args["timeout"], stop)
    asked = asyncio.ensure_future(stop.asked.wait())
    exited = asyncio.ensure_future(process.exited.wait())
    try:
        await asyncio.wait({asked, exited}, return_when=asyncio.FIRST_COMPLETED)
        if stop.problem:
            process.interrupt()
            await process.exits_within(GRACE)
    finally:
        asked.cancel()
        exited.cancel()
        if timer:
            timer.cancel()
        if process.returncode is None:
            process.kill()
        await process.end(GRACE)
    log = plain(await process.output()).strip()
    if stop.problem:
        raise Problem(stop.problem.reason, stop.problem.message, traceback=log or None)
    if process.returncode != 0:
        fresh = session if _modified(session) != before else None
        raise _failure(args, process.returncode, log, fresh)
    return {"digest": _digest(args["out"]), "seconds": time.monotonic() - started, "log": log}


def _launch(args: dict[str, Any]) -> Process:
    command = [args["program"], "export", args["to"], args["notebook"], "-o", args["out"], "-f", *FLAGS[args["to"]]]
    try:
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=args["cwd"],
            env={**os.environ, **args["env"]},
            start_new_session=True,
            **die_with_parent(),
        )
    except OSError as error:
        raise Problem("export-failed", f"marimo could not be started: {error}") from error
    return Process(popen)


def _start_timer(timeout: float | None, stop: Stop) -> asyncio.TimerHandle | None:
    if timeout is None:
        return None
    late = Problem("export-timeout", f"The marimo notebook ran longer than {timeout:g} s.")
    return asyncio.get_running_loop().call_later(timeout, stop.ask, late)


def _failure(args: dict[str, Any], returncode: int | None, log: str, session: str | None) -> Problem:
    tail = "\n".join(log.splitlines()[-LOG_LINES:])
    errors = [line for line in tail.splitlines() if re.match(r"\w*Error: ", line)]
    said = next((line for line in errors if not line.startswith("Error: ")), (errors or [tail])[-1])
    facts = {"exception": exception_line("Error", said) if not errors else said, "traceback": tail or None}
    if session:
        facts.update(_from_session(session, args["notebook"]))
    message = f"marimo export {args['to']} failed with exit code {returncode}: {facts['exception']}"
    return Problem("export-failed", message, **facts, partial=os.path.exists(args["out"]) or None)


def _session_file(notebook: str) -> str:
    folder, name = os.path.split(notebook)
    return os.path.join(folder, "__marimo__", "session", f"{name}.json")


def _modified(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def _from_session(session: str, notebook: str) -> dict[str, Any]:
    """Exception, traceback and line of the first failing cell, from the session file that the export leaves behind.

    The command line tells only the exception's text. Nothing if the file is not as expected: it is marimo's own.
    """
    try:
        with open(session, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        with open(notebook, encoding="utf-8") as file:
            source = [line.strip() for line in file]
        found = [
            html.unescape(_TAG.sub("", part["text"])).strip()
            for cell in cells
            for part in cell["console"]
            if part.get("mimetype") == "application/vnd.marimo+traceback"
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not found:
        return {}
    lines = found[0].splitlines()
    # Frames name marimo's temporary cell files; the text below a frame stands in the notebook, if once then there.
    shown = [lines[i + 1].strip() for i, line in enumerate(lines[:-1]) if "__marimo__cell_" in line]
    places = [source.index(text) + 1 for text in shown if source.count(text) == 1]
    return {"exception": lines[-1], "traceback": found[0], "line": places[-1] if places else None}


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
