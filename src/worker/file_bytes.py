"""Bytes of notebook files: reading, decoding, digests, writing; every way it can fail is a Problem."""

from __future__ import annotations

import errno
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from problem import Problem

BOM = "\ufeff"
_CONFLICT = re.compile(r"^<{7} .*?^={7}\r?$.*?^>{7}( |\r?$)", re.MULTILINE | re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WRITE_ERRORS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
}


@dataclass(frozen=True)
class TextBytes:
    """A text file as it was read."""

    path: str
    digest: str
    """SHA-256 of the bytes."""
    text: str
    """Without byte-order mark; line ends as they stand in the file."""
    bom: bool

    @property
    def newline(self) -> str:
        """The line end of the first line; a file without one gets a line feed."""
        end = self.text.find("\n")
        return "\r\n" if end > 0 and self.text[end - 1] == "\r" else "\n"

    @property
    def unified(self) -> str:
        """The text with line feeds only."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n")

    def encode(self, text: str) -> bytes:
        """`text` (with its line ends) as this file would hold it."""
        return encode_text(BOM + text if self.bom else text)


def sha256(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON-like value; equal values give equal digests, `1` and `1.0` are not equal."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode("ascii"))


def encode_text(text: str) -> bytes:
    """UTF-8; lone surrogates, which only JSON can carry, become JSON escapes."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        escaped = _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
        return escaped.encode("utf-8")


def read_bytes(path: str) -> bytes:
    """The content of a file. Raises source-missing or unreadable."""
    try:
        return Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Problem("source-missing", f"{path} does not exist") from error
    except IsADirectoryError as error:
        raise Problem("unreadable", f"{path} is a folder, not a file") from error
    except (OSError, ValueError) as error:
        raise Problem("unreadable", f"{path} cannot be read: {_reason(error)}") from error


def read_text(path: str) -> TextBytes:
    """A UTF-8 text file. Raises source-missing, unreadable or not-utf8 with the line."""
    return decode_text(path, read_bytes(path))


def decode_text(path: str, data: bytes) -> TextBytes:
    """The same for bytes that are read already."""
    zero = data.find(b"\0")
    if zero >= 0:
        raise Problem(
            "not-utf8", f"{path} is not a text file (it holds zero bytes)", line=_line_of(data, zero)
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        raise Problem(
            "not-utf8",
            f"{path} is not UTF-8: byte 0x{data[error.start]:02x} in line {line}",
            line=line,
            hint="Save the file with the encoding UTF-8.",
        ) from error
    bom = text.startswith(BOM)
    return TextBytes(path, sha256(data), text[1:] if bom else text, bom)


def refuse_conflict_markers(path: str, text: str) -> None:
    """Raises conflict-markers with the line where git left an unresolved conflict."""
    match = _CONFLICT.search(text)
    if match:
        line = text.count("\n", 0, match.start()) + 1
        raise Problem(
            "conflict-markers",
            f"{path} holds an unresolved merge conflict in line {line}",
            line=line,
            hint="Resolve the conflict and save the file.",
        )


def write_bytes(out: str, data: bytes) -> str:
    """Writes `out`, gives the SHA-256 of what was written. Raises write-failed."""
    try:
        Path(out).write_bytes(data)
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "unknown error")
        message = f"{out} cannot be written: {_reason(error)} ({code})"
        raise Problem("write-failed", message, path=out) from error
    return sha256(data)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return _WRITE_ERRORS.get(error.errno or 0, error.strerror or str(error))
    return str(error)


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
