# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from imprimatur import Guide, Imprimatur, core

KEY = "imp_site_x"
RUN = secrets.token_hex(4)


def own(name: str) -> str:
    """A slug that no other run on the same server has."""
    return f"{name}-{RUN}"


@dataclass
class Asked:
    target: str
    headers: dict[str, str]

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


def answer(document: object = None, status: int = 200, *, cut: int = 0, **headers: str) -> bytes:
    """An HTTP answer; the connection ends so many bytes before its body does."""
    body = b"" if document is None else json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    headers.setdefault("Content_Type", "application/json" if status < 400 else "application/problem+json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body[: len(body) - cut]


def stream(*parts: str) -> bytes:
    """A stream of events that says no length, as one that is cut off anywhere."""
    return b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + "".join(parts).encode()


@dataclass
class Scripted:
    """A server on a socket that gives the answers of a list, one a connection."""

    socket: socket.socket
    answers: list[bytes] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                line, *headers = head.decode().strip().split("\r\n")
                pairs = (each.split(": ", 1) for each in headers)
                self.asked.append(Asked(line.split(" ")[1], {name.lower(): value for name, value in pairs}))
                connection.sendall(self.answers.pop(0) if self.answers else answer({"detail": "the script is over"}, 599))


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = Scripted(listening)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.fixture
def cms(scripted: Scripted) -> Iterator[Imprimatur]:
    with Imprimatur(scripted.url, KEY) as client:
        yield client


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "back_off", lambda tried: 0.0)


@dataclass
class Server:
    """A demo of the built jar, with its people."""

    url: str
    key: str
    password: str

    def manage(self, token: str, path: str, body: object = None, method: str = "POST", **headers: str) -> httpx.Response:
        headers = {"Authorization": token, **{name.replace("_", "-"): value for name, value in headers.items()}}
        done = httpx.request(method, f"{self.url}/api/management/v1{path}", json=body, headers=headers)
        assert done.is_success, done.text
        return done

    def sign_in(self, name: str) -> str:
        basic = httpx.BasicAuth(name, self.password)
        done = httpx.post(f"{self.url}/api/management/v1/tokens", json={"name": "test"}, auth=basic)
        return "Bearer " + str(done.json()["token"])

    def publish(self, slug: str, **changed: Any) -> int:
        """Puts a change before readers, as the team does; the guide is made if there is none. Answers where the ledger ends then."""
        editor, reviewer = self.sign_in("editor"), self.sign_in("reviewer")
        with Imprimatur(self.url, self.key) as cms:
            live = cms.guide("role-guide", slug)
            if live is None:
                model = cms.guide("role-guide", "machine-learning-engineer")
                assert model is not None
                content = {"slug": slug, "content": {**model["content"], **changed}}
                id = self.manage(editor, "/role-guide", content).json()["id"]
            else:
                id = live["id"]
                self.manage(editor, f"/role-guide/{id}/editions", {})
                seen = self.manage(editor, f"/role-guide/{id}/draft", method="GET").headers["ETag"]
                self.manage(editor, f"/role-guide/{id}/draft", changed, "PATCH", If_Match=seen)
            task = self.manage(editor, f"/role-guide/{id}/submit", {}).json()["task"]
            decision = {"outcome": "approve", "revision": task["revision"], "contentHash": task["contentHash"]}
            self.manage(reviewer, f"/tasks/{task['id']}/complete", decision)
            guide = cms.guide("role-guide", slug)
            assert guide is not None
            return guide["position"]

    def unpublish(self, slug: str) -> None:
        with Imprimatur(self.url, self.key) as cms:
            guide = cms.guide("role-guide", slug)
            assert guide is not None
            self.manage(self.sign_in("publisher"), f"/role-guide/{guide['id']}/unpublish", {"reason": "a test"})


@pytest.fixture(scope="session")
def server() -> Server:
    return Server(*(os.environ[f"IMPRIMATUR_{name}"] for name in ("URL", "KEY", "DEMO_PASSWORD")))


@pytest.fixture
def live(server: Server) -> Iterator[Imprimatur]:
    with Imprimatur(server.url, server.key) as client:
        yield client




@pytest.fixture(scope="session")
def reviewed(server: Server) -> Guide[dict[str, Any]]:
    """A guide whose decisions were signed on the server, with text and numbers that are written in many ways."""
    slug = own("jefe-de-proyecto")
    bands = [{"level": "\u00f1 \u2028 \U0001d11e \\u007f \"<&>/", "minYears": 0, "low": 20.25, "high": 0.1e6, "openEnded": True}]
    with Imprimatur(server.url, server.key) as cms:
        model = cms.guide("role-guide", "machine-learning-engineer")
        assert model is not None
        compensation = {**model["content"]["compensation"], "bands": bands}
        server.publish(slug, title="Jefe de proyecto ñ <&>", compensation=compensation)
        guide = cms.guide("role-guide", slug)
    assert guide is not None and "signatures" in guide["review"]
    return guide
