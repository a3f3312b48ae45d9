"""The operations that read, convert and render notebook files, by their names in protocol.ts."""

from __future__ import annotations

import lean_imports  # noqa: F401  isort: skip  (must come first)

from collections.abc import Callable
from typing import Any

from projection import cells, project
from render_html import render_html
from render_myst import render_myst
from set_pairing import set_pairing
from splice_outputs import splice
from to_myst import to_myst
from to_notebook import to_notebook
from to_script import to_script

OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "project": project,
    "cells": cells,
    "set-pairing": set_pairing,
    "to-notebook": to_notebook,
    "to-script": to_script,
    "to-myst": to_myst,
    "splice": splice,
    "render-html": render_html,
    "render-myst": render_myst,
}
"""Each takes a request's arguments and gives its result; expected failures are raised as Problem."""
