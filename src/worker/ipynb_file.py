"""`.ipynb` files: reading them with checks, writing them the way Jupyter does, deterministically and signed."""

from __future__ import annotations

import lean_imports  # noqa: F401  isort: skip  (must come first)

import hashlib
import json
import re
import sys
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import nbjson
from nbformat.validator import iter_validate

from file_bytes import TextBytes, encode_text, read_text, refuse_conflict_markers, write_bytes
from problem import Problem

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_UPGRADE = "Convert it with: jupyter nbconvert --to notebook --inplace FILE"


def read_ipynb(path: str) -> tuple[NotebookNode, TextBytes]:
    """The notebook in a file, with what Jupyter fills in where it is missing. Raises the Problems of a file that is none."""
    file = read_text(path)
    return parse_ipynb(file), file


def parse_ipynb(file: TextBytes) -> NotebookNode:
    """The notebook that an `.ipynb`'s text holds."""
    if not file.text.strip():
        raise Problem("invalid-notebook", f"{file.path} is empty", line=1, column=1)
    try:
        raw = json.loads(file.text)
    except json.JSONDecodeError as error:
        refuse_conflict_markers(file.path, file.text)
        raise Problem(
            "invalid-notebook",
            f"{file.path} is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})",
            line=error.lineno,
            column=error.colno,
        ) from error
    except RecursionError as error:
        raise Problem("invalid-notebook", f"{file.path} is nested too deeply") from error
    _check_version(file.path, raw)
    try:
        _fill_defaults(raw["cells"])
        nb = nbjson.to_notebook(raw)
        nb.setdefault("metadata", NotebookNode())
        kernelspec = nb.metadata.get("kernelspec")
        # Text formats may leave these out (jupytext filters do); Jupyter fills them in as well.
        if isinstance(kernelspec, dict) and isinstance(kernelspec.get("name"), str):
            kernelspec.setdefault("display_name", kernelspec["name"])
        fill_ids(nb.cells)
        error = next(iter(iter_validate(nb, relax_add_props=True)), None)
    except Exception as failure:  # nbformat trips over malformed structures in many ways
        message = f"{type(failure).__name__}: {failure}"
        raise Problem("invalid-notebook", f"{file.path} is not a valid notebook: {message}") from failure
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path)
        message = str(error.message)[:300]
        raise Problem("invalid-notebook", f"{file.path} is not a valid notebook: {message} (at {where})")
    _check_jupytext(file.path, nb)
    return nb


def _check_version(path: str, raw: Any) -> None:
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise Problem("invalid-notebook", f"{path} is JSON, but no notebook: it names no nbformat")
    minor = raw.get("nbformat_minor", 0)
    if raw["nbformat"] != 4:
        hint = _UPGRADE if raw["nbformat"] < 4 else None
        version = f"{raw['nbformat']}.{minor}"
        raise Problem(
            "nbformat-unsupported", f"{path} has notebook format {version}; only 4 is supported", hint=hint
        )
    if not isinstance(minor, int) or not isinstance(raw.get("cells"), list):
        raise Problem("invalid-notebook", f"{path} is not a valid notebook: it has no list of cells")


def _check_jupytext(path: str, nb: NotebookNode) -> None:
    # The schema of notebooks leaves these to jupytext, which raises on what it does not expect.
    section = nb.metadata.get("jupytext", {})
    wrong = [] if isinstance(section, dict) else ["metadata/jupytext"]
    if not wrong:
        texts = ("formats", "cell_metadata_filter", "notebook_metadata_filter")
        wrong = [f"metadata/jupytext/{name}" for name in texts if not isinstance(section.get(name, ""), str)]
    for place, cell in enumerate(nb.cells):
        if not isinstance(cell.metadata.get("title", ""), str):
            wrong.append(f"cells/{place}/metadata/title")
    if wrong:
        raise Problem("invalid-notebook", f"{path} holds something unexpected at {', '.join(wrong)}")


def _fill_defaults(cells: list[dict[str, Any]]) -> None:
    # Programs other than Jupyter leave these out: Jupyter opens such a file with no more than a warning.
    for cell in cells:
        cell.setdefault("metadata", {})
        cell.setdefault("source", "")
        if cell.get("cell_type") != "code":
            continue
        cell.setdefault("execution_count", None)
        for output in cell.setdefault("outputs", []):
            if output.get("output_type") in ("display_data", "execute_result"):
                output.setdefault("metadata", {})
            if output.get("output_type") == "execute_result":
                output.setdefault("execution_count", cell["execution_count"])


def fill_ids(cells: list[NotebookNode]) -> None:
    """Gives cells without a valid id, or with one that an earlier cell has, an id derived from content and place."""
    taken = {cell["id"] for cell in cells if _is_id(cell.get("id"))}
    seen: set[str] = set()
    for cell in cells:
        if not _is_id(cell.get("id")) or cell["id"] in seen:
            cell["id"] = new_id(cell, taken)
        taken.add(cell["id"])
        seen.add(cell["id"])


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _CELL_ID.fullmatch(value) is not None


def renew_ids(cells: list[NotebookNode]) -> None:
    """Replaces the random ids of freshly made cells by ones that derive from content and place."""
    for cell in cells:
        cell.pop("id", None)
    fill_ids(cells)


def new_id(cell: NotebookNode, taken: set[str]) -> str:
    """An id for a new cell: the same content gets the same id, equal cells are numbered in their order."""
    number = 0
    while True:
        key = json.dumps([cell["cell_type"], cell["source"], number])
        candidate = hashlib.sha256(key.encode("utf-8")).hexdigest()[:8]
        if candidate not in taken:
            return candidate
        number += 1


def as_current_minor(nb: NotebookNode) -> NotebookNode:
    """Raises nbformat 4.0 to 4.4 to 4.5, in place; later minors stay. Ids are there already."""
    nb["nbformat"] = 4
    nb["nbformat_minor"] = max(5, nb.get("nbformat_minor", 0))
    return nb


def write_notebook(nb: NotebookNode, out: str) -> str:
    """Writes `nb` as Jupyter would (equal notebooks give equal bytes) and signs it; gives the SHA-256."""
    digest = write_bytes(out, encode_text(nbjson.writes(_without_stray_ids(nb)) + "\n"))
    sign(nb)
    return digest


def _without_stray_ids(nb: NotebookNode) -> NotebookNode:
    if nb.nbformat_minor >= 5:
        return nb
    cells = [NotebookNode({name: cell[name] for name in cell if name != "id"}) for cell in nb.cells]
    return NotebookNode({**nb, "cells": cells})


def sign(nb: NotebookNode) -> None:
    """Records that this machine made the outputs, so that Jupyter shows them as trusted."""
    try:
        from nbformat.sign import NotebookNotary

        notary = NotebookNotary()
        try:
            notary.sign(nb)
        finally:
            notary.store.close()
    except Exception as error:  # without a signature Jupyter asks for trust: no reason to fail
        print(f"notebook not signed: {error}", file=sys.stderr)
