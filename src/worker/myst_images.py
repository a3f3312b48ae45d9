"""Finds the images that a MyST document refers to by a relative path: markdown, HTML, image and figure directives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

_IMAGE = re.compile(
    r"(?<!\\)!\[(?:\\.|\[[^\]]*\]|[^\[\]\\])*\]"
    r"\(\s*(?:<(?P<angle>[^<>\n]+)>|(?P<plain>[^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*))"
)
_HTML = re.compile(
    r"<img\b[^>]*?\bsrc\s*=\s*(?:\"(?P<double>[^\"]+)\"|'(?P<single>[^']+)')", re.IGNORECASE
)
_DEFINITION = re.compile(r"\]:\s*(?:<(?P<angle>[^<>\n]+)>|(?P<plain>\S+))")
_DIRECTIVE = re.compile(r"\{(?P<name>[\w:-]+)\}[ \t]*(?P<path>[^\r\n]*[^\s])?")
_NOT_MARKDOWN = re.compile(
    r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|<!--.*?-->", re.DOTALL
)
_VERBATIM = {
    "code", "code-block", "code-cell", "sourcecode", "literalinclude", "raw", "raw-cell", "math", "mermaid", "eval-rst"
}  # fmt: skip
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|\\|#)", re.IGNORECASE)


@dataclass(frozen=True)
class ImageReference:
    """One reference in the text."""

    start: int
    end: int
    """Offsets in the text, counted in characters."""
    written: str
    encoded: bool
    """Whether the place wants a URL (blanks as %20) and no plain path."""

    @property
    def paths(self) -> list[str]:
        """Paths that it may mean, the likelier first."""
        if not self.encoded:
            return [self.written]
        without_query = re.split(r"[?#]", self.written, maxsplit=1)[0]
        return list(dict.fromkeys([unquote(without_query), self.written]))


def relative_images(text: str) -> list[str]:
    """The references as they are written, each once, in order."""
    return list(dict.fromkeys(reference.written for reference in image_references(text)))


def image_references(text: str) -> list[ImageReference]:
    """All references to images by a relative path, in order. Code and front matter are passed over."""
    found = {reference.start: reference for reference in _in_document(text, 0)}
    return [found[start] for start in sorted(found) if not _ELSEWHERE.match(found[start].written)]


def _in_document(text: str, base: int) -> Iterator[ImageReference]:
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text)), len(text)]
    env: dict[str, Any] = {}
    sources: set[Any] = set()
    for token in _parser().parse(text, env):
        if token.map is None:
            continue
        start = starts[min(token.map[0], len(starts) - 1)]
        end = starts[min(token.map[1], len(starts) - 1)]
        if token.type in ("fence", "colon_fence"):
            yield from _in_directive(text, start, end, base)
        elif token.type in ("inline", "html_block"):
            children = token.children or []
            sources.update(child.attrs.get("src") for child in children if child.type == "image")
            yield from _in_block(_blanked(text[start:end]), base + start)
    for definition in env.get("references", {}).values():
        if definition["href"] in sources:
            start = starts[definition["map"][0]]
            match = _DEFINITION.search(text, start)
            if match:
                yield _reference(match, "angle" if match["angle"] else "plain", base, True)


def _in_block(block: str, base: int) -> Iterator[ImageReference]:
    for match in _IMAGE.finditer(block):
        yield _reference(match, "angle" if match["angle"] else "plain", base, True)
    for match in _HTML.finditer(block):
        yield _reference(match, "double" if match["double"] else "single", base, True)


def _in_directive(text: str, start: int, end: int, base: int) -> Iterator[ImageReference]:
    first_line_end = text.find("\n", start, end) + 1 or end
    match = _DIRECTIVE.search(text, start, first_line_end)
    if match is None or match["name"] in _VERBATIM:
        return
    if match["name"] in ("image", "figure") and match["path"]:
        yield _reference(match, "path", base, False)
    # Notes, figures, grids and so on hold markdown again.
    yield from _in_document(text[first_line_end:end], base + first_line_end)


def _reference(match: re.Match[str], group: str, base: int, encoded: bool) -> ImageReference:
    return ImageReference(base + match.start(group), base + match.end(group), match[group], encoded)


def _blanked(block: str) -> str:
    return _NOT_MARKDOWN.sub(lambda match: " " * len(match[0]), block)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.colon_fence import colon_fence_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    return MarkdownIt("commonmark").use(front_matter_plugin).use(colon_fence_plugin)
