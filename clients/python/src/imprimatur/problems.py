# SPDX-License-Identifier: Apache-2.0
"""What the server refused, as exceptions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

LEDGER_CHANGED = "/problems/ledger-changed"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one part of what was sent."""

    pointer: str
    """A JSON Pointer (RFC 6901)."""
    detail: str


class ImprimaturError(Exception):
    """A request that was refused: the problem document (RFC 9457) that the server answered."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(status, problem)
        self.status = status
        self.problem = problem
        self.type = str(problem.get("type", "about:blank"))
        """Such as /problems/malformed."""
        self.detail = str(problem.get("detail", ""))
        self.faults = [Fault(str(each.get("pointer", "")), str(each.get("detail", ""))) for each in problem.get("errors", [])]

    def __str__(self) -> str:
        return " ".join([f"{self.status} {self.type}: {self.detail}", *(f"({each.pointer}: {each.detail})" for each in self.faults)])


class LedgerChanged(ImprimaturError):
    """The server has another ledger than the one that was read, or one that ends before: what was read means nothing there."""

    @property
    def lineage(self) -> str:
        """Of the ledger that the server has."""
        return str(self.problem["lineage"])

    @property
    def position(self) -> int:
        """Where that ledger ends."""
        return int(self.problem["position"])


def refused(answer: httpx.Response) -> ImprimaturError:
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        # of something between here and the server
        return ImprimaturError(answer.status_code, {"detail": answer.text[:500]})
    problem = json.loads(answer.content)
    kind = LedgerChanged if problem.get("type") == LEDGER_CHANGED else ImprimaturError
    return kind(answer.status_code, problem)
