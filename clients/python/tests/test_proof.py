# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Server
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from imprimatur import Imprimatur, Keys, content_hash, verify_guide
from imprimatur.proof import _as_approved, _decode, _encode

AnyGuide = dict[str, Any]


@pytest.fixture(scope="module")
def keys(server: Server) -> Keys:
    with Imprimatur(server.url, server.key) as cms:
        return cms.keys()


def test_every_guide_that_is_delivered_is_what_was_reviewed(live: Imprimatur, keys: Keys, reviewed: object) -> None:
    guides = list(live.all("role-guide"))

    assert len(guides) >= 3
    assert [each["slug"] for each in guides if not verify_guide(each, keys)] == []


def signed_again(signature: str, change: Callable[[bytes], bytes]) -> str:
    header, payload, value = signature.split(".")
    return f"{header}.{payload}.{_encode(change(_decode(value)))}"


def header(signature: str, text: bytes) -> str:
    return ".".join([_encode(text), *signature.split(".")[1:]])


def payload(signature: str, change: Callable[[bytes], bytes]) -> str:
    before, text, after = signature.split(".")
    return f"{before}.{_encode(change(_decode(text)))}.{after}"


FORGERIES: dict[str, Callable[[AnyGuide], object]] = {
    "a byte of the content": lambda it: it["content"].update(summary=it["content"]["summary"] + " "),
    "content and its hash": lambda it: (it["content"].update(title="B"), it.update(contentHash=content_hash(it["content"]))),
    "a number": lambda it: it["content"]["compensation"]["bands"][0].update(high=1),
    "not a number": lambda it: it["content"]["compensation"]["bands"][0].update(high=float("nan")),
    "the slug": lambda it: it.update(slug="b"),
    "the slug, with the right one where the review is": lambda it: (it["review"].update(slug=it["slug"]), it.update(slug="b")),
    "the day": lambda it: it["review"].update(lastReviewed="2030-01-01"),
    "how long it holds": lambda it: it["review"].update(reviewDue="2040-01-01"),
    "where it was reviewed": lambda it: it["review"].update(origin="imported"),
    "who reviewed": lambda it: it["review"]["reviewedBy"][0].update(name="Somebody else"),
    "what was signed": lambda it: it["review"]["signatures"][0].update(meaning="Written"),
    "one signature more": lambda it: it["review"]["signatures"].append(it["review"]["signatures"][0]),
    "no signatures": lambda it: it["review"].pop("signatures"),
    "no review": lambda it: it.pop("review"),
    "the day of a part": lambda it: it["review"]["parts"]["/compensation"].update(lastReviewed="2030-01-01"),
    "the pointer of a part": lambda it: it["review"]["parts"].update({"/summary": it["review"]["parts"].pop("/compensation")}),
    "the whole review as that of a part": lambda it: it["review"]["parts"]["/compensation"].update(signature=it["review"]["signature"]),
    "a byte of the JWS": lambda it: it["review"].update(signature=signed_again(it["review"]["signature"], lambda s: bytes([s[0] ^ 1]) + s[1:])),
    "a shorter signature": lambda it: it["review"].update(signature=signed_again(it["review"]["signature"], lambda s: s[:-1])),
    "no signature": lambda it: it["review"].update(signature=signed_again(it["review"]["signature"], lambda s: b"")),
    "padding of the JWS": lambda it: it["review"].update(signature=it["review"]["signature"] + "=="),
    "spare bits of the JWS": lambda it: it["review"].update(signature=it["review"]["signature"][:-1] + chr(ord(it["review"]["signature"][-1]) + 1)),
    "a byte of what the JWS says": lambda it: it["review"].update(signature=payload(it["review"]["signature"], lambda text: text.replace(b'"revision":1', b'"revision":2'))),
    "the JWS of nothing": lambda it: it["review"].update(signature=payload(it["review"]["signature"], lambda text: b"")),
    "an unknown key": lambda it: it["review"].update(signature=header(it["review"]["signature"], b'{"alg":"EdDSA","kid":"k"}')),
    "another algorithm": lambda it: it["review"].update(signature=header(it["review"]["signature"], b'{"alg":"none","kid":"k"}')),
    "no JWS": lambda it: it["review"].update(signature="é"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_found_out(reviewed: AnyGuide, keys: Keys, forgery: Callable[[AnyGuide], object]) -> None:
    forged = copy.deepcopy(reviewed)
    assert verify_guide(forged, keys)

    forgery(forged)

    assert not verify_guide(forged, keys)


def test_another_key_of_the_same_name_proves_nothing(reviewed: AnyGuide, keys: Keys) -> None:
    other = _encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw())

    assert not verify_guide(reviewed, {"keys": [{**each, "x": other} for each in keys["keys"]]})
    assert not verify_guide(reviewed, {"keys": []})
    assert verify_guide(reviewed, {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "other", "x": other}, *keys["keys"]]})


def test_a_guide_that_is_not_whole_proves_nothing(live: Imprimatur, keys: Keys, reviewed: AnyGuide) -> None:
    for part in (live.guide("role-guide", reviewed["slug"], format="html"), live.guide("role-guide", reviewed["slug"], fields=["title"])):
        assert part is not None
        assert not verify_guide(part, keys)


def test_what_is_told_of_the_guides_that_a_guide_refers_to_was_not_hashed() -> None:
    known = {"guide": "g1", "type": "role-guide", "slug": "other", "title": "Other", "live": True}
    approved: AnyGuide = {"relatedRoles": [{"guide": "g1"}, {"guide": "g2"}], "title": "One"}
    shown: AnyGuide = {"relatedRoles": [dict(known), {"guide": "g2", "live": False}], "title": "One"}
    references: AnyGuide = {"g1": known, "g2": {"guide": "g2", "live": False}}

    assert _as_approved(shown, references) == approved
    assert _as_approved(approved, references) == approved
    # what is not told beside the content is content
    shown["relatedRoles"][0]["title"] = "Another"
    assert _as_approved(shown, references)["relatedRoles"][0] == shown["relatedRoles"][0]
    assert _as_approved(shown, {}) == shown
