# SPDX-License-Identifier: Apache-2.0
"""Where a site keeps what it synced."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from .documents import Guide, LedgerEntry


class Store(Protocol):
    """What a sync needs of whoever keeps the guides. What was applied twice is the same as once."""

    def position(self) -> int:
        """What was last given to moved; 0 at first."""

    def lineage(self) -> str | None:
        """What was last given to moved; None at first."""

    def put(self, guide: Guide[dict[str, Any]]) -> None:
        """A guide is new or changed."""

    def remove(self, entry: LedgerEntry) -> None:
        """A guide is live no more; it may be one that was never put."""

    def moved(self, position: int, lineage: str) -> None:
        """All up to here is applied; the position counts in the ledger of that lineage."""

    def start_over(self) -> None:
        """The server has another ledger than the one that was read: forget the position first, then everything."""


class Folder:
    """A store of files: one for each guide, and one for how far the ledger was read."""

    def __init__(self, path: str | Path) -> None:
        self._place = Path(path) / "position.json"
        self._guides = Path(path) / "guides"
        self._guides.mkdir(parents=True, exist_ok=True)

    def position(self) -> int:
        return int(self._read().get("position", 0))

    def lineage(self) -> str | None:
        return self._read().get("lineage")

    def put(self, guide: Guide[dict[str, Any]]) -> None:
        _write(self._file(guide["id"]), guide)

    def remove(self, entry: LedgerEntry) -> None:
        self._file(entry["id"]).unlink(missing_ok=True)

    def moved(self, position: int, lineage: str) -> None:
        _write(self._place, {"position": position, "lineage": lineage})

    def start_over(self) -> None:
        self._place.unlink(missing_ok=True)
        shutil.rmtree(self._guides)
        self._guides.mkdir()

    def guides(self) -> Iterator[Guide[dict[str, Any]]]:
        """Every guide that is live, in no order."""
        for file in self._guides.glob("*.json"):
            guide: Guide[dict[str, Any]] = json.loads(file.read_text("utf-8"))
            yield guide

    def _read(self) -> dict[str, Any]:
        try:
            place: dict[str, Any] = json.loads(self._place.read_text("utf-8"))
            return place
        except FileNotFoundError:
            return {}

    def _file(self, id: str) -> Path:
        return self._guides / (re.sub(r"[^A-Za-z0-9-]", "_", id) + ".json")


def _write(file: Path, document: object) -> None:
    """Written beside and then moved into place, so that a crash leaves the old file or the new one."""
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    beside.replace(file)
