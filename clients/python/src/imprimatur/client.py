# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack, overload

import httpx
from httpx_sse import EventSource

from .core import BROKEN, LARGEST_PAGE, TIMEOUT, TOLD_TO_WAIT, Ask, Core, Place, Steps, Synced
from .documents import ContentType, Guide, Keys, LedgerEntry, LedgerPage, Page, Preview
from .folder import Store
from .problems import ImprimaturError
from .queries import GuideQuery, LedgerFilter, LedgerQuery, LinkedDataQuery, ListQuery, PreviewQuery, SyncQuery

C = TypeVar("C")
R = TypeVar("R")


class Imprimatur:
    """
    Reads what a server publishes. It may be used by several threads.

    :param url: where the server is, such as https://cms.example.com
    :param key: the site's key, imp_site_…
    :param retries: how often a request that was told to wait (429, 503) or met a broken connection is tried again
    :param remember: how many bytes of answers are kept, so that the server need not send again what did not change (304)
    :param http: a client of your own, with a proxy or a certificate, say; you close it
    """

    def __init__(self, url: str, key: str, *, retries: int = 4, remember: int = 16 * 2**20, http: httpx.Client | None = None) -> None:
        self._core = Core(url, key, retries, remember)
        self._http = http or httpx.Client(timeout=TIMEOUT)
        self._owned = http is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._owned:
            self._http.close()

    @overload
    def guide(self, type: ContentType[C], slug: str, **query: Unpack[GuideQuery]) -> Guide[C] | None: ...
    @overload
    def guide(self, type: str, slug: str, **query: Unpack[GuideQuery]) -> Guide[dict[str, Any]] | None: ...
    def guide(self, type: ContentType[Any] | str, slug: str, **query: Unpack[GuideQuery]) -> Any:
        """One guide; None if it is not live. If another guide took its place, that one."""
        return self._run(self._core.guide(type, slug, query))

    @overload
    def list(self, type: ContentType[C], **query: Unpack[ListQuery]) -> Page[C]: ...
    @overload
    def list(self, type: str, **query: Unpack[ListQuery]) -> Page[dict[str, Any]]: ...
    def list(self, type: ContentType[Any] | str, **query: Unpack[ListQuery]) -> Any:
        """One page of guides."""
        return self._run(self._core.list(type, query))

    @overload
    def all(self, type: ContentType[C], **query: Unpack[ListQuery]) -> Iterator[Guide[C]]: ...
    @overload
    def all(self, type: str, **query: Unpack[ListQuery]) -> Iterator[Guide[dict[str, Any]]]: ...
    def all(self, type: ContentType[Any] | str, **query: Unpack[ListQuery]) -> Iterator[Any]:
        """All guides that the query asks for, page by page."""
        asked: ListQuery = {"limit": LARGEST_PAGE, **query}
        while True:
            page = self.list(type, **asked)
            yield from page["items"]
            if "next" not in page:
                return
            asked["cursor"] = page["next"]

    def ledger(self, **query: Unpack[LedgerQuery]) -> LedgerPage:
        """One page of what changed. It may be short, or empty, and still have a next."""
        return self._run(self._core.ledger(query))

    def ledger_pages(self, **query: Unpack[LedgerQuery]) -> Iterator[LedgerPage]:
        """What changed, page by page, to the end. Keep the position and the lineage of the last page."""
        asked: LedgerQuery = {"limit": LARGEST_PAGE, **query}
        while True:
            page = self.ledger(**asked)
            yield page
            if "next" not in page:
                return
            asked["after"], asked["lineage"] = page["next"], page["lineage"]

    def sync(self, store: Store, **query: Unpack[SyncQuery]) -> Synced:
        """
        Brings a store into step: at first everything that is live, later what changed since. It may be broken off and called again at any
        time. If the server's ledger is not the one that was read before (restored from a backup, say), it starts over.
        """
        return self._run(self._core.sync(store, query))

    def events(self, *, after: int, lineage: str | None = None, **query: Unpack[LedgerFilter]) -> Generator[LedgerEntry, None, None]:
        """
        What changes, as it changes, from a position on; it comes back where it was when the connection ends, however often. LedgerChanged
        is raised if the ledger is another one by then: sync, and listen from the position that it reached.
        """
        place = Place(after, lineage)
        while True:
            try:
                with closing(self._run(self._core.listen(place, query))) as answer:
                    for event in EventSource(answer).iter_sse():
                        if (entry := place.heard(event)) is not None:
                            yield entry
            except BROKEN:
                pass
            except ImprimaturError as error:
                if error.status not in TOLD_TO_WAIT:
                    raise
            time.sleep(place.pause())

    def preview(self, link: str, **query: Unpack[PreviewQuery]) -> Preview:
        """What a preview link shows. Never to be kept."""
        preview: Preview = self._run(self._core.preview(link, query))
        return preview

    def linked_data(self, type: ContentType[Any] | str, slug: str, **query: Unpack[LinkedDataQuery]) -> dict[str, Any]:
        """The guide as JSON-LD. To put it into a `script` of its page, escape what json.dumps leaves: `.replace("<", "\\\\u003c")`."""
        document: dict[str, Any] = self._run(self._core.linked_data(type, slug, query))
        return document

    def keys(self) -> Keys:
        """The server's public keys, for verify_guide."""
        keys: Keys = self._run(self._core.keys())
        return keys

    def _run(self, steps: Steps[R]) -> R:
        outcome: httpx.Response | httpx.RequestError | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                result: R = done.value
                return result
            if isinstance(step, Ask):
                outcome = self._answer(step)
            else:
                time.sleep(step.seconds)
                outcome = None

    def _answer(self, ask: Ask) -> httpx.Response | httpx.RequestError:
        try:
            request = self._http.build_request("GET", ask.url, headers=ask.headers)
            answer = self._http.send(request, stream=ask.stream, follow_redirects=False)
            if ask.stream and not answer.is_success:
                answer.read()
            return answer
        except BROKEN as broken:
            return broken
