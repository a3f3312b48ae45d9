"""Imports jupytext and nbformat without two optional parts that cost more than all the rest; import this before them.

jupytext looks for a Jupyter server, for its contents managers; jsonschema compiles a grammar of IRIs, a format that no
notebook schema uses. Both do without where the package is missing, so it is missing for as long as they load.
"""

from __future__ import annotations

import sys

_UNNEEDED = ("jupyter_server", "notebook", "rfc3987_syntax")
_hidden = [name for name in _UNNEEDED if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment]
try:
    import jupytext  # noqa: F401
    import nbformat  # noqa: F401
finally:
    for _name in _hidden:
        del sys.modules[_name]
