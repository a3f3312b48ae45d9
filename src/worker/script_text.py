"""A notebook as the text of a `.py`, prose as comments where quotes cannot hold it; says which cell such a text cannot carry."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from canonical_cells import Cell
from line_breaks import split_lines, writes
from problem import Problem

_QUOTES = ('"""', "'''")
_LONGEST_LINE = 60


def script_text(path: str, nb: NotebookNode, fmt: dict[str, Any], config: Any) -> str:
    """The text of `nb`, with one line feed at its end. Raises invalid-notebook, naming `path`, where jupytext cannot."""
    own = nb.metadata.get("jupytext", {}).get("cell_markers")
    markers = (config.cell_markers if config is not None else None) or own
    cells = [_unquoted(cell) if _breaks_quotes(cell, markers) else cell for cell in nb.cells]
    try:
        text = writes(NotebookNode({**nb, "cells": cells}), fmt, config)
    except Exception as error:  # jupytext raises whatever its writers raise on metadata of odd types
        message = f"{path} cannot be written by jupytext: {type(error).__name__}: {error}"
        raise Problem("invalid-notebook", message) from error
    return text.rstrip("\n") + "\n"


def refuse_other_cells(path: str, form: str, wanted: list[Cell], found: list[Cell]) -> None:
    """Raises invalid-notebook with the first cell that text of the format `form` gives back otherwise."""
    if wanted == found:
        return
    same = [one == other for one, other in zip(wanted, found)]
    place = same.index(False) if False in same else len(same)
    name = f"cell {place + 1}"
    if place < len(wanted):
        line = next(iter(split_lines(wanted[place].source)), "")
        shown = line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
        name = f"{name} ({wanted[place].kind}: {shown})"
    raise Problem(
        "invalid-notebook",
        f"{path}, written as {form}, cannot carry all cells of the notebook: {name} would be read back otherwise",
        hint="Look at that cell, and at format_name, cell_markers and comment_magics in the header.",
    )


def _breaks_quotes(cell: NotebookNode, markers: Any) -> bool:
    marker = str(cell.metadata.get("cell_marker", markers) or "").lstrip("rR")[:3]
    # jupytext takes a cell magic off first: there may be no line left to quote, and quoted code would become prose.
    quoted = cell.source.startswith("%%") or (cell.cell_type != "code" and marker in cell.source)
    return quoted and marker in _QUOTES


def _unquoted(cell: NotebookNode) -> NotebookNode:
    # Without a marker of its own or of the notebook, jupytext writes comments.
    return NotebookNode({**cell, "metadata": NotebookNode({**cell.metadata, "cell_marker": ""})})
