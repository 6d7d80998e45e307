# SPDX-License-Identifier: Apache-2.0
"""Whether a guide is what was reviewed. What is hashed and signed is told in docs/proof.md."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .documents import Keys

_OF_GUIDE = ("id", "type", "slug", "locale", "edition", "revision", "contentHash")
_OF_REVIEW = ("lastReviewed", "reviewDue", "origin", "reviewedBy")


def content_hash(content: Any) -> str:
    """
    The hash that content is known by: of its canonical JSON (RFC 8785).

    :raises ValueError: for what no canonical JSON has, such as a number that is not finite
    """
    return "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def verify_guide(guide: Mapping[str, Any], keys: Keys) -> bool:
    """
    Whether the guide is what was reviewed: its content has the hash that it says, and its review and those of its parts, signed by the keys, are
    of that hash and say nothing else than the guide does. The guide must be whole, with its Markdown as written. What is told of the guides that it
    refers to was not reviewed with it.

    :param keys: of the server, from `Imprimatur.keys`; keep them, so that nobody can slip you others later
    """
    try:
        review = guide["review"]
        if content_hash(_as_approved(guide["content"], guide.get("references", {}))) != guide["contentHash"]:
            return False
        published = {name: guide[name] for name in _OF_GUIDE}
        parts = review.get("parts", {}).items()
        return _is_signed(published, review, keys) and all(_is_signed({**published, "pointer": pointer}, part, keys) for pointer, part in parts)
    except (InvalidSignature, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def _as_approved(value: Any, references: Mapping[str, Any]) -> Any:
    """The content without what the server adds to its references: of each, the id alone was approved."""
    if isinstance(value, list):
        return [_as_approved(each, references) for each in value]
    if not isinstance(value, dict):
        return value
    guide = value.get("guide")
    if isinstance(guide, str) and guide in references and references[guide] == value:
        return {"guide": guide}
    return {name: _as_approved(member, references) for name, member in value.items()}


def _is_signed(about: Mapping[str, Any], review: Mapping[str, Any], keys: Keys) -> bool:
    """:param about: what was reviewed: the published guide, or a part of it"""
    claim = {**about, **{name: review[name] for name in _OF_REVIEW}}
    if "signatures" in review:
        claim["signatures"] = review["signatures"]
    header, payload, signature = review["signature"].split(".")
    if payload != _encode(rfc8785.dumps(claim)):
        return False
    said = json.loads(_decode(header))
    key = {key["kid"]: key for key in keys["keys"]}[said["kid"]]
    if said != {"alg": "EdDSA", "kid": key["kid"]} or key["crv"] != "Ed25519":
        return False
    Ed25519PublicKey.from_public_bytes(_decode(key["x"])).verify(_decode(signature), f"{header}.{payload}".encode("ascii"))
    return True


def _encode(text: bytes) -> str:
    return urlsafe_b64encode(text).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Of Base64url without padding, as JWS has it, and nothing that is merely read like it."""
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(decoded) != text:
        raise ValueError("not Base64url")
    return decoded
