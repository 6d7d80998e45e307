# SPDX-License-Identifier: Apache-2.0
"""
What both clients do, without doing it: each method is a generator that yields what to ask or how long to wait, is sent what came of it, and
returns what the caller wants. Clients differ only in how they ask and wait.
"""

from __future__ import annotations

import json
import random
import threading
from collections import OrderedDict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
from httpx_sse import ServerSentEvent

from .documents import LedgerEntry, LedgerPage
from .folder import Store
from .problems import ImprimaturError, LedgerChanged, refused
from .queries import LedgerFilter, SyncQuery, parameters, segment

R = TypeVar("R")

DELIVERY = "/api/delivery/v1"
LARGEST_PAGE = 100
LONGEST_WAIT = 30.0
TOLD_TO_WAIT = (429, 503)

# a server writes to a stream every 15 seconds unless it is told otherwise, so that one which says nothing is dead
TIMEOUT = httpx.Timeout(30, connect=5)

# what a connection can do that has nothing to do with what was asked
BROKEN = (
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.RemoteProtocolError,
    httpx.ProxyError,
    httpx.DecodingError,
)


@dataclass(frozen=True)
class Ask:
    """A request to make, always a GET."""

    url: str
    headers: Mapping[str, str]
    stream: bool = False


@dataclass(frozen=True)
class Wait:
    seconds: float


Steps = Generator[Ask | Wait, httpx.Response | httpx.RequestError | None, R]


@dataclass(frozen=True)
class Synced:
    """How far a sync came, and how many entries it applied."""

    position: int
    applied: int


@dataclass
class Place:
    """Where a listener is in the ledger."""

    position: int
    lineage: str | None
    failures: int = 0

    def heard(self, event: ServerSentEvent) -> LedgerEntry | None:
        """The entry that the event tells of, if it tells of one: some only move the listener on."""
        self.failures = 0
        entry: LedgerEntry | None = json.loads(event.data) if event.data else None
        if entry is not None:
            self.lineage = entry.get("lineage", self.lineage)
        if event.id:
            self.position = int(event.id)
        return entry

    def pause(self) -> float:
        """How long to stay away after the stream ended, whyever it did."""
        self.failures += 1
        return back_off(self.failures - 1)


@dataclass(frozen=True)
class _Kept:
    etag: str
    body: bytes


@dataclass
class _Answers:
    """The latest answers that have an ETag, so that what did not change is not sent again."""

    most_bytes: int
    bytes: int = 0
    by_url: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, url: str) -> _Kept | None:
        with self.lock:
            if url in self.by_url:
                self.by_url.move_to_end(url)
            return self.by_url.get(url)

    def put(self, url: str, answer: httpx.Response) -> None:
        etag = answer.headers.get("ETag")
        if etag is None or "no-store" in answer.headers.get("Cache-Control", ""):
            return
        with self.lock:
            if (before := self.by_url.pop(url, None)) is not None:
                self.bytes -= len(before.body)
            self.by_url[url] = _Kept(etag, answer.content)
            self.bytes += len(answer.content)
            while self.bytes > self.most_bytes:
                _, oldest = self.by_url.popitem(last=False)
                self.bytes -= len(oldest.body)


