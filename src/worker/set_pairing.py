"""Writes pairing and kernel into a `.py` header or into the metadata of an `.ipynb`, and nothing else."""

from __future__ import annotations

from typing import Any

from nbformat import from_dict

from file_bytes import TextBytes, decode_text, encode_text, read_text, write_bytes
from ipynb_file import read_ipynb, write_notebook
from script_text import script_text
from text_file import TextNotebook, parse_text
from text_header import paired_metadata, split_header, with_header


def set_pairing(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `set-pairing` of protocol.ts."""
    if args["format"] == "ipynb":
        return _pair_ipynb(args["path"], args["formats"], args["kernel"], args["out"])
    file = read_text(args["path"])
    notebook = parse_text(file, "percent")
    data = file.encode(_paired_text(file, notebook, args["formats"], args["kernel"]))
    return {"digest": write_bytes(args["out"], data), "read": file.digest}


def _pair_ipynb(path: str, formats: str | None, kernel: dict[str, str] | None, out: str) -> dict[str, Any]:
    nb, file = read_ipynb(path)
    updated = from_dict(paired_metadata(nb.metadata, formats, kernel) or {})
    if updated == nb.metadata:
        return {"digest": write_bytes(out, file.encode(file.text)), "read": file.digest}
    nb.metadata = updated
    return {"digest": write_notebook(nb, out), "read": file.digest}


def _paired_text(
    file: TextBytes, notebook: TextNotebook, formats: str | None, kernel: dict[str, str] | None
) -> str:
    parts = split_header(file.text)
    jupyter = paired_metadata(parts.jupyter, formats, kernel)
    if jupyter == (parts.jupyter or None):
        return file.text
    text = "".join([*with_header(parts, jupyter, file.newline), *parts.body])
    if _same_cells(file, notebook, text):
        return text
    nb = notebook.nb
    nb.metadata = from_dict(paired_metadata(nb.metadata, formats, kernel) or {})
    whole = script_text(file.path, nb, notebook.fmt, notebook.config)
    return whole.replace("\n", file.newline)


def _same_cells(file: TextBytes, before: TextNotebook, text: str) -> bool:
    after = parse_text(decode_text(file.path, encode_text(text)), "percent")
    cells = [[(cell.cell_type, cell.source) for cell in read.nb.cells] for read in (before, after)]
    return cells[0] == cells[1]
