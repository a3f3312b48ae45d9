"""Text notebooks (percent `.py`, MyST `.md`): reading them with jupytext, with the place of each cell."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import jupytext
from jupytext.config import load_jupytext_config
from jupytext.formats import read_format_from_metadata, rearrange_jupytext_metadata
from jupytext.header import header_to_metadata_and_cell
from jupytext.jupytext import TextNotebookConverter
from jupytext.myst import myst_to_notebook
from nbformat import NotebookNode

from file_bytes import TextBytes, refuse_conflict_markers
from header_check import check_header
from ipynb_file import renew_ids
from line_breaks import StandIns, reads, split_lines
from problem import Problem

EXTENSION = {"percent": ".py", "myst": ".md"}


@dataclass(frozen=True)
class Span:
    """Where a cell stands in its text: lines counted from 0, `end` excluded, blank lines after it included."""

    start: int
    end: int


@dataclass(frozen=True)
class TextNotebook:
    """A text notebook as jupytext understands it."""

    nb: NotebookNode
    fmt: dict[str, str]
    config: Any
    spans: list[Span | None]
    """One for each cell; None for the raw cell that a YAML header makes, and in MyST."""
    code_lines: list[int | None]
    """First line of each cell's source, from 1."""
    header_end: int
    """How many lines stand before the first cell (percent only)."""
    has_jupyter_header: bool
    cell_filter: str | None
    """The cell metadata filter that somebody asked for; None means jupytext's default."""


def parse_text(file: TextBytes, form: str) -> TextNotebook:
    """Reads `file` as 'percent' or 'myst'. Raises conflict-markers, invalid-notebook, not-utf8."""
    text = file.unified
    refuse_conflict_markers(file.path, text)
    if form == "percent":
        check_header(file.path, text)
    config = jupytext_config(file.path)
    try:
        return _read_myst(text, config) if form == "myst" else _read_percent(text, config)
    except Exception as error:  # jupytext raises whatever its parsers raise on malformed headers and options
        if "Encodings other than utf-8" in str(error):
            raise Problem(
                "not-utf8",
                f"{file.path} declares another encoding than utf-8",
                line=1,
                hint="Write the line as `# -*- coding: utf-8 -*-`, or leave it out.",
            ) from error
        message = f"{type(error).__name__}: {error}"
        raise Problem("invalid-notebook", f"{file.path} cannot be read by jupytext: {message}") from error


def jupytext_config(path: str) -> Any:
    """The jupytext configuration that counts for a file, None if there is none."""
    try:
        return load_jupytext_config(path)
    except Exception as error:  # a configuration file of the user, in six formats, one of them Python
        message = f"the jupytext configuration that counts for {path} cannot be used: {error}"
        raise Problem("invalid-notebook", message) from error


def config_filter(config: Any) -> str | None:
    """The cell metadata filter that a jupytext configuration sets."""
    return (config.cell_metadata_filter or None) if config is not None else None


def _read_percent(text: str, config: Any) -> TextNotebook:
    hidden = StandIns(text).hide(text)
    fmt = {"extension": ".py", "format_name": read_format_from_metadata(hidden, ".py") or "percent"}
    lines = split_lines(hidden)
    converter = _RecordingConverter(fmt, config)
    nb = reads(text, converter.reads)
    renew_ids(nb.cells)
    rearrange_jupytext_metadata(nb.metadata)
    representation = nb.metadata.setdefault("jupytext", {}).setdefault("text_representation", {})
    representation.update(fmt)
    _, jupyter, _, header_end = header_to_metadata_and_cell(lines, "#", "", ".py")
    # Without a `jupyter:` header jupytext sets filters that only repeat what the cells hold: nobody asked for them.
    asked = bool(jupyter) or config_filter(config) is not None
    first = len(nb.cells) - len(converter.taken)
    spans: list[Span | None] = [None] * first
    code_lines: list[int | None] = [1] * first
    for remaining, length, with_marker in converter.taken:
        start = len(lines) - remaining
        spans.append(Span(start, start + length))
        code_lines.append(min(start + 1 + with_marker, len(lines)))
    return TextNotebook(
        nb=nb,
        fmt=fmt,
        config=config,
        spans=spans,
        code_lines=code_lines,
        header_end=header_end,
        has_jupyter_header=bool(jupyter),
        cell_filter=nb.metadata["jupytext"].get("cell_metadata_filter") if asked else None,
    )


def _read_myst(text: str, config: Any) -> TextNotebook:
    fmt = {"extension": ".md", "format_name": "myst"}
    nb = reads(text, lambda hidden: jupytext.reads(hidden, fmt=fmt, config=config))
    renew_ids(nb.cells)
    # jupytext's map names the line before a cell's source, and does not know the front matter's own cell.
    sources = myst_to_notebook(StandIns(text).hide(text), add_source_map=True).metadata["source_map"]
    first = len(nb.cells) - len(sources)
    lines: list[int | None] = [*([1] * first), *(line + 1 for line in sources)]
    return TextNotebook(
        nb=nb,
        fmt=fmt,
        config=config,
        spans=[None] * len(nb.cells),
        code_lines=lines,
        header_end=0,
        has_jupyter_header=True,
        cell_filter=nb.metadata.get("jupytext", {}).get("cell_metadata_filter"),
    )


class _RecordingConverter(TextNotebookConverter):
    """jupytext's converter, which also notes which lines each cell took."""

    def __init__(self, fmt: dict[str, str], config: Any) -> None:
        super().__init__(fmt, config)
        taken: list[tuple[int, int, int]] = []

        class Reader(self.implementation.cell_reader_class):  # type: ignore[misc, name-defined]
            def read(self, lines: list[str]) -> tuple[NotebookNode, int]:
                cell, length = super().read(lines)
                markers = (self.start_code_re, getattr(self, "alternative_start_code_re", None))
                marked = any(marker is not None and marker.match(lines[0]) for marker in markers)
                taken.append((len(lines), length, int(marked)))
                return cell, length

        self.taken = taken
        self.implementation = copy.copy(self.implementation)
        self.implementation.cell_reader_class = Reader
