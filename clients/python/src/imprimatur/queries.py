# SPDX-License-Identifier: Apache-2.0
"""What can be asked, and how it is written into an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypedDict
from urllib.parse import quote

from .documents import Format, Kind

Value = str | int | float | bool | date

# a list in one parameter, with commas; every other list is the parameter several times
_JOINED = {"fields", "facets", "kinds", "types"}


class Reading(TypedDict, total=False):
    at_least: int
    """Not before the server has read this position: what a webhook tells of can then be read."""


class GuideQuery(Reading, total=False):
    locale: str
    accept_language: str
    """The Accept-Language header of the reader: without a guide in `locale`, the answer is the translation that the reader prefers."""
    format: Format
    fields: Sequence[str]
    as_of: datetime | str
    """What readers could see then; a datetime needs its time zone."""


class ListQuery(GuideQuery, total=False):
    q: str
    sort: str
    limit: int
    cursor: str
    facets: Sequence[str]
    slug: str | Sequence[str]
    reviewed_after: date | str
    reviewed_before: date | str
    review_due_before: date | str
    updated_after: datetime | str
    filters: Mapping[str, Value | Sequence[Value]]
    """Every field that the content type marks x-filterable, with .min and .max for ranges."""


class LedgerFilter(Reading, total=False):
    kinds: Sequence[Kind]
    types: Sequence[str]


class LedgerQuery(LedgerFilter, total=False):
    after: int
    lineage: str | None
    """Of the ledger that the position is of; LedgerChanged is raised if the server has another one."""
    limit: int
    compact: bool
    guides: bool
    format: Format


class SyncQuery(Reading, total=False):
    types: Sequence[str]
    format: Format


class PreviewQuery(TypedDict, total=False):
    format: Format
    fields: Sequence[str]


class LinkedDataQuery(Reading, total=False):
    locale: str
    pages: str


def parameters(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The query as the server reads it, without what is sent as a header."""
    fallback = [("fallback", "accept-language")] if query.get("accept_language") is not None else []
    return fallback + [
        (_name(name), each)
        for name, value in query.items()
        if name not in ("at_least", "accept_language", "filters") and value is not None
        for each in _values(name, value)
    ] + [(name, each) for name, value in query.get("filters", {}).items() for each in _values(None, value)]


def segment(text: str) -> str:
    """Text as one segment of a path, whatever it holds."""
    return quote(text, safe="").replace(".", "%2E") if text.strip(".") == "" else quote(text, safe="")


def _name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)


def _values(name: str | None, value: Any) -> Iterator[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        yield _text(value)
    elif name in _JOINED:
        yield ",".join(_text(each) for each in value)
    else:
        yield from (_text(each) for each in value)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
