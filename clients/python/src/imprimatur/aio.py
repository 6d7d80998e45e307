# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack, overload

import anyio
import httpx
from httpx_sse import EventSource

from .core import BROKEN, LARGEST_PAGE, TIMEOUT, TOLD_TO_WAIT, Ask, Core, Place, Steps, Synced
from .documents import ContentType, Guide, Keys, LedgerEntry, LedgerPage, Page, Preview
from .folder import Store
from .problems import ImprimaturError
from .queries import GuideQuery, LedgerFilter, LedgerQuery, LinkedDataQuery, ListQuery, PreviewQuery, SyncQuery

C = TypeVar("C")
R = TypeVar("R")


class AsyncImprimatur:
    """
    Reads what a server publishes, on asyncio or trio. It is Imprimatur with `await`; a store of a sync is called without.

    :param url: where the server is, such as https://cms.example.com
    :param key: the site's key, imp_site_…
    :param retries: how often a request that was told to wait (429, 503) or met a broken connection is tried again
    :param remember: how many bytes of answers are kept, so that the server need not send again what did not change (304)
    :param http: a client of your own, with a proxy or a certificate, say; you close it
    """

    def __init__(self, url: str, key: str, *, retries: int = 4, remember: int = 16 * 2**20, http: httpx.AsyncClient | None = None) -> None:
        self._core = Core(url, key, retries, remember)
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT)
        self._owned = http is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        if self._owned:
            await self._http.aclose()

    @overload
    async def guide(self, type: ContentType[C], slug: str, **query: Unpack[GuideQuery]) -> Guide[C] | None: ...
    @overload
    async def guide(self, type: str, slug: str, **query: Unpack[GuideQuery]) -> Guide[dict[str, Any]] | None: ...
    async def guide(self, type: ContentType[Any] | str, slug: str, **query: Unpack[GuideQuery]) -> Any:
        """One guide; None if it is not live. If another guide took its place, that one."""
        return await self._run(self._core.guide(type, slug, query))

    @overload
    async def list(self, type: ContentType[C], **query: Unpack[ListQuery]) -> Page[C]: ...
    @overload
    async def list(self, type: str, **query: Unpack[ListQuery]) -> Page[dict[str, Any]]: ...
    async def list(self, type: ContentType[Any] | str, **query: Unpack[ListQuery]) -> Any:
        """One page of guides."""
        return await self._run(self._core.list(type, query))

    @overload
    def all(self, type: ContentType[C], **query: Unpack[ListQuery]) -> AsyncIterator[Guide[C]]: ...
    @overload
    def all(self, type: str, **query: Unpack[ListQuery]) -> AsyncIterator[Guide[dict[str, Any]]]: ...
    async def all(self, type: ContentType[Any] | str, **query: Unpack[ListQuery]) -> AsyncIterator[Any]:
        """All guides that the query asks for, page by page."""
        asked: ListQuery = {"limit": LARGEST_PAGE, **query}
        while True:
            page = await self.list(type, **asked)
            for guide in page["items"]:
                yield guide
            if "next" not in page:
                return
            asked["cursor"] = page["next"]

    async def ledger(self, **query: Unpack[LedgerQuery]) -> LedgerPage:
        """One page of what changed. It may be short, or empty, and still have a next."""
        return await self._run(self._core.ledger(query))

    async def ledger_pages(self, **query: Unpack[LedgerQuery]) -> AsyncIterator[LedgerPage]:
        """What changed, page by page, to the end. Keep the position and the lineage of the last page."""
        asked: LedgerQuery = {"limit": LARGEST_PAGE, **query}
        while True:
            page = await self.ledger(**asked)
            yield page
            if "next" not in page:
                return
            asked["after"], asked["lineage"] = page["next"], page["lineage"]

    async def sync(self, store: Store, **query: Unpack[SyncQuery]) -> Synced:
        """
        Brings a store into step: at first everything that is live, later what changed since. It may be broken off and called again at any
        time. If the server's ledger is not the one that was read before (restored from a backup, say), it starts over.
        """
        return await self._run(self._core.sync(store, query))

    async def events(self, *, after: int, lineage: str | None = None, **query: Unpack[LedgerFilter]) -> AsyncGenerator[LedgerEntry, None]:
        """
        What changes, as it changes, from a position on; it comes back where it was when the connection ends, however often. LedgerChanged
        is raised if the ledger is another one by then: sync, and listen from the position that it reached.
        """
        place = Place(after, lineage)
        while True:
            try:
                async with aclosing(await self._run(self._core.listen(place, query))) as answer:
                    async for event in EventSource(answer).aiter_sse():
                        if (entry := place.heard(event)) is not None:
                            yield entry
            except BROKEN:
                pass
            except ImprimaturError as error:
                if error.status not in TOLD_TO_WAIT:
                    raise
            await anyio.sleep(place.pause())

    async def preview(self, link: str, **query: Unpack[PreviewQuery]) -> Preview:
        """What a preview link shows. Never to be kept."""
        preview: Preview = await self._run(self._core.preview(link, query))
        return preview

    async def linked_data(self, type: ContentType[Any] | str, slug: str, **query: Unpack[LinkedDataQuery]) -> dict[str, Any]:
        """The guide as JSON-LD. To put it into a `script` of its page, escape what json.dumps leaves: `.replace("<", "\\\\u003c")`."""
        document: dict[str, Any] = await self._run(self._core.linked_data(type, slug, query))
        return document

    async def keys(self) -> Keys:
        """The server's public keys, for verify_guide."""
        keys: Keys = await self._run(self._core.keys())
        return keys

    async def _run(self, steps: Steps[R]) -> R:
        outcome: httpx.Response | httpx.RequestError | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                result: R = done.value
                return result
            if isinstance(step, Ask):
                outcome = await self._answer(step)
            else:
                await anyio.sleep(step.seconds)
                outcome = None

    async def _answer(self, ask: Ask) -> httpx.Response | httpx.RequestError:
        try:
            request = self._http.build_request("GET", ask.url, headers=ask.headers)
            answer = await self._http.send(request, stream=ask.stream, follow_redirects=False)
            if ask.stream and not answer.is_success:
                await answer.aread()
            return answer
        except BROKEN as broken:
            return broken
