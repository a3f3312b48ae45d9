"""Projections: digests of what each kind of task cares about in a notebook file."""

from __future__ import annotations

import re
from typing import Any

from canonical_cells import Cell, code_cells, code_digest, is_skipped, loose_digest, source_digest
from file_bytes import digest_of, read_text, refuse_conflict_markers
from myst_images import relative_images
from notebook_file import NotebookFile, open_notebook
from output_digest import extras_digest, outputs_digest
from source_text import normalised_code

_GENERATED_WITH = re.compile(r"^__generated_with\s*=.*$\n?", re.MULTILINE)


def project(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `project` of protocol.ts."""
    if args["format"] == "marimo":
        return _project_marimo(args["path"])
    opened = open_notebook(args["path"], args["format"], args["settings"])
    cells = opened.cells()
    nb = opened.nb
    kernelspec = nb.metadata.get("kernelspec", {})
    language = kernelspec.get("language") or nb.metadata.get("language_info", {}).get("name")
    runs = [cell for cell in code_cells(nb) if not is_skipped(cell)]
    executed = [cell for cell in runs if cell.get("outputs") or cell.get("execution_count") is not None]
    in_ipynb = opened.text is None
    lines = _lines(opened, len(cells))
    return {
        "bytes": opened.file.digest,
        "source": source_digest(cells),
        "loose": loose_digest(cells, from_myst=args["format"] == "myst"),
        "code": code_digest(cells),
        "outputs": outputs_digest(nb) if in_ipynb else None,
        "extras": extras_digest(nb) if in_ipynb else None,
        "cells": [_cell_projection(cell, line) for cell, line in zip(cells, lines)],
        "codeCells": len(runs),
        "executedCells": len(executed),
        "formats": nb.metadata.get("jupytext", {}).get("formats"),
        "kernel": kernelspec.get("name"),
        "language": language,
        "settings": {"cellMetadataFilter": opened.cell_filter},
        "images": relative_images(_prose(opened, cells, args["format"])),
    }


def cells(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `cells` of protocol.ts."""
    if args["format"] == "marimo":
        return {"cells": []}
    opened = open_notebook(args["path"], args["format"], args["settings"])
    canonical = opened.cells()
    lines = _lines(opened, len(canonical))
    return {
        "cells": [
            {"kind": cell.kind, "source": cell.source, "metadata": cell.metadata, "line": line}
            for cell, line in zip(canonical, lines)
        ]
    }


def _prose(opened: NotebookFile, cells: list[Cell], fmt: str) -> str:
    # Code that happens to look like an image refers to none; a MyST document may have directives between its cells.
    if fmt == "myst":
        return opened.file.text
    return "\n\n".join(cell.source for cell in cells if cell.kind == "markdown")


def _cell_projection(cell: Cell, line: int | None) -> dict[str, Any]:
    code = cell.code
    return {
        "kind": cell.kind,
        "digest": cell.digest,
        "code": None if code is None else digest_of(code),
        "line": line,
    }


def _lines(opened: NotebookFile, count: int) -> list[int | None]:
    # A text in which jupytext finds other cells the second time has no lines that could be told for sure.
    known = opened.text.code_lines if opened.text is not None else []
    return known if len(known) == count else [None] * count


def _project_marimo(path: str) -> dict[str, Any]:
    file = read_text(path)
    text = file.unified
    refuse_conflict_markers(path, text)
    digest = digest_of(normalised_code(_GENERATED_WITH.sub("", text, count=1)))
    return {
        "bytes": file.digest,
        "source": digest,
        "loose": digest,
        "code": digest,
        "outputs": None,
        "extras": None,
        "cells": [],
        "codeCells": 0,
        "executedCells": 0,
        "formats": None,
        "kernel": None,
        "language": None,
        "settings": {"cellMetadataFilter": None},
        "images": [],
    }
