"""The YAML header of a percent `.py`: changing pairing, kernel and front matter without touching anything below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from jupytext.formats import get_format_implementation
from jupytext.header import header_to_metadata_and_cell

from header_check import JUPYTER, NESTED, RULE
from line_breaks import StandIns, split_lines


@dataclass(frozen=True)
class Parts:
    """A `.py` cut into pieces, each a list of lines with their ends."""

    preamble: list[str]
    """Shebang and encoding."""
    front: list[str]
    """What the header says beside `jupyter:`, such as the lines `# Title: ...`."""
    jupyter: dict[str, Any] | None
    has_header: bool
    body: list[str]


def split_header(text: str) -> Parts:
    """Cuts the text of a `.py` as jupytext reads it."""
    lines = split_lines(text, keepends=True)
    stand_ins = StandIns(text)
    bare = split_lines(stand_ins.hide(text))
    metadata, jupyter, _, end = header_to_metadata_and_cell(bare, "#", "", ".py")
    rules = [place for place in range(end) if RULE.match(bare[place])][:2]
    if len(rules) < 2:
        return Parts(lines[:end], [], None, False, lines[end:])
    front: list[str] = []
    inside = False
    for place in range(rules[0] + 1, rules[1]):
        if JUPYTER.match(bare[place]):
            inside = True
        elif inside and not NESTED.match(bare[place]):
            inside = False
        if not inside:
            front.append(lines[place])
    preamble = lines[: rules[0]]
    own = dict(stand_ins.show(metadata)) if jupyter else None
    if own is not None and "jupytext" in own:
        kept = {k: v for k, v in own["jupytext"].items() if k not in ("executable", "encoding")}
        own["jupytext"] = kept
    return Parts(preamble, front, own, True, lines[rules[1] + 1 :])


def paired_metadata(
    metadata: dict[str, Any] | None, formats: str | None, kernel: dict[str, str] | None
) -> dict[str, Any] | None:
    """Notebook metadata with this pairing (None removes `formats`) and kernel (None keeps what stands)."""
    updated: dict[str, Any] = {**(metadata or {})}
    section = {**updated.get("jupytext", {})}
    section.pop("formats", None)
    if formats is not None:
        section["formats"] = formats
    if (formats is not None or kernel is not None) and section.get("notebook_metadata_filter") == "-all":
        # jupytext set both for a script without header; they would keep the pairing out of the `.py`.
        del section["notebook_metadata_filter"]
        if str(section.get("cell_metadata_filter", "")).endswith("-all"):
            del section["cell_metadata_filter"]
    if kernel is not None and updated.get("kernelspec", {}).get("name") != kernel["name"]:
        updated["kernelspec"] = kernelspec(kernel)
    if updated.get("kernelspec", {}).get("language"):
        section.pop("main_language", None)
    updated["jupytext"] = section
    if not section:
        del updated["jupytext"]
    return updated or None


def kernelspec(kernel: dict[str, str]) -> dict[str, str]:
    """A KernelLabel as notebooks hold it."""
    return {"display_name": kernel["displayName"], "language": kernel["language"], "name": kernel["name"]}


def with_header(
    parts: Parts, jupyter: dict[str, Any] | None, newline: str, front: list[str] | None = None
) -> list[str]:
    """The lines above the body with this `jupyter:` section and front matter (None keeps what stands)."""
    lines = parts.front if front is None else front
    if jupyter:
        section = {**jupyter.get("jupytext", {})}
        # Without it jupytext would guess the format, and take percent text with a magic for something else.
        section.setdefault("text_representation", _representation())
        block = yaml.safe_dump({"jupyter": {**jupyter, "jupytext": section}}, default_flow_style=False)
        lines = lines + [f"# {line}{newline}" for line in split_lines(block)]
    if not lines:
        return parts.preamble
    rule = f"# ---{newline}"
    separator = [newline] if parts.body and not parts.has_header else []
    return [*parts.preamble, rule, *lines, rule, *separator]


def _representation() -> dict[str, str]:
    version = get_format_implementation(".py", "percent").current_version_number
    return {"extension": ".py", "format_name": "percent", "format_version": version}
