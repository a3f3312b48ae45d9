"""Puts the outputs of an executed notebook into today's notebook, which holds the same code."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from nbformat import NotebookNode

from canonical_cells import code_cells, code_digest
from ipynb_file import as_current_minor, write_notebook
from notebook_file import open_notebook
from problem import Problem
from source_text import normalised_code
from to_notebook import combined


def splice(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `splice` of protocol.ts. Raises code-differs if the two hold different code."""
    today = open_notebook(args["notebook"], args["format"])
    executed = open_notebook(args["executed"], "ipynb", {"cellMetadataFilter": today.cell_filter})
    if args["format"] == "ipynb":
        nb = as_current_minor(today.nb)
    else:
        formats = today.nb.metadata.get("jupytext", {}).get("formats")
        nb = combined(today, executed.nb, formats, None)
    targets, sources = code_cells(nb), code_cells(executed.nb)
    # Cell by cell too: the same code may be cut into as many cells at other places.
    same_cells = [normalised_code(cell.source) for cell in targets] == [
        normalised_code(cell.source) for cell in sources
    ]
    if not same_cells or code_digest(today.cells()) != code_digest(executed.cells()):
        raise Problem("code-differs", f"{args['executed']} was made from other code than {args['notebook']}")
    for target, source in zip(targets, sources):
        _take_outputs(target, source)
    for cell in nb.cells:
        if cell.cell_type == "code" and not cell.source.strip():
            cell["outputs"], cell["execution_count"] = [], None
    if "widgets" in executed.nb.metadata:
        nb.metadata["widgets"] = deepcopy(executed.nb.metadata["widgets"])
    else:
        nb.metadata.pop("widgets", None)
    if "language_info" in executed.nb.metadata:
        nb.metadata["language_info"] = deepcopy(executed.nb.metadata["language_info"])
    return {"digest": write_notebook(nb, args["out"]), "read": today.file.digest}


def _take_outputs(target: NotebookNode, source: NotebookNode) -> None:
    target["outputs"] = deepcopy(source.get("outputs", []))
    target["execution_count"] = source.get("execution_count")
    target.metadata.pop("execution", None)
    if "execution" in source.metadata:
        target.metadata["execution"] = deepcopy(source.metadata["execution"])
