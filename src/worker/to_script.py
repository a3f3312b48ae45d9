"""`.ipynb` to `.py`: the text of cells that did not change stays as somebody wrote it."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode, from_dict

from canonical_cells import Cell, canonical_cells
from cell_matching import match_cells
from file_bytes import TextBytes, decode_text, digest_of, encode_text, read_text, write_bytes
from ipynb_file import read_ipynb
from line_breaks import split_lines
from script_text import refuse_other_cells, script_text
from text_file import TextNotebook, jupytext_config, parse_text
from text_header import paired_metadata, split_header, with_header

_PERCENT = {"extension": ".py", "format_name": "percent"}


def to_script(args: dict[str, Any]) -> dict[str, Any]:
    """The operation `to-script` of protocol.ts."""
    nb, file = read_ipynb(args["notebook"])
    if args["previous"] is None:
        data = encode_text(_new_script(nb, args))
    else:
        previous = read_text(args["previous"])
        data = previous.encode(_Rewrite(nb, previous, args).text())
    return {"digest": write_bytes(args["out"], data), "read": file.digest}


def _new_script(nb: NotebookNode, args: dict[str, Any]) -> str:
    config = jupytext_config(args["notebook"])
    nb.metadata = from_dict(paired_metadata(nb.metadata, args["formats"], args["kernel"]) or {})
    text = script_text(args["notebook"], nb, _PERCENT, config)
    again = parse_text(decode_text(args["out"], encode_text(text)), "percent")
    wanted = canonical_cells(nb, again.cell_filter)
    refuse_other_cells(args["out"], "percent", wanted, canonical_cells(again.nb, again.cell_filter))
    parts = split_header(text)
    if parts.jupyter is None:
        return text
    # The version would make a difference in version control with every new jupytext, and decides nothing.
    parts.jupyter.get("jupytext", {}).get("text_representation", {}).pop("jupytext_version", None)
    return "".join([*with_header(parts, parts.jupyter, "\n"), *parts.body])


class _Rewrite:
    """One rewriting of a script: `theirs` is the text jupytext writes, `ours` what stands in the script."""

    def __init__(self, nb: NotebookNode, previous: TextBytes, args: dict[str, Any]) -> None:
        self.previous = previous
        self.newline = previous.newline
        self.ours = parse_text(previous, "percent")
        self.wanted = canonical_cells(nb, self.ours.cell_filter)
        self.theirs_text = self._written(nb)
        self.theirs = parse_text(decode_text(previous.path, encode_text(self.theirs_text)), "percent")
        self.parts = split_header(previous.text)
        self.jupyter = paired_metadata(self.parts.jupyter, args["formats"], args["kernel"])

    def text(self) -> str:
        """The new script, with the line ends of the old one."""
        ours = canonical_cells(self.ours.nb, self.ours.cell_filter)
        theirs = canonical_cells(self.theirs.nb, self.ours.cell_filter)
        if len(ours) == len(self.ours.spans) and len(theirs) == len(self.theirs.spans):
            text = self._assembled(ours, theirs)
            if self._cells_of(text) == self.wanted:
                return text
        text = self._as_jupytext_writes()
        refuse_other_cells(self.previous.path, self.ours.fmt["format_name"], self.wanted, self._cells_of(text))
        return text

    def _as_jupytext_writes(self) -> str:
        parts = split_header(self.theirs_text)
        header = with_header(self.parts, self.jupyter, self.newline, self._own_line_ends(parts.front))
        body = "".join(self._own_line_ends(parts.body)).lstrip("\r\n")
        separator = self.newline if len(header) > len(self.parts.preamble) else ""
        return "".join(header).rstrip("\r\n") + self.newline * bool(header) + separator + body

    def _written(self, nb: NotebookNode) -> str:
        """The notebook as jupytext writes it with the options of the script."""
        section = {**self.ours.nb.metadata.get("jupytext", {})}
        for name in ("notebook_metadata_filter", "cell_metadata_filter"):
            section.pop(name, None)
        if self.ours.cell_filter is not None:
            section["cell_metadata_filter"] = self.ours.cell_filter
        metadata = from_dict({"jupytext": section})
        bare = NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=nb.cells)
        return script_text(self.previous.path, bare, self.ours.fmt, self.ours.config)

    def _cells_of(self, text: str) -> list[Cell]:
        again = parse_text(decode_text(self.previous.path, encode_text(text)), "percent")
        return canonical_cells(again.nb, self.ours.cell_filter)

    def _assembled(self, ours: list[Cell], theirs: list[Cell]) -> str:
        matches = match_cells([_key(cell) for cell in theirs], [_key(cell) for cell in ours])
        earlier = [match.place if match is not None else None for match in matches]
        kept = [match.place if match is not None and match.unchanged else None for match in matches]
        old = _Blocks(self.previous.text, self.ours)
        new = _Blocks(self.theirs_text.replace("\n", self.newline), self.theirs)
        lines = self._header(kept, new)
        for place in range(new.first, len(theirs)):
            own, before = kept[place], earlier[place]
            if own is not None and place > new.first and not old.has_marker(own):
                own = None
            body, gap = new.parts(place) if own is None else old.parts(own)
            last = place + 1 == len(theirs)
            if before is not None and (before + 1 == len(ours) if last else earlier[place + 1] == before + 1):
                gap = old.parts(before)[1]
            else:
                gap = [] if last else new.parts(place)[1] or [self.newline]
            if body and (own is None or not last or gap):
                body[-1] = body[-1].rstrip("\r\n") + self.newline
            lines += body + gap
        return "".join(lines)

    def _header(self, kept: list[int | None], new: _Blocks) -> list[str]:
        old_lines = split_lines(self.previous.text, keepends=True)
        rule_end = len(old_lines) - len(self.parts.body)
        front: list[str] | None = None
        if not (new.first == 0 and not self.parts.front) and not (new.first == 1 and kept[0] == 0):
            front = self._own_line_ends(split_header(self.theirs_text).front)
        first = next((span.start for span in self.ours.spans if span is not None), None)
        lead = old_lines[rule_end:first] if first is not None else [self.newline] * self.parts.has_header
        if front is None and self.jupyter == (self.parts.jupyter or None):
            return [*old_lines[:rule_end], *lead]
        return [*with_header(self.parts, self.jupyter, self.newline, front), *lead]

    def _own_line_ends(self, lines: list[str]) -> list[str]:
        return [line.rstrip("\r\n") + self.newline for line in lines]


class _Blocks:
    """The text of each cell, cut into its lines and the blank lines behind it."""

    def __init__(self, text: str, notebook: TextNotebook) -> None:
        self.lines = split_lines(text, keepends=True)
        self.spans = notebook.spans
        self.code_lines = notebook.code_lines
        self.first = sum(span is None for span in notebook.spans)

    def parts(self, place: int) -> tuple[list[str], list[str]]:
        """The lines of a cell, and the blank lines between it and the next."""
        span = self.spans[place]
        lines = self.lines[span.start : span.end] if span is not None else []
        end = len(lines)
        while end > 0 and not lines[end - 1].strip():
            end -= 1
        return lines[:end], lines[end:]

    def has_marker(self, place: int) -> bool:
        """Whether the cell begins with `# %%`; only the first one may lack it, and the header's cell does."""
        span, line = self.spans[place], self.code_lines[place]
        return span is not None and line is not None and line > span.start + 1


def _key(cell: Cell) -> tuple[str, str]:
    return cell.kind, f"{cell.source}\n{digest_of(cell.metadata)}"
