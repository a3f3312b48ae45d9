"""What counts in the text of a cell: edges, line ends, and blanks that Python proves to be without meaning."""

from __future__ import annotations

import io
import re
import tokenize

_LEADING_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")
_TRAILING_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)
_IPYTHON = re.compile(r"^\s*[%!?]|=\s*[%!]|\?\s*$", re.MULTILINE)


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
    open_fstrings: list[int] = []
    fstring_start = getattr(tokenize, "FSTRING_START", None)
    fstring_end = getattr(tokenize, "FSTRING_END", None)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.ERRORTOKEN and token.string.strip():
                return None
            if token.type == tokenize.STRING:
                inside.update(range(token.start[0], token.end[0]))
            elif fstring_start is not None and token.type == fstring_start:
                open_fstrings.append(token.start[0])
            elif fstring_end is not None and token.type == fstring_end:
                inside.update(range(open_fstrings.pop(), token.end[0]))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return inside
