"""The `.md` to publish: relative images are named anew, below the folder where they are copied to."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from file_bytes import read_text, refuse_conflict_markers, write_bytes
from myst_images import image_references


def render_myst(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `render-myst` of protocol.ts. References to files that do not exist stay as they are."""
    file = read_text(args["markdown"])
    refuse_conflict_markers(file.path, file.unified)
    names: dict[str, str] = {}
    pieces: list[str] = []
    done = 0
    for reference in image_references(file.text):
        source = _existing(args["imagesFrom"], reference.paths)
        if source is None:
            continue
        if source not in names:
            names[source] = _free_name(os.path.basename(source), set(names.values()))
        target = f"{args['files']}/{names[source]}"
        pieces += [file.text[done : reference.start], quote(target) if reference.encoded else target]
        done = reference.end
    text = "".join([*pieces, file.text[done:]])
    images = [{"from": source, "to": f"{args['files']}/{name}"} for source, name in names.items()]
    return {"digest": write_bytes(args["out"], file.encode(text)), "images": images}


def _existing(folder: str, paths: list[str]) -> str | None:
    for path in paths:
        candidate = os.path.normpath(os.path.join(folder, path))
        if os.path.isfile(candidate):
            return candidate
    return None


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, numbered where another file has it: on some file systems upper and lower case are the same."""
    folded = {other.casefold() for other in taken}
    stem, extension = os.path.splitext(name)
    number = 1
    while name.casefold() in folded:
        number += 1
        name = f"{stem}-{number}{extension}"
    return name