class Core:
    def __init__(self, url: str, key: str, retries: int, remember: int) -> None:
        self._base = url.rstrip("/")
        self._key = key
        self._retries = retries
        self._answers = _Answers(remember)

    def guide(self, type: object, slug: str, query: Mapping[str, Any]) -> Steps[Any]:
        try:
            return (yield from self._read(f"{DELIVERY}/{segment(str(type))}/{segment(slug)}", query))
        except ImprimaturError as error:
            if error.status in (301, 404, 410):
                return None
            raise

    def list(self, type: object, query: Mapping[str, Any]) -> Steps[Any]:
        return self._read(f"{DELIVERY}/{segment(str(type))}", query)

    def ledger(self, query: Mapping[str, Any]) -> Steps[LedgerPage]:
        return self._read(f"{DELIVERY}/ledger", query, again=False)

    def preview(self, link: str, query: Mapping[str, Any]) -> Steps[Any]:
        return self._read(urlsplit(link).path, query, again=False)

    def linked_data(self, type: object, slug: str, query: Mapping[str, Any]) -> Steps[Any]:
        return self._read(f"{DELIVERY}/{segment(str(type))}/{segment(slug)}/schema.org", query)

    def keys(self) -> Steps[Any]:
        return self._read("/.well-known/jwks.json", {})

    def sync(self, store: Store, query: SyncQuery) -> Steps[Synced]:
        after, lineage, applied, started_over = store.position(), store.lineage(), 0, False
        while True:
            whole = {**query, "after": after, "lineage": lineage, "limit": LARGEST_PAGE, "compact": True, "guides": True}
            try:
                page = yield from self.ledger(whole)
            except LedgerChanged:
                if started_over:
                    raise
                store.start_over()
                after, lineage, started_over = 0, None, True
                continue
            for entry in page["entries"]:
                if entry["kind"] == "unpublish":
                    store.remove(entry)
                elif "guide" in entry:
                    store.put(entry["guide"])
            applied += len(page["entries"])
            if (page["position"], page["lineage"]) != (after, lineage):
                store.moved(page["position"], page["lineage"])
            lineage = page["lineage"]
            if "next" not in page:
                return Synced(page["position"], applied)
            after = page["next"]

    def listen(self, place: Place, query: LedgerFilter) -> Steps[httpx.Response]:
        ask = self._ask(f"{DELIVERY}/ledger", {**query, "after": place.position, "lineage": place.lineage})
        headers = {**ask.headers, "Accept": "text/event-stream", "Last-Event-ID": str(place.position)}
        return self._exchange(replace(ask, headers=headers, stream=True))

    def _ask(self, path: str, query: Mapping[str, Any]) -> Ask:
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        if query.get("at_least") is not None:
            headers["Imprimatur-At-Least"] = str(query["at_least"])
        if query.get("accept_language") is not None:
            headers["Accept-Language"] = str(query["accept_language"])
        asked = urlencode(parameters(query))
        return Ask(self._base + path + (f"?{asked}" if asked else ""), headers)

    def _read(self, path: str, query: Mapping[str, Any], again: bool = True) -> Steps[Any]:
        """A document. If it may be asked for again, it is kept, and the server is asked whether it changed."""
        ask = self._ask(path, query)
        known = self._answers.get(ask.url) if again else None
        if known is None:
            answer = yield from self._exchange(ask)
        else:
            answer = yield from self._exchange(replace(ask, headers={**ask.headers, "If-None-Match": known.etag}))
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return json.loads(known.body)
        if again:
            self._answers.put(ask.url, answer)
        return json.loads(answer.content)

    def _exchange(self, ask: Ask) -> Steps[httpx.Response]:
        for tried in count():
            last = tried >= self._retries
            answer = yield ask
            assert answer is not None
            if isinstance(answer, httpx.RequestError):
                if last:
                    raise answer
                yield Wait(back_off(tried))
            elif answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
                return answer
            elif answer.status_code == 301 and answer.headers.get("Location", "").startswith(DELIVERY + "/") and not last:
                # a place outside the delivery API is for readers, and the key is not
                ask = replace(ask, url=self._base + answer.headers["Location"])
            elif answer.status_code in TOLD_TO_WAIT and not last:
                yield Wait(_retry_after(answer) or back_off(tried))
            else:
                raise refused(answer)
        raise AssertionError("it counts for ever")


def back_off(tried: int) -> float:
    """Ever longer, and never quite the same for two sites."""
    return min(LONGEST_WAIT, 0.25 * 2.0 ** min(tried, 10)) * random.uniform(0.5, 1.5)


def _retry_after(answer: httpx.Response) -> float:
    """Seconds, which may be told as a date; 0 if nothing is told."""
    told = answer.headers.get("Retry-After", "")
    if told.isascii() and told.isdigit():
        return min(float(told), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return 0
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return float(max(0.0, min(seconds, LONGEST_WAIT)))
