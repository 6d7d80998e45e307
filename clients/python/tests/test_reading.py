# SPDX-License-Identifier: Apache-2.0
"""What is asked for, and what comes of it when the network or the server has other plans."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from conftest import Scripted, answer

from imprimatur import AsyncImprimatur, Fault, Imprimatur, ImprimaturError

PAGE: Any = {"items": [], "total": 0}
GUIDE: Any = {"slug": "a"}
OTHER: Any = {"slug": "b"}


def test_a_query_is_written_as_the_server_reads_it(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer(PAGE)]

    cms.list(
        "role-guide",
        q="équipe & ☃",
        fields=["title", "compensation.bands"],
        slug=["a", "b"],
        as_of=datetime(2026, 5, 14, 12, tzinfo=timezone(timedelta(hours=2))),
        reviewed_after=date(2026, 1, 1),
        filters={"tag": ["ai", "data"], "compensation.dataYear.min": 2020},
        at_least=7,
    )

    assert scripted.asked[0].query == {
        "q": ["équipe & ☃"],
        "fields": ["title,compensation.bands"],
        "slug": ["a", "b"],
        "asOf": ["2026-05-14T10:00:00Z"],
        "reviewedAfter": ["2026-01-01"],
        "tag": ["ai", "data"],
        "compensation.dataYear.min": ["2020"],
    }
    assert scripted.asked[0].headers["authorization"] == "Bearer imp_site_x"
    assert scripted.asked[0].headers["imprimatur-at-least"] == "7"


def test_an_instant_without_a_time_zone_is_not_guessed(cms: Imprimatur) -> None:
    with pytest.raises(ValueError, match="time zone"):
        cms.guide("role-guide", "a", as_of=datetime(2026, 5, 14))


@pytest.mark.parametrize(
    ("slug", "path"),
    [("jefe-de-cocina-ñ", "jefe-de-cocina-%C3%B1"), ("a/b?c#d%2F", "a%2Fb%3Fc%23d%252F"), ("..", "%2E%2E")],
)
def test_a_slug_is_one_segment_whatever_it_holds(scripted: Scripted, cms: Imprimatur, slug: str, path: str) -> None:
    scripted.answers = [answer(GUIDE)]

    cms.guide("role-guide", slug)

    assert scripted.asked[0].target == f"/api/delivery/v1/role-guide/{path}"


def test_what_is_not_live_is_none(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer({}, 404), answer({}, 410), answer({}, 301, Location="https://example.com/")]

    assert [cms.guide("role-guide", "a") for _ in range(3)] == [None, None, None]


def test_what_took_a_guides_place_is_read_in_its_place(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer({}, 301, Location="/api/delivery/v1/role-guide/b?format=html"), answer(OTHER)]

    assert cms.guide("role-guide", "a", format="html") == OTHER
    assert scripted.asked[1].target == "/api/delivery/v1/role-guide/b?format=html"


def test_a_refusal_says_what_is_wrong_and_where(scripted: Scripted, cms: Imprimatur) -> None:
    problem = {"type": "/problems/malformed", "detail": "must be text", "errors": [{"pointer": "/slug", "detail": "must be text"}]}
    scripted.answers = [answer(problem, 400)]

    with pytest.raises(ImprimaturError, match="400 /problems/malformed: must be text") as refused:
        cms.list("role-guide")

    assert (refused.value.status, refused.value.type) == (400, "/problems/malformed")
    assert refused.value.faults == [Fault("/slug", "must be text")]


def test_a_refusal_that_is_no_problem_document_is_one_all_the_same(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer({"errors": "a proxy's own"}, 502, Content_Type="application/json")]

    with pytest.raises(ImprimaturError, match="proxy's own"):
        cms.list("role-guide")


def test_who_is_told_to_wait_waits_as_long_and_tries_again(scripted: Scripted, cms: Imprimatur) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    scripted.answers = [answer({}, 503, Retry_After="1"), answer({}, 429, Retry_After=later), answer(PAGE)]
    started = time.monotonic()

    assert cms.list("role-guide") == PAGE

    assert time.monotonic() - started >= 2
    assert len(scripted.asked) == 3


def test_a_connection_that_is_lost_in_the_middle_of_a_page_is_tried_again(scripted: Scripted, cms: Imprimatur, no_wait: None) -> None:
    scripted.answers = [answer(PAGE, cut=5), b"", b"HTTP/1.1 200", answer(PAGE)]

    assert cms.list("role-guide") == PAGE
    assert len(scripted.asked) == 4


def test_nobody_is_asked_for_ever(scripted: Scripted, no_wait: None) -> None:
    with Imprimatur(scripted.url, "x", retries=2) as cms:
        scripted.answers = [answer(PAGE, cut=1)] * 3
        with pytest.raises(httpx.RemoteProtocolError):
            cms.list("role-guide")
        scripted.answers = [answer({}, 503)] * 3
        with pytest.raises(ImprimaturError, match="503"):
            cms.list("role-guide")
    assert len(scripted.asked) == 6


def test_what_did_not_change_is_not_sent_again(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer(GUIDE, ETag='"1"'), answer(status=304), answer(OTHER, ETag='"2"'), answer(status=304)]

    told = [cms.guide("role-guide", "a") for _ in range(4)]

    assert told == [GUIDE, GUIDE, OTHER, OTHER]
    assert [each.headers.get("if-none-match") for each in scripted.asked] == [None, '"1"', '"1"', '"2"']


def test_what_a_caller_does_to_an_answer_is_not_in_the_next(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer(GUIDE, ETag='"1"'), answer(status=304)]
    first = cms.guide("role-guide", "a")
    assert first is not None

    first["slug"] = "changed"

    assert cms.guide("role-guide", "a") == GUIDE


def test_only_so_much_is_kept_and_none_that_must_not_be(scripted: Scripted) -> None:
    scripted.answers = [answer(GUIDE, ETag='"1"'), answer(GUIDE, ETag='"2"'), answer(GUIDE), answer(GUIDE, ETag='"3"', Cache_Control="no-store")]
    with Imprimatur(scripted.url, "x", remember=20) as cms:
        for slug in ("a", "b", "a", "c"):
            cms.guide("role-guide", slug)
        scripted.answers = [answer(GUIDE)]
        cms.guide("role-guide", "c")
    assert all("if-none-match" not in each.headers for each in scripted.asked)


def test_pages_are_read_to_the_last_also_past_one_that_is_empty(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [
        answer({"items": [{"slug": "a"}], "next": "c1", "total": 2}),
        answer({"items": [], "next": "c2", "total": 2}),
        answer({"items": [{"slug": "b"}], "total": 2}),
    ]

    assert [each["slug"] for each in cms.all("role-guide", sort="-title")] == ["a", "b"]
    assert [each.query.get("cursor") for each in scripted.asked] == [None, ["c1"], ["c2"]]
    assert all(each.query["sort"] == ["-title"] for each in scripted.asked)


def test_the_key_goes_to_the_server_alone(scripted: Scripted, cms: Imprimatur) -> None:
    scripted.answers = [answer({"preview": {}})]

    cms.preview("https://elsewhere.example.com/api/delivery/v1/preview/t")

    assert scripted.asked[0].target == "/api/delivery/v1/preview/t"


def test_all_of_it_can_be_awaited(scripted: Scripted, no_wait: None) -> None:
    scripted.answers = [
        answer(GUIDE, cut=2),
        answer({}, 503, Retry_After="0"),
        answer(GUIDE, ETag='"1"'),
        answer(status=304),
        answer({"items": [GUIDE], "next": "c", "total": 2}),
        answer({"items": [GUIDE], "total": 2}),
        answer({}, 400),
    ]

    async def read() -> None:
        async with AsyncImprimatur(scripted.url, "x") as cms:
            assert await cms.guide("role-guide", "a") == GUIDE
            assert await cms.guide("role-guide", "a") == GUIDE
            assert [each async for each in cms.all("role-guide")] == [GUIDE, GUIDE]
            with pytest.raises(ImprimaturError, match="400"):
                await cms.list("role-guide")

    asyncio.run(read())
