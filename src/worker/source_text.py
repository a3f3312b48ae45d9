"""What counts in the text of a cell: edges, line ends, and blanks that Python proves to be without meaning."""

from __future__ import annotations

import io
import re
import tokenize

_LEADING_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")
_TRAILING_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)
_IPYTHON = re.compile(r"^\s*[%!?]|=\s*[%!]|\?\s*$", re.MULTILINE)
# Strings with code in them come in pieces: f-strings since Python 3.12, template strings since 3.14.
_STARTS = {getattr(tokenize, name, None) for name in ("FSTRING_START", "TSTRING_START")}
_ENDS = {getattr(tokenize, name, None) for name in ("FSTRING_END", "TSTRING_END")}


def stripped(source: str) -> str:
    """Without blank lines before and blank space after: MyST cannot carry those."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    return _LEADING_BLANK_LINES.sub("", text).rstrip()


def normalised_code(source: str) -> str:
    """A code cell as it counts for running it: stripped, and blanks at line ends outside strings left out."""
    text = stripped(source)
    if text.startswith("%%") or not _TRAILING_BLANKS.search(text) or _IPYTHON.search(text):
        return text
    kept = _lines_ending_in_strings(text)
    if kept is None:
        return text
    lines = text.split("\n")
    return "\n".join(line if number in kept else line.rstrip(" \t") for number, line in enumerate(lines, 1))


def _lines_ending_in_strings(text: str) -> set[int] | None:
    """Numbers of lines whose end lies within a string; None if that cannot be told."""
    inside: set[int] = set()
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.ERRORTOKEN and token.string.strip():
                return None
            if token.type == tokenize.STRING:
                inside.update(range(token.start[0], token.end[0]))
            elif token.type in _STARTS:
                opened.append(token.start[0])
            elif token.type in _ENDS:
                inside.update(range(opened.pop(), token.end[0]))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return inside
