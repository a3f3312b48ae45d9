"""`.py` to MyST markdown, the same bytes for the same notebook whatever version of jupytext writes it."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode, from_dict

from file_bytes import encode_text, write_bytes
from line_breaks import writes
from notebook_file import ipynb_metadata, open_notebook
from text_header import paired_metadata

_FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.MULTILINE | re.DOTALL)
_LEXER = "ipython3"
_VERSION_LINE = re.compile(r"^ +jupytext_version: .*\n", re.MULTILINE)


def to_myst(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `to-myst` of protocol.ts."""
    script = open_notebook(args["script"], "percent")
    nb = script.nb
    nb.metadata = from_dict(paired_metadata(ipynb_metadata(script), args["formats"], args["kernel"]) or {})
    if nb.metadata.get("kernelspec", {}).get("language") == "python":
        # Jupyter's own jupytext takes it from `language_info`, which a kernel leaves in an `.ipynb` alone.
        nb.metadata.setdefault("jupytext", NotebookNode())["default_lexer"] = _LEXER
    fmt: dict[str, Any] = {"extension": ".md", "format_name": "myst"}
    if script.cell_filter is not None:
        fmt["cell_metadata_filter"] = script.cell_filter
    text = writes(nb, fmt, script.text.config if script.text is not None else None)
    header = _FRONT_MATTER.match(text)
    if header:
        text = _VERSION_LINE.sub("", header[0], count=1) + text[header.end() :]
    return {"digest": write_bytes(args["out"], encode_text(text)), "read": script.file.digest}
