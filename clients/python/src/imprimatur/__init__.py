# SPDX-License-Identifier: Apache-2.0
"""Reads what an Imprimatur server publishes: typed by your content types, in step by the ledger, and checked."""

from .aio import AsyncImprimatur
from .client import Imprimatur
from .core import Synced
from .documents import (
    ContentType,
    FacetCount,
    Format,
    Guide,
    Key,
    Keys,
    Kind,
    LedgerEntry,
    LedgerPage,
    Page,
    Person,
    Preview,
    Publication,
    Reference,
    Release,
    Review,
    Signature,
    Translation,
    WebhookMessage,
)
from .folder import Folder, Store
from .problems import Fault, ImprimaturError, LedgerChanged
from .proof import content_hash, verify_guide
from .webhooks import WebhookError, verify_webhook

__all__ = [
    "AsyncImprimatur",
    "ContentType",
    "FacetCount",
    "Fault",
    "Folder",
    "Format",
    "Guide",
    "Imprimatur",
    "ImprimaturError",
    "Key",
    "Keys",
    "Kind",
    "LedgerChanged",
    "LedgerEntry",
    "LedgerPage",
    "Page",
    "Person",
    "Preview",
    "Publication",
    "Reference",
    "Release",
    "Review",
    "Signature",
    "Store",
    "Synced",
    "Translation",
    "WebhookError",
    "WebhookMessage",
    "content_hash",
    "verify_guide",
    "verify_webhook",
]
