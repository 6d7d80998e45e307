# SPDX-License-Identifier: Apache-2.0
"""The client on a running server: IMPRIMATUR_URL, IMPRIMATUR_KEY, and the demo's password in IMPRIMATUR_DEMO_PASSWORD."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from conftest import Server, own

from imprimatur import AsyncImprimatur, Folder, Imprimatur, ImprimaturError, LedgerChanged, WebhookMessage, verify_webhook

SLUG = "machine-learning-engineer"


def test_a_guide_a_list_and_a_search(live: Imprimatur) -> None:
    guide = live.guide("role-guide", SLUG, format="html", fields=["introduction", "compensation.bands"])
    assert guide is not None
    assert guide["content"]["introduction"].startswith("<p>")
    assert set(guide["content"]) == {"introduction", "compensation"}

    page = live.list("role-guide", filters={"tag": ["ai"], "compensation.dataYear.min": 2000}, sort="-lastReviewed", facets=["tag"], limit=1)
    assert page["total"] >= 1
    assert {"value": "ai", "count": page["total"]} in page["facets"]["tag"]

    assert [each["slug"] for each in live.list("role-guide", q="machine lerning")["items"]][0] == SLUG
    assert live.list("role-guide", q="étoile ☃ 𝄞")["total"] == 0
    assert live.guide("role-guide", "jefe-de-cocina-ñ") is None


def test_pages_by_cursor_hold_every_guide_once(live: Imprimatur) -> None:
    slugs = [each["slug"] for each in live.all("role-guide", limit=1, fields=["title"])]

    assert len(slugs) == len(set(slugs)) == live.list("role-guide")["total"] >= 2


def test_what_readers_could_see_then(server: Server, live: Imprimatur) -> None:
    server.publish(own("as-of"), summary="First.")
    then = datetime.now(UTC)
    server.publish(own("as-of"), summary="Second.")

    now, before = live.guide("role-guide", own("as-of")), live.guide("role-guide", own("as-of"), as_of=then)

    assert now is not None and before is not None
    assert (before["content"]["summary"], now["content"]["summary"]) == ("First.", "Second.")


def test_a_refusal_says_why(live: Imprimatur) -> None:
    with pytest.raises(ImprimaturError, match="known here are") as refused:
        live.list("role-guide", filters={"no-such-field": "x"})
    assert (refused.value.status, refused.value.type) == (400, "/problems/malformed")


def test_what_did_not_change_is_a_304(server: Server) -> None:
    told: list[int] = []
    with httpx.Client(event_hooks={"response": [lambda answer: told.append(answer.status_code)]}) as http:
        cms = Imprimatur(server.url, server.key, http=http)
        first, second = cms.guide("role-guide", SLUG), cms.guide("role-guide", SLUG)
    assert first == second is not None
    assert told == [200, 304]


def test_a_walk_of_filtered_pages_misses_no_withdrawal(server: Server, live: Imprimatur) -> None:
    server.publish(own("withdrawn"))
    server.unpublish(own("withdrawn"))

    pages = list(live.ledger_pages(after=0, kinds=["unpublish"], limit=1))

    assert own("withdrawn") in [each["slug"] for page in pages for each in page["entries"]]
    assert pages[-1]["position"] == live.ledger(after=0, compact=True)["position"]


def test_a_folder_is_brought_into_step(server: Server, live: Imprimatur, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    live.sync(folder)
    assert {each["slug"] for each in folder.guides()} == {each["slug"] for each in live.all("role-guide")}

    position = server.publish(own("synced"), summary="New.")

    assert live.sync(folder, at_least=position).position >= position
    assert "New." in [each["content"]["summary"] for each in folder.guides() if each["slug"] == own("synced")]
    server.unpublish(own("synced"))
    assert live.sync(folder).applied == 1
    assert own("synced") not in {each["slug"] for each in folder.guides()}
    assert live.sync(folder).applied == 0


@pytest.mark.parametrize("place", [(4711, None), (1, "of-another-ledger")])
def test_a_folder_of_another_ledger_starts_over(live: Imprimatur, tmp_path: Path, place: tuple[int, str | None]) -> None:
    folder = Folder(tmp_path)
    live.sync(folder)
    left_over = {**next(folder.guides()), "id": "left-over"}
    folder.put(left_over)  # type: ignore[arg-type]
    folder.moved(place[0], place[1] or str(folder.lineage()))

    live.sync(folder)

    assert "left-over" not in {each["id"] for each in folder.guides()}
    assert len(list(folder.guides())) == live.list("role-guide")["total"]


def test_the_ledger_of_another_server_is_no_empty_page(live: Imprimatur) -> None:
    with pytest.raises(LedgerChanged) as changed:
        live.ledger(after=1, lineage="of-another-ledger")
    here = live.ledger(after=0, compact=True)
    assert (changed.value.lineage, changed.value.position) == (here["lineage"], here["position"])


def test_a_stream_tells_what_changes(server: Server, live: Imprimatur) -> None:
    page = live.ledger(after=0, compact=True)
    with closing(live.events(after=page["position"], lineage=page["lineage"])) as events:
        position = server.publish(own("streamed"))
        entry = next(events)
    assert (entry["slug"], entry["position"], entry["lineage"]) == (own("streamed"), position, page["lineage"])


def test_it_can_be_awaited(server: Server, tmp_path: Path) -> None:
    async def read() -> None:
        async with AsyncImprimatur(server.url, server.key) as cms:
            guide = await cms.guide("role-guide", SLUG)
            assert guide is not None and guide["slug"] == SLUG
            synced = await cms.sync(Folder(tmp_path))
            async for entry in cms.events(after=0):
                assert entry["position"] == 1
                break
            assert synced.position >= 2

    asyncio.run(read())


def test_a_webhook_is_read_and_what_it_tells_of_is_there(server: Server, live: Imprimatur) -> None:
    came: list[WebhookMessage] = []
    arrived = threading.Event()
    secret = ""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(verify_webhook(body, dict(self.headers.items()), secret))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as listening:
        serving = threading.Thread(target=listening.serve_forever)
        serving.start()
        admin = server.sign_in("admin")
        webhook = server.manage(admin, "/webhooks", {"url": f"http://127.0.0.1:{listening.server_port}/hook"}).json()
        secret = webhook["secret"]
        try:
            server.publish(own("told-by-a-webhook"))
            assert arrived.wait(20)
        finally:
            server.manage(admin, f"/webhooks/{webhook['id']}", method="DELETE")
            listening.shutdown()
            serving.join()

    assert came[0]["data"]["slug"] == own("told-by-a-webhook")
    assert live.guide("role-guide", own("told-by-a-webhook"), at_least=came[0]["data"]["position"]) is not None


def test_a_preview_is_read_by_its_link(server: Server, live: Imprimatur) -> None:
    guide = live.guide("role-guide", SLUG)
    assert guide is not None
    link = server.manage(server.sign_in("editor"), f"/role-guide/{guide['id']}/previews", {"revision": 1}).json()["url"]

    preview = live.preview(link, format="html", fields=["introduction"])

    assert preview["revision"] == 1
    assert preview["content"]["introduction"].startswith("<p>")
    assert preview["preview"]["expiresAt"]


def test_linked_data_names_the_page(live: Imprimatur) -> None:
    document = live.linked_data("role-guide", SLUG, pages="https://www.example.com/{slug}")

    assert document["url"] == f"https://www.example.com/{SLUG}"


def test_types_of_content_are_checked(server: Server, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-W", "error", "-m", *arguments], capture_output=True, text=True, cwd=tmp_path)

    module = run("imprimatur.generate", server.url)
    assert module.returncode == 0, module.stderr
    (tmp_path / "guides.py").write_text(module.stdout)
    site = f"""
from guides import ROLE_GUIDE
from imprimatur import Imprimatur

guide = Imprimatur("{server.url}", "{server.key}").guide(ROLE_GUIDE, "{SLUG}")
assert guide is not None
low: float = guide["content"]["compensation"]["bands"][0]["low"]
assert low > 0
"""
    (tmp_path / "site.py").write_text(site)
    (tmp_path / "wrong.py").write_text(site + 'guide["content"]["salary"]\nname: int = guide["content"]["title"]\n')

    assert run("site").returncode == 0
    assert run("mypy", "--strict", "site.py").returncode == 0
    wrong = run("mypy", "--strict", "wrong.py").stdout
    assert 'no key "salary"' in wrong and "Found 2 errors" in wrong
