# SPDX-License-Identifier: Apache-2.0
"""What the delivery API answers, as types. Every document is the JSON that was sent: a dict, with nothing added or left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, NotRequired, TypedDict, TypeVar

C = TypeVar("C")

Format = Literal["markdown", "html", "text"]
Kind = Literal["publish", "restamp", "review-overdue", "unpublish", "rename", "link"]


@dataclass(frozen=True)
class ContentType(Generic[C]):
    """The name of a content type, which also says what its content is; `python -m imprimatur.generate` writes one for each."""

    name: str

    def __str__(self) -> str:
        return self.name


class Person(TypedDict):
    name: str
    title: NotRequired[str]
    reviewer: NotRequired[str]
    """A public id that stays when the name changes; older reviews and those from elsewhere have none."""
    external: NotRequired[bool]
    """True for an expert without an account, whom a member of the team invited."""


class Signature(Person):
    meaning: str
    """What was signed, in the words of the workflow."""
    at: str


class PartReview(TypedDict):
    """The review of a part of a guide, which may be newer than that of the whole guide."""

    lastReviewed: str
    reviewedAt: str
    reviewedBy: list[Person]
    signatures: NotRequired[list[Signature]]
    """Who signed the review of just this part; absent if the part was reviewed with the whole guide."""
    reviewDue: str
    overdue: bool
    origin: Literal["here", "imported"]
    signature: str
    """A compact JWS (EdDSA) as that of the review, which also covers the pointer of the part."""


class Review(TypedDict):
    lastReviewed: str
    """An ISO 8601 date."""
    reviewedAt: str
    """An RFC 3339 instant, as all instants here."""
    reviewedBy: list[Person]
    signatures: NotRequired[list[Signature]]
    """Who signed which decision; reviews from before decisions were signed, and those from elsewhere, have none."""
    reviewDue: str
    overdue: bool
    origin: Literal["here", "imported"]
    """`imported` for a review elsewhere that the server's operator vouches for."""
    parts: NotRequired[dict[str, PartReview]]
    """The reviews of parts that have a review interval of their own, by the JSON Pointer of the part."""
    signature: str
    """A compact JWS (EdDSA) over the guide's identity, content hash and review."""


class _Identity(TypedDict):
    id: str
    type: str
    slug: str
    locale: str
    edition: int
    contentHash: str
    """`sha256:` and the hash of the canonical JSON (RFC 8785) of the content, whole and with its Markdown as written."""


class Publication(_Identity):
    """What was published, and what is known of it."""

    revision: int
    position: int
    publishedAt: str
    firstPublishedAt: str
    review: NotRequired[Review]


class Translation(TypedDict):
    """A published translation of a guide."""

    locale: str
    slug: str
    href: str
    """Its path in the delivery API."""


class Asset(TypedDict):
    """A picture or a file that a content names."""

    hash: str
    """"sha256:" and the hash of the bytes."""
    name: str
    mediaType: str
    bytes: int
    width: NotRequired[int]
    """Of a picture, in pixels."""
    height: NotRequired[int]
    address: str
    """The path of the bytes at the server; they never change."""


class Reference(TypedDict):
    """A guide that another guide refers to; of a guide that is not published, only the id is known."""

    guide: str
    live: bool
    type: NotRequired[str]
    slug: NotRequired[str]
    locale: NotRequired[str]
    title: NotRequired[str]


class Guide(Publication, Generic[C]):
    translations: NotRequired[list[Translation]]
    """The published translations, by locale; absent if there are none."""
    assets: NotRequired[dict[str, Asset]]
    """The pictures and files that the content names, by id; absent if it names none. In Markdown: ``![alt](asset:ID)``."""
    references: NotRequired[dict[str, Reference]]
    """The guides that the content refers to, by id; absent if there are none, and in lists, searches and the ledger."""
    content: C
    highlights: NotRequired[dict[str, str]]
    """Of a search: where the words were found, by field; HTML whose only element is mark."""


class FacetCount(TypedDict):
    value: str
    count: int


class Page(TypedDict, Generic[C]):
    items: list[Guide[C]]
    next: NotRequired[str]
    """The cursor of the next page; absent on the last."""
    total: int
    facets: NotRequired[dict[str, list[FacetCount]]]


class Release(TypedDict):
    """Consecutive entries that were published in one step."""

    id: str
    first: int
    """The position of its first entry."""
    last: int
    """The position of its last entry: read so far before you show any of them."""


class LedgerEntry(Publication):
    kind: Kind
    previousSlug: NotRequired[str]
    """Of a rename: the slug that the guide had before."""
    translationSet: NotRequired[str]
    """Guides whose entries name the same set are translations of one another; absent for the set with the id of the guide itself."""
    redirectTo: NotRequired[str]
    """Of an unpublish: where readers are sent, if anywhere."""
    release: NotRequired[Release]
    """The release that the entry belongs to, if any."""
    at: str
    previousHash: str
    hash: str
    signature: str
    guide: NotRequired[Guide[dict[str, Any]]]
    """If guides were asked for and no later entry says more."""
    lineage: NotRequired[str]
    """Of a stream and of a webhook: which ledger the position is of."""


class LedgerPage(TypedDict):
    entries: list[LedgerEntry]
    lineage: str
    """Which ledger this is: a position means something only together with it."""
    position: int
    """What has been read with this page."""
    next: NotRequired[int]
    """What to go on after, while more may follow."""


class PreviewValidity(TypedDict):
    expiresAt: str


class Preview(_Identity):
    """A guide as it may once be delivered."""

    revision: NotRequired[int]
    """Absent for a working copy."""
    preview: PreviewValidity
    assets: NotRequired[dict[str, Asset]]
    """The pictures and files that the content names, by id, at addresses that are valid as long as the link."""
    content: dict[str, Any]


class Key(TypedDict):
    kty: str
    crv: str
    kid: str
    x: str


class Keys(TypedDict):
    """The server's public keys (RFC 7517)."""

    keys: list[Key]


class WebhookMessage(TypedDict):
    type: Literal["publish", "restamp", "review-overdue", "unpublish", "rename", "link", "test"]
    timestamp: str
    lineage: NotRequired[str]
    data: LedgerEntry
