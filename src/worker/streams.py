"""The stdout and stderr that one cell leaves: limited in size, in one piece each, as a terminal would show them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

# Characters of stdout, and of stderr, that one cell keeps.
STREAM_LIMIT = 1_000_000


class Streams:
    """Counts what a cell prints. Call `admit` for every stream message and `finish` once at the end."""

    def __init__(self) -> None:
        self._kept: dict[str, int] = {}
        self._dropped: dict[str, int] = {}

    def clear(self) -> None:
        """Starts again, as when the cell clears its output."""
        self._kept.clear()
        self._dropped.clear()

    @property
    def truncated(self) -> bool:
        """Whether something was dropped; that stream then takes no more until it is cleared."""
        return bool(self._dropped)

    def drop(self, content: dict[str, Any]) -> bool:
        """Counts the text in `content` if its stream takes no more; whether it was so."""
        name = content["name"]
        if name not in self._dropped:
            return False
        self._dropped[name] += _size(content["text"])
        return True

    def admit(self, content: dict[str, Any], outputs: list[NotebookNode]) -> bool:
        """Cuts the text in `content` to what may still be kept, and counts the rest; whether anything is left."""
        name, text = content["name"], content["text"]
        if self._kept.get(name, 0) + len(text) > STREAM_LIMIT and name not in self._dropped:
            outputs[:] = merge_streams(outputs)
            self._kept[name] = sum(len(out["text"]) for out in outputs if _is_stream(out, name))
            text = overwrite(text)
        room = STREAM_LIMIT - self._kept.get(name, 0)
        if len(text) > room:
            self._dropped[name] = self._dropped.get(name, 0) + _size(text, room)
            text = text[:room]
        self._kept[name] = self._kept.get(name, 0) + len(text)
        content["text"] = text
        return text != ""

    def finish(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        """The outputs with their streams merged, and a last line in the stream of which something was dropped."""
        merged = merge_streams(outputs)
        for name, dropped in self._dropped.items():
            for out in [out for out in merged if _is_stream(out, name)][-1:]:
                out["text"] += f"\n[output truncated, {dropped} bytes more]\n"
        return merged


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs with one stdout, then one stderr, between those of other kinds.

    The two arrive in no fixed order and in pieces, and notebooks shall not differ by that. Figures and results stay
    between the lines that were printed before and after them: the kernel keeps that order.
    """
    merged: list[NotebookNode] = []
    for is_stream, run in groupby(outputs, lambda out: out["output_type"] == "stream"):
        merged += _merged_run(list(run)) if is_stream else run
    return merged


def _merged_run(streams: list[NotebookNode]) -> list[NotebookNode]:
    texts: dict[str, list[str]] = {}
    for out in streams:
        texts.setdefault(out["name"], []).append(out["text"])
    # stdout before stderr
    names = sorted(texts, reverse=True)
    return [new_output("stream", name=name, text=overwrite("".join(texts[name]))) for name in names]


def overwrite(text: str) -> str:
    """Drops what a carriage return lets the rest of its line overwrite: a progress bar keeps its last state."""
    if "\r" not in text:
        return text
    # Not by a regular expression: nbclient's takes quadratic time in a long line.
    return "\n".join(line[line.rfind("\r", 0, len(line) - 1) + 1 :] if line else line for line in text.split("\n"))


def _size(text: str, start: int = 0) -> int:
    """The bytes of a text in UTF-8, from a character on; without a copy of all of it."""
    if text.isascii():
        return len(text) - start
    pieces = range(start, len(text), STREAM_LIMIT)
    return sum(len(text[at : at + STREAM_LIMIT].encode("utf-8", "replace")) for at in pieces)


def _is_stream(out: NotebookNode, name: str) -> bool:
    return out["output_type"] == "stream" and out["name"] == name
