"""Mistakes in the `jupyter:` section of a percent `.py`, told by key and line before jupytext trips over them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from line_breaks import StandIns, split_lines
from problem import Problem

# Lines of the header as jupytext knows them.
RULE = re.compile(r"^# ?---\s*$")
JUPYTER = re.compile(r"^# ?jupyter\s*:\s*$")
NESTED = re.compile(r"^#(?: ?$|  |\t)")
_MAPPINGS = ("jupyter", "jupyter/jupytext", "jupyter/jupytext/text_representation", "jupyter/kernelspec")
_TEXTS = (
    "jupyter/jupytext/formats",
    "jupyter/jupytext/cell_markers",
    "jupyter/jupytext/cell_metadata_filter",
    "jupyter/jupytext/notebook_metadata_filter",
    "jupyter/jupytext/text_representation/extension",
    "jupyter/jupytext/text_representation/format_name",
    "jupyter/kernelspec/display_name",
    "jupyter/kernelspec/language",
    "jupyter/kernelspec/name",
)
# A key with nothing behind it counts as one that is not there.
_TEXT_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:null")


def check_header(path: str, text: str) -> None:
    """Raises invalid-notebook where the section is no YAML, or holds something else than jupytext expects."""
    first, section = _section(split_lines(StandIns(text).hide(text)))
    if not section:
        return
    try:
        root = yaml.compose("\n".join(section), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first + min(mark.line, len(section) - 1) if mark is not None else first
        message = f"the header of {path} is not valid YAML: {getattr(error, 'problem', error)} (line {line})"
        raise Problem("invalid-notebook", message, line=line) from error
    for key, line, value in _values(root, ""):
        if key in _MAPPINGS:
            wanted, right = "keys and values", isinstance(value, yaml.MappingNode)
        else:
            wanted, right = "a text", key not in _TEXTS or value.tag in _TEXT_TAGS
        if not right:
            where = f"{key.replace('/', '.')} (line {first + line})"
            message = f"the header of {path} holds something unexpected at {where}: it must hold {wanted}"
            raise Problem("invalid-notebook", message, line=first + line)


def _section(lines: list[str]) -> tuple[int, list[str]]:
    """The lines of the section without their `#`, and the number of the first."""
    rules = [place for place, line in enumerate(lines[: _header_length(lines)]) if RULE.match(line)]
    if len(rules) < 2:
        return 0, []
    for start in range(rules[0] + 1, rules[1]):
        if JUPYTER.match(lines[start]):
            end = start + 1
            while end < rules[1] and NESTED.match(lines[end]):
                end += 1
            return start + 1, [re.sub("^# ?", "", line) for line in lines[start:end]]
    return 0, []


def _header_length(lines: list[str]) -> int:
    return next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))


def _values(node: yaml.Node | None, above: str) -> Iterator[tuple[str, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{above}{key.value}"
            yield name, key.start_mark.line, value
            if name in _MAPPINGS:
                yield from _values(value, f"{name}/")
