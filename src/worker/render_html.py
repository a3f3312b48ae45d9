"""Renders an executed notebook to one HTML page with nbconvert, the same bytes for the same notebook.

The page keeps nbconvert's defaults: MathJax, require.js, mermaid and widget managers come from public CDNs when it is
opened. Images are embedded.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

from file_bytes import encode_text, write_bytes
from ipynb_file import as_current_minor, read_ipynb
from line_breaks import split_lines
from problem import Problem


def render_html(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `render-html` of protocol.ts."""
    nb, _ = read_ipynb(args["notebook"])
    exporter = _exporter()
    numbers = itertools.count(1)
    # Elements of widgets and scripts get random ids otherwise: every build would change the page.
    exporter.environment.globals["uuid4"] = lambda: f"output-{next(numbers)}"
    if nb.cells and _is_header(nb.cells[0]):
        nb.cells = nb.cells[1:]
    resources = {"metadata": {"name": args["name"], "path": args["imagesFrom"]}}
    try:
        body, _ = exporter.from_notebook_node(as_current_minor(nb), resources=resources)
    except Exception as error:  # templates and filters of nbconvert raise what their libraries raise
        message = f"{args['notebook']} cannot be rendered: {type(error).__name__}: {error}"
        raise Problem("export-failed", message) from error
    return {"digest": write_bytes(args["out"], encode_text(body))}


def _is_header(cell: Any) -> bool:
    lines = split_lines(cell.source.strip())
    return cell.cell_type == "raw" and len(lines) > 1 and lines[0] == lines[-1] == "---"


@lru_cache(maxsize=1)
def _exporter() -> Any:
    from html_exporter import PatientExporter

    return PatientExporter(template_name="lab", embed_images=True)
