"""Any notebook file, read by its format, with what a projection needs of it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from canonical_cells import Cell, canonical_cells
from file_bytes import TextBytes, read_text
from ipynb_file import read_ipynb
from text_file import TextNotebook, config_filter, jupytext_config, parse_text


@dataclass(frozen=True)
class NotebookFile:
    """A notebook file as it was read."""

    file: TextBytes
    nb: NotebookNode
    text: TextNotebook | None
    """None for an `.ipynb`."""
    cell_filter: str | None
    """The effective cell metadata filter; None is jupytext's default."""

    def cells(self) -> list[Cell]:
        """The cells as all formats would hold them."""
        return canonical_cells(self.nb, self.cell_filter)


def open_notebook(path: str, form: str, settings: dict[str, Any] | None = None) -> NotebookFile:
    """Reads a 'percent', 'myst' or 'ipynb' file; `settings` are protocol.ts' TextSettings of its `.py`."""
    if form == "ipynb":
        nb, file = read_ipynb(path)
        own = nb.metadata.get("jupytext", {}).get("cell_metadata_filter")
        return NotebookFile(file, nb, None, _effective(settings, own or config_filter(jupytext_config(path))))
    file = read_text(path)
    text = parse_text(file, form)
    return NotebookFile(file, text.nb, text, _effective(settings, text.cell_filter))


def read_notebook(path: str, form: str, settings: dict[str, Any] | None = None) -> tuple[NotebookNode, str]:
    """The notebook in a 'percent', 'myst' or 'ipynb' file, and the SHA-256 of its bytes."""
    opened = open_notebook(path, form, settings)
    opened.nb.metadata = ipynb_metadata(opened)
    return opened.nb, opened.file.digest


def ipynb_metadata(opened: NotebookFile) -> NotebookNode:
    """The notebook metadata as an `.ipynb` holds it: without what only describes the text file."""
    metadata = deepcopy(opened.nb.metadata)
    if opened.text is None:
        return metadata
    section = metadata.get("jupytext", {})
    section.pop("text_representation", None)
    if not opened.text.has_jupyter_header:
        section.pop("notebook_metadata_filter", None)
        section.pop("cell_metadata_filter", None)
        if opened.cell_filter is not None:
            section["cell_metadata_filter"] = opened.cell_filter
    return metadata


def _effective(settings: dict[str, Any] | None, own: str | None) -> str | None:
    return own if settings is None else settings.get("cellMetadataFilter")
