# SPDX-License-Identifier: Apache-2.0
"""How a site stays in step."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from conftest import Scripted, answer, stream

from imprimatur import AsyncImprimatur, Folder, Imprimatur, LedgerChanged

CHANGED = {"type": "/problems/ledger-changed", "detail": "start over", "lineage": "new", "position": 3}


def page(position: int, *entries: dict[str, Any], more: bool = False, lineage: str = "new") -> bytes:
    return answer({"entries": entries, "lineage": lineage, "position": position, **({"next": position} if more else {})})


def entry(position: int, kind: str = "publish") -> dict[str, Any]:
    id = f"g{position}"
    return {"position": position, "kind": kind, "id": id, **({} if kind == "unpublish" else {"guide": {"id": id, "slug": id}})}


def event(position: int, kind: str = "publish") -> str:
    return f"id:{position}\nevent:{kind}\ndata:{json.dumps({**entry(position, kind), 'lineage': 'new'})}\n\n"


def test_filtered_pages_that_are_empty_go_on(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [page(100, more=True), page(200, entry(150, "unpublish"), more=True), page(300, more=True), page(310, entry(305, "unpublish"))]

    pages = list(cms.ledger_pages(after=7, kinds=["unpublish"], types=["role-guide"]))

    assert [each["position"] for told in pages for each in told["entries"]] == [150, 305]
    assert pages[-1]["position"] == 310
    assert [each.query["after"] for each in scripted.asked] == [["7"], ["100"], ["200"], ["300"]]
    assert all(each.query["kinds"] == ["unpublish"] for each in scripted.asked)
    assert scripted.asked[1].query["lineage"] == ["new"]


def test_a_sync_goes_on_past_pages_that_are_short_or_empty(scripted: Scripted, cms: Imprimatur, tmp_path: Path) -> None:
    scripted.answers = [page(100, entry(1), more=True), page(200, more=True), page(300, entry(300), entry(299, "unpublish"))]
    folder = Folder(tmp_path)

    synced = cms.sync(folder, types=["role-guide"])

    assert (synced.position, synced.applied) == (300, 3)
    assert {each["id"] for each in folder.guides()} == {"g1", "g300"}
    assert (folder.position(), folder.lineage()) == (300, "new")


def test_a_sync_that_broke_off_goes_on_where_it_was(scripted: Scripted, tmp_path: Path, no_wait: None) -> None:
    scripted.answers = [page(100, entry(1), more=True), answer({}, 400), page(102, entry(1, "unpublish"))]
    with Imprimatur(scripted.url, "x") as cms:
        with pytest.raises(Exception, match="400"):
            cms.sync(Folder(tmp_path))

        cms.sync(Folder(tmp_path))

    assert scripted.asked[2].query["after"] == ["100"]
    assert scripted.asked[2].query["lineage"] == ["new"]
    assert list(Folder(tmp_path).guides()) == []


def test_where_the_ledger_is_another_one_a_sync_starts_over_once(scripted: Scripted, cms: Imprimatur, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    scripted.answers = [page(4711, entry(1), lineage="old")]
    cms.sync(folder)
    scripted.answers = [answer(CHANGED, 409), page(3, entry(3))]

    cms.sync(folder)

    assert [each["id"] for each in folder.guides()] == ["g3"]
    assert (folder.position(), folder.lineage()) == (3, "new")
    assert [(each.query["after"], each.query.get("lineage")) for each in scripted.asked[1:]] == [(["4711"], ["old"]), (["0"], None)]
    scripted.answers = [answer(CHANGED, 409), answer(CHANGED, 409)]
    with pytest.raises(LedgerChanged) as changed:
        cms.sync(folder)
    assert (changed.value.lineage, changed.value.position) == ("new", 3)


def test_what_an_id_holds_stays_in_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data")

    folder.put({"id": "../../outside"})  # type: ignore[typeddict-item]

    assert [each["id"] for each in folder.guides()] == ["../../outside"]
    assert not (tmp_path / "outside.json").exists()


def test_a_stream_that_is_cut_goes_on_where_it_was(scripted: Scripted, cms: Imprimatur, no_wait: None) -> None:
    scripted.answers = [
        stream("id: 3\n\n", event(4), event(5)[:-9]),
        b"",
        stream(event(5), "id:9\n\n"),
        answer({}, 503, Retry_After="0"),
        stream(event(10).replace("\n", "\r\n"), event(11, "unpublish")),
    ]

    with closing(cms.events(after=3, kinds=["publish", "unpublish"])) as events:
        told = [each["position"] for each in islice(events, 4)]

    assert told == [4, 5, 10, 11]
    assert [each.headers["last-event-id"] for each in scripted.asked] == ["3", "4", "4", "9", "9"]
    assert scripted.asked[0].headers["accept"] == "text/event-stream"
    assert scripted.asked[1].query["lineage"] == ["new"]


def test_a_stream_of_another_ledger_ends(scripted: Scripted, cms: Imprimatur, no_wait: None) -> None:
    scripted.answers = [stream(event(4)), answer(CHANGED, 409)]
    events = cms.events(after=3)
    assert next(events)["position"] == 4

    with pytest.raises(LedgerChanged):
        next(events)


def test_all_of_it_can_be_awaited(scripted: Scripted, tmp_path: Path, no_wait: None) -> None:
    scripted.answers = [
        page(100, entry(1), more=True),
        page(101),
        page(200, more=True),
        page(201, entry(201)),
        stream(event(202)),
        stream(event(203)),
    ]

    async def read() -> None:
        async with AsyncImprimatur(scripted.url, "x") as cms:
            assert (await cms.sync(Folder(tmp_path))).position == 101
            assert [each["position"] async for each in cms.ledger_pages(after=101)] == [200, 201]
            async with aclosing(cms.events(after=201)) as events:
                assert (await anext(events))["position"] == 202
                assert (await anext(events))["position"] == 203

    asyncio.run(read())
    assert scripted.asked[-1].headers["last-event-id"] == "202"
