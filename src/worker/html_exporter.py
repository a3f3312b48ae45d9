"""nbconvert's HTML exporter, which leaves an image that cannot be embedded as it is written and goes on."""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath


class PatientExporter(HTMLExporter):  # type: ignore[misc]
    """An HTMLExporter for which one bad image is no reason to give no page."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """As nbconvert's filter of this name, with another renderer, which it gives no way to choose."""
        renderer = _Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=self.embed_images,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
            **getattr(self, "lexer_options", {}),  # nbconvert has none before 7.17
        )
        return str(MarkdownWithMath(renderer=renderer).render(source))


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    def _embed_image_or_attachment(self, src: str) -> str:
        try:
            return str(super()._embed_image_or_attachment(src))
        except (InvalidNotebook, StopIteration):  # no such attachment, or one without data
            return src

    def _src_to_base64(self, src: str) -> str | None:
        try:
            return super()._src_to_base64(src)
        except (OSError, ValueError):  # a folder, a file that cannot be read, a name that no file can have
            return None
