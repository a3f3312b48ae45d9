"""A notebook's cells as every text format would hold them: equal content is equal whatever file it is in.

Three notions of a cell: a raw one stands in the `.ipynb`; a canonical one is what percent text makes of it (it may cut
one in two), and what digests count; a code cell that runs is a raw one that holds code and is not skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import jupytext
import yaml
from jupytext.cell_metadata import _IGNORE_CELL_METADATA, _JUPYTEXT_CELL_METADATA
from jupytext.metadata_filter import filter_metadata
from jupytext.myst import MystMetadataParsingError
from nbformat import NotebookNode

from file_bytes import digest_of
from line_breaks import StandIns, reads, split_lines, writes
from source_text import normalised_code, stripped

RUN_TAGS = ("parameters", "raises-exception", "skip-execution")
# Carries them on the way through text, where a filter may keep `tags` out.
_RUN_TAGS_KEY = "pipeio_run_tags"
# Block breaks, fences and HTML that may run on past the end of their cell.
_MYST_MAY_CUT = re.compile(
    r"^ {0,3}\+\+\+|```|~~~|<(?:!|\?|script|pre|style|textarea)", re.MULTILINE | re.IGNORECASE
)
_FMT = {"extension": ".py", "format_name": "percent", "notebook_metadata_filter": "-all"}


@dataclass(frozen=True)
class Cell:
    """One cell: what counts of it."""

    kind: str
    source: str
    metadata: dict[str, Any]
    run_tags: list[str] = field(default_factory=list, compare=False)
    """Those of RUN_TAGS that the cell has in its own file, whether or not the text carries tags."""

    @property
    def key(self) -> list[Any]:
        """What `source` digests are made of."""
        return [self.kind, self.source, self.metadata]

    @property
    def digest(self) -> str:
        """16 hex digits."""
        return digest_of(self.key)[:16]

    @property
    def code(self) -> list[Any] | None:
        """What counts for running the cell; None if it is no code or has none."""
        if self.kind != "code" or not self.source:
            return None
        return [normalised_code(self.source), self.run_tags]


def canonical_cells(nb: NotebookNode, cell_filter: str | None) -> list[Cell]:
    """The cells of `nb` after one way through percent text with this filter (None is jupytext's default).

    A cell that holds a `# %%` line becomes two on that way, as it does in the paired `.py`.
    """
    cells = [_plain(cell) for cell in nb.cells]
    bare = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=cells)
    carried = {} if cell_filter is None else {"cell_metadata_filter": f"{_RUN_TAGS_KEY},{cell_filter}"}
    fmt = {**_FMT, **carried}
    percent = {"extension": ".py", "format_name": "percent"}
    again = reads(writes(bare, fmt), lambda text: jupytext.reads(text, fmt=percent))
    return [_cell(cell, cell_filter) for cell in again.cells]


def _plain(cell: NotebookNode) -> NotebookNode:
    metadata = {name: value for name, value in cell.metadata.items() if name not in _JUPYTEXT_CELL_METADATA}
    plain = NotebookNode(
        cell_type=cell.cell_type, source=stripped(cell.source), metadata=NotebookNode(metadata)
    )
    if cell.cell_type == "code":
        plain.update(outputs=[], execution_count=None)
        if run_tags := [tag for tag in RUN_TAGS if tag in _tags(cell.metadata)]:
            plain.metadata[_RUN_TAGS_KEY] = run_tags
    return plain


def _cell(cell: NotebookNode, cell_filter: str | None) -> Cell:
    own = dict(cell.metadata)
    run_tags = own.pop(_RUN_TAGS_KEY, [])
    metadata = filter_metadata(own, cell_filter, _IGNORE_CELL_METADATA)
    for name in _JUPYTEXT_CELL_METADATA:
        metadata.pop(name, None)
    source = stripped(cell.source)
    if cell.cell_type == "raw":
        source = _front_matter(source)
    # MyST options are YAML, which knows dates; Python's JSON knows NaN, JavaScript's does not.
    plain = json.loads(json.dumps(metadata, default=str), parse_constant=str)
    return Cell(cell.cell_type, source, plain, run_tags)


def _front_matter(source: str) -> str:
    """A raw YAML header by its values: MyST keeps no quotes, comments and line breaks of it."""
    lines = split_lines(source)
    if len(lines) < 2 or lines[0].rstrip() != "---" or lines[-1].rstrip() != "---":
        return source
    stand_ins = StandIns(source)
    try:
        values = stand_ins.show(yaml.safe_load(stand_ins.hide("\n".join(lines[1:-1]))))
    except yaml.YAMLError:
        return source
    if not isinstance(values, dict):
        return source
    return "---\n" + yaml.safe_dump(values, sort_keys=False, width=1_000_000) + "---"


def source_digest(cells: Iterable[Cell]) -> str:
    """Of all cells and their metadata."""
    return digest_of([cell.key for cell in cells])


def loose_digest(cells: list[Cell], *, from_myst: bool) -> str:
    """Of what MyST can carry of these cells: equal for a `.py` and for the MyST made from it."""
    carried = cells
    if not from_myst and any(_MYST_MAY_CUT.search(cell.source) for cell in cells):
        carried = _through_myst(cells)
    return source_digest(cell for cell in carried if cell.source)


def _through_myst(cells: list[Cell]) -> list[Cell]:
    nodes = [NotebookNode(cell_type=cell.kind, source=cell.source, metadata=cell.metadata) for cell in cells]
    for node in nodes:
        if node.cell_type == "code":
            node.update(outputs=[], execution_count=None)
    nb = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=nodes)
    fmt = {"extension": ".md", "format_name": "myst"}
    try:
        return canonical_cells(reads(writes(nb, fmt), lambda text: jupytext.reads(text, fmt=fmt)), "all")
    except (MystMetadataParsingError, yaml.YAMLError):
        return cells  # no MyST file that could be read back either


def code_digest(cells: Iterable[Cell]) -> str:
    """Of the code cells as they will run."""
    return digest_of([cell.code for cell in cells if cell.code is not None])


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    """The code cells that hold code, in order: those tagged `skip-execution` too, empty ones not."""
    return [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]


def is_skipped(cell: NotebookNode) -> bool:
    """Whether nbclient passes over this cell."""
    return "skip-execution" in _tags(cell.metadata)


def _tags(metadata: dict[str, Any]) -> list[Any]:
    tags = metadata.get("tags")
    return tags if isinstance(tags, list) else []
