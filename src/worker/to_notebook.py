"""`.py` to `.ipynb`: cells from the text; outputs, ids and what no text carries from the earlier notebook."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from jupytext.cell_metadata import _IGNORE_CELL_METADATA, _JUPYTEXT_CELL_METADATA
from jupytext.metadata_filter import filter_metadata
from nbformat import NotebookNode, from_dict

from canonical_cells import canonical_cells
from cell_matching import Match, match_cells
from ipynb_file import as_current_minor, new_id, read_ipynb, write_notebook
from notebook_file import NotebookFile, ipynb_metadata, open_notebook
from source_text import normalised_code, stripped
from text_header import paired_metadata

_OF_A_RUN = ("execution", "ExecuteTime")


def to_notebook(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `to-notebook` of protocol.ts."""
    script = open_notebook(args["script"], "percent")
    previous = read_ipynb(args["previous"])[0] if args["previous"] is not None else None
    nb = combined(script, previous, args["formats"], args["kernel"])
    return {"digest": write_notebook(nb, args["out"]), "read": script.file.digest}


def combined(
    script: NotebookFile, previous: NotebookNode | None, formats: str | None, kernel: dict[str, str] | None
) -> NotebookNode:
    """The notebook for a script, given the one that stood there before."""
    cells = script.nb.cells if previous is None else _with_earlier(script, previous)
    metadata = _metadata(script, previous, formats, kernel)
    nb = NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=cells)
    if previous is not None:
        nb["nbformat_minor"] = previous.nbformat_minor
    return as_current_minor(nb)


def _with_earlier(script: NotebookFile, previous: NotebookNode) -> list[NotebookNode]:
    earlier = previous.cells
    matches = match_cells(_keys(script.nb, script.cell_filter), _keys(previous, script.cell_filter))
    taken = {earlier[match.place].id for match in matches if match is not None}
    result = []
    for cell, match in zip(script.nb.cells, matches):
        if match is None:
            cell["id"] = new_id(cell, taken)
            taken.add(cell["id"])
            result.append(cell)
        else:
            result.append(_joined(cell, earlier[match.place], match, script.cell_filter))
    return result


def _keys(nb: NotebookNode, cell_filter: str | None) -> list[tuple[str, str]]:
    canonical = canonical_cells(nb, cell_filter)
    if len(canonical) == len(nb.cells):
        return [_key(cell.kind, cell.source) for cell in canonical]
    return [_key(cell.cell_type, cell.source) for cell in nb.cells]


def _key(kind: str, source: str) -> tuple[str, str]:
    # What does not count for running a cell must not cost it its outputs.
    return kind, normalised_code(source) if kind == "code" else stripped(source)


def _joined(cell: NotebookNode, old: NotebookNode, match: Match, cell_filter: str | None) -> NotebookNode:
    joined = deepcopy(old)
    carried = filter_metadata(dict(old.metadata), cell_filter, _IGNORE_CELL_METADATA)
    left_out = {*carried, *_JUPYTEXT_CELL_METADATA, *(() if match.unchanged else _OF_A_RUN)}
    kept = {name: value for name, value in joined.metadata.items() if name not in left_out}
    joined["source"] = cell.source
    if old.cell_type == "code" and not match.unchanged:
        joined["outputs"] = []
        joined["execution_count"] = None
    joined["metadata"] = from_dict({**kept, **cell.metadata})
    return joined


def _metadata(
    script: NotebookFile, previous: NotebookNode | None, formats: str | None, kernel: dict[str, str] | None
) -> NotebookNode:
    text = ipynb_metadata(script)
    merged = {**(deepcopy(previous.metadata) if previous is not None else {}), **text}
    # The section says how the text is written: what the header no longer says must not stay.
    merged["jupytext"] = text.get("jupytext", {})
    metadata = from_dict(paired_metadata(merged, formats, kernel) or {})
    kernelspec = metadata.get("kernelspec", {})
    if "name" in kernelspec:
        kernelspec.setdefault("display_name", kernelspec["name"])
    named = metadata.get("language_info", {}).get("name")
    if named and kernelspec.get("language", named) != named:
        del metadata["language_info"]
    return metadata
