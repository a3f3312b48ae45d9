"""What counts of a notebook's outputs, attachments and rendered metadata."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

from canonical_cells import code_cells
from file_bytes import digest_of

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_RENDERED = ("title", "authors")


def outputs_digest(nb: NotebookNode) -> str:
    """Of the outputs of all cells with code, without execution counts, ids and timings."""
    models: dict[Any, int] = {}
    return digest_of([_counted(cell.get("outputs", []), models) for cell in code_cells(nb)])


def _counted(outputs: Iterable[Any], models: dict[Any, int]) -> list[Any]:
    counted: list[Any] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            last = counted[-1] if counted else None
            if last is not None and last[0] == "stream" and last[1] == output["name"]:
                last[2] += output["text"]
            else:
                counted.append(["stream", output["name"], output["text"]])
        elif kind == "error":
            counted.append([kind, output["ename"], output["evalue"], output["traceback"]])
        else:
            counted.append([kind, _data(output["data"], models), output.get("metadata", {})])
    return counted


def _data(data: dict[str, Any], models: dict[Any, int]) -> dict[str, Any]:
    view = data.get(_WIDGET_VIEW)
    if not isinstance(view, dict) or "model_id" not in view:
        return data
    # The id is drawn at random in every run: which of the widgets it names is what counts.
    number = models.setdefault(view["model_id"], len(models))
    return {**data, _WIDGET_VIEW: {**view, "model_id": number}}


def extras_digest(nb: NotebookNode) -> str:
    """Of attachments and of the notebook metadata that pages show: what no text format carries."""
    cells = [cell for cell in nb.cells if cell.source.strip()]
    attachments = [
        [place, cell["attachments"]] for place, cell in enumerate(cells) if cell.get("attachments")
    ]
    metadata = {name: nb.metadata[name] for name in _RENDERED if name in nb.metadata}
    return digest_of([attachments, metadata])
