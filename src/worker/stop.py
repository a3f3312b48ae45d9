"""Why a run shall end before its time: asked for once, from a timer or by a cancel request."""

from __future__ import annotations

import asyncio

from problem import Problem

# Seconds that interrupted code gets to clean up before it is killed.
GRACE = 2.0


class Stop:
    """The first `ask` wins; `asked` is set from then on and `problem` says what the request answers."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.problem: Problem | None = None

    def ask(self, problem: Problem) -> None:
        """Asks the run to end with this answer."""
        if self.problem is None:
            self.problem = problem
            self.asked.set()

    def cancel(self) -> None:
        """Asks the run to end because nobody wants its result any more."""
        self.ask(Problem("cancelled", "cancelled"))
