# SPDX-License-Identifier: Apache-2.0
"""Whether a webhook was sent by the server."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

from .documents import WebhookMessage


class WebhookError(ValueError):
    """A message that is not signed with a secret that is known, or not of now: answer 400, and do nothing."""


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance: float = 300,
    now: float | None = None,
) -> WebhookMessage:
    """
    Checks the signature of a webhook (Standard Webhooks 1.0.0) and reads it.

    :param body: the bytes as they came
    :param headers: of the request, in any case
    :param secrets: the one that was shown, whsec_…; two while you change over
    :param tolerance: how old or early a message may be, in seconds
    """
    told = {name.lower(): value for name, value in headers.items()}
    try:
        id, timestamp, signatures = told["webhook-id"], told["webhook-timestamp"], told["webhook-signature"]
    except KeyError as missing:
        raise WebhookError(f"the header {missing.args[0]} is missing") from None
    at = float(timestamp) if timestamp.isascii() and timestamp.isdigit() else -1
    if at < 0 or abs((time.time() if now is None else now) - at) > tolerance:
        raise WebhookError("the message is too old, or from the future")
    raw = body.encode() if isinstance(body, str) else body
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
        right = b"v1," + b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + raw, hashlib.sha256))
        if any(hmac.compare_digest(right, each.encode()) for each in signatures.split(" ")):
            message: WebhookMessage = json.loads(raw)
            return message
    raise WebhookError("the message is not signed with this secret")
