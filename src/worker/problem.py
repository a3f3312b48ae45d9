"""An expected failure of a worker operation: a reason from protocol.ts, a message, and optional facts."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """Raised where a request cannot succeed; it becomes the `error` of the answer.

    `facts` are the further fields of WorkerError (line, column, hint, ...); those that are None are left out.
    """

    def __init__(self, reason: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.facts = {name: value for name, value in facts.items() if value is not None}

    def as_error(self) -> dict[str, Any]:
        """The object that stands in the answer's `error`."""
        return {"reason": self.reason, "message": self.message, **self.facts}
