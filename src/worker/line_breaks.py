"""Lines end at CR and LF only, as in editors, Python and Jupyter: `str.splitlines`, which jupytext uses, cuts at more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jupytext
from nbformat import NotebookNode

_NO_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_ANY = re.compile(f"[{_NO_LINE_ENDS}]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PRIVATE_USE = range(0xF0000, 0xFFFFE)


def split_lines(text: str, *, keepends: bool = False) -> list[str]:
    """As `str.splitlines`, but only CR, LF and both together end a line."""
    lines = _LINE.findall(text)
    return lines if keepends else [line.rstrip("\r\n") for line in lines]


class StandIns:
    """Private-use characters which `text` does not hold, for those that end no line but would be taken to."""

    def __init__(self, text: str) -> None:
        needed = _NO_LINE_ENDS if _ANY.search(text) else ""
        free = (char for char in map(chr, _PRIVATE_USE) if char not in text and _json_escape(char) not in text)
        pairs = list(zip(needed, free))
        self._hidden = {own: stand_in for own, stand_in in pairs}
        self._shown = {stand_in: own for own, stand_in in pairs}
        for own, stand_in in pairs:
            # jupytext writes metadata as JSON, and the header's cell as YAML: both escape what is not ASCII.
            self._shown[_json_escape(stand_in)] = _json_escape(own)
            self._shown[f"\\U{ord(stand_in):08X}"] = _json_escape(own)

    def hide(self, value: Any) -> Any:
        """`value`, a text or a structure of texts, as jupytext cuts it rightly."""
        return _replaced(value, self._hidden)

    def show(self, value: Any) -> Any:
        """`value` with the characters themselves."""
        return _replaced(value, self._shown)


def reads(text: str, read: Callable[[str], NotebookNode]) -> NotebookNode:
    """What `read`, some reader of jupytext, makes of `text`."""
    stand_ins = StandIns(text)
    return stand_ins.show(read(stand_ins.hide(text)))


def writes(nb: NotebookNode, fmt: dict[str, Any], config: Any = None) -> str:
    """The text that jupytext writes."""
    texts = "\n".join(text for cell in nb.cells for text in _texts([cell.source, cell.metadata]))
    if not _ANY.search(texts):
        return jupytext.writes(nb, fmt=fmt, config=config)
    stand_ins = StandIns(texts)
    hidden = [{name: stand_ins.hide(cell[name]) for name in ("source", "metadata")} for cell in nb.cells]
    cells = [NotebookNode({**cell, **parts}) for cell, parts in zip(nb.cells, hidden)]
    return stand_ins.show(jupytext.writes(NotebookNode({**nb, "cells": cells}), fmt=fmt, config=config))


def _replaced(value: Any, characters: dict[str, str]) -> Any:
    if not characters:
        return value
    if isinstance(value, str):
        for one, other in characters.items():
            value = value.replace(one, other)
        return value
    if isinstance(value, dict):
        return type(value)({_replaced(k, characters): _replaced(v, characters) for k, v in value.items()})
    return [_replaced(inner, characters) for inner in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(inner)


def _json_escape(char: str) -> str:
    return json.dumps(char)[1:-1]
