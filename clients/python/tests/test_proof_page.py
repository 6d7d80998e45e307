# SPDX-License-Identifier: Apache-2.0
"""
The verifiers of docs/proof.md, as they stand there, on guides of a running server. Needs Node, curl, openssl and jq.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from conftest import Server

from imprimatur import Imprimatur

PAGE = (Path(__file__).parents[3] / "docs" / "proof.md").read_text("utf-8")
SLUG = "machine-learning-engineer"

Document = dict[str, Any]
Verifier = Callable[[Document, Document], bool]


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


@pytest.fixture(params=[(sys.executable, "verify.py"), ("node", "verify.mjs"), ("bash", "verify.sh")], ids=["Python", "Node", "shell"])
def verifies(request: pytest.FixtureRequest, tmp_path: Path) -> Verifier:
    command, name = request.param
    found = re.findall(rf"```\w+ {name}\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    (tmp_path / name).write_text(found[0], "utf-8")

    def verify(guide: Document, keys: Document) -> bool:
        (tmp_path / "guide.json").write_text(json.dumps(guide), "utf-8")
        (tmp_path / "keys.json").write_text(json.dumps(keys), "utf-8")
        return run(tmp_path, command, name, "guide.json", "keys.json").returncode == 0

    return verify


@pytest.fixture
def keys(live: Imprimatur) -> Document:
    return dict(live.keys())


def forge_content(guide: Document, keys: Document) -> None:
    guide["content"]["summary"] = guide["content"]["summary"][:-1] + "!"


def forge_content_and_hash(guide: Document, keys: Document) -> None:
    forge_content(guide, keys)
    guide["contentHash"] = "sha256:" + hashlib.sha256(rfc8785.dumps(guide["content"])).hexdigest()


def forge_guide(guide: Document, keys: Document) -> None:
    """With what was signed beside it, for a verifier that mixes the two."""
    guide["review"]["slug"], guide["slug"] = guide["slug"], guide["slug"] + "s"


def forge_review(guide: Document, keys: Document) -> None:
    guide["review"]["reviewDue"] = "2099-12-31"


def forge_number(guide: Document, keys: Document) -> None:
    guide["content"]["compensation"]["bands"][0]["low"] = 20.250001


def forge_reviewer(guide: Document, keys: Document) -> None:
    guide["review"]["reviewedBy"][0]["name"] += "."


def add_a_signature(guide: Document, keys: Document) -> None:
    signature = {"name": "Rae", "meaning": "Approved", "at": "2026-05-14T10:00:00Z"}
    guide["review"]["signatures"].append(signature)


def take_the_signatures_away(guide: Document, keys: Document) -> None:
    del guide["review"]["signatures"]


def forge_signature(guide: Document, keys: Document) -> None:
    signed, _, signature = guide["review"]["signature"].rpartition(".")
    guide["review"]["signature"] = f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def spell_the_signature_otherwise(guide: Document, keys: Document) -> None:
    """The same bytes, with a bit that Base64 does not use."""
    signature = guide["review"]["signature"]
    guide["review"]["signature"] = signature[:-1] + chr(ord(signature[-1]) + 1)


def end_the_line(guide: Document, keys: Document) -> None:
    guide["review"]["signature"] += "\n"


def forge_what_was_signed(guide: Document, keys: Document) -> None:
    header, payload, signature = guide["review"]["signature"].split(".")
    guide["review"]["signature"] = f"{header}.{payload[:-1]}.{signature}"


def take_another_key(guide: Document, keys: Document) -> None:
    for key in keys["keys"]:
        # the first of RFC 8032's test vectors
        key["x"] = base64.urlsafe_b64encode(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")).decode().rstrip("=")


def name_an_unknown_key(guide: Document, keys: Document) -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"EdDSA","kid":"unknown"}').decode().rstrip("=")
    guide["review"]["signature"] = header + guide["review"]["signature"][guide["review"]["signature"].index(".") :]


def fetched(server: Server, tmp_path: Path) -> tuple[Document, Document]:
    fetch = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert len(fetch) == 1
    done = run(tmp_path, "bash", "-euc", fetch[0], API=f"{server.url}/api/delivery/v1", SERVER=server.url, KEY=server.key)
    assert done.returncode == 0, done.stderr
    guide, keys = (json.loads((tmp_path / name).read_text("utf-8")) for name in ("guide.json", "keys.json"))
    assert guide["slug"] == SLUG
    return guide, keys


def test_what_the_page_says_to_fetch_is_proven(server: Server, verifies: Verifier, tmp_path: Path) -> None:
    guide, keys = fetched(server, tmp_path)

    assert verifies(guide, keys)
    assert "signatures" not in guide["review"]
    nothings: tuple[object, ...] = (None, False, "", [])
    for nothing in nothings:
        guide["review"]["signatures"] = nothing
        assert not verifies(guide, keys)


def test_so_is_one_whose_decisions_were_signed(reviewed: Document, keys: Document, verifies: Verifier) -> None:
    assert verifies(reviewed, keys)


@pytest.mark.parametrize(
    "forge",
    [
        forge_content,
        forge_content_and_hash,
        forge_number,
        forge_guide,
        forge_review,
        forge_reviewer,
        add_a_signature,
        take_the_signatures_away,
        forge_signature,
        spell_the_signature_otherwise,
        end_the_line,
        forge_what_was_signed,
        take_another_key,
        name_an_unknown_key,
    ],
)
def test_a_forgery_is_found_out(
    reviewed: Document, keys: Document, verifies: Verifier, forge: Callable[[Document, Document], None]
) -> None:
    guide = copy.deepcopy(reviewed)

    forge(guide, keys)

    assert not verifies(guide, keys)
