"""What a kernel's error reply says, in plain words: one line, the traceback without colours, the line in the cell."""

from __future__ import annotations

import re
from typing import Any

LONGEST_EXCEPTION = 500
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
# `Cell In[3], line 2` since IPython 8.5; `Input In [3], in <cell line: 2>()` before.
_CELL_LINE = re.compile(r"(?:Cell In\[|Input In \[)(\d+)\](?:, line |, in <cell line: )(\d+)")
# What a SyntaxError says of its place: a name that only the kernel knows.
_COMPILED_FILE = re.compile(r" \(\d+\.py, line \d+\)$")


def plain(text: str) -> str:
    """The text without terminal colours and links."""
    return _ANSI.sub("", text)


def error_facts(reply: dict[str, Any]) -> dict[str, Any]:
    """`exception`, `traceback` and `cellLine` of WorkerError from the content of an error reply; None where unknown."""
    traceback = plain("\n".join(reply.get("traceback") or [])).strip("\n")
    return {
        "exception": exception_line(reply.get("ename"), reply.get("evalue")),
        "traceback": traceback or None,
        "cellLine": _cell_line(traceback, reply.get("execution_count")),
    }


def exception_line(name: str | None, value: str | None) -> str:
    """`ValueError: no such column`, one line."""
    lines = plain(str(value or "")).strip().splitlines()
    first = _COMPILED_FILE.sub("", lines[0]) if lines else ""
    text = f"{name or 'Error'}: {first}" if first else str(name or "Error")
    return text if len(text) <= LONGEST_EXCEPTION else text[: LONGEST_EXCEPTION - 1] + "…"


def _cell_line(traceback: str, count: int | None) -> int | None:
    """The innermost line of the failing cell itself: functions from other cells stand under other numbers."""
    lines = [int(line) for cell, line in _CELL_LINE.findall(traceback) if int(cell) == count]
    return lines[-1] if lines else None
