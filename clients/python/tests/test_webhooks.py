# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import pytest

from imprimatur import WebhookError, verify_webhook

BODY = '{"type":"test","timestamp":"2026-05-14T00:00:00Z","data":{"slug":"jefe-ñ"}}'.encode()


def secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


SECRET = secret()
NOW = 1_800_000_000


def sent(body: bytes = BODY, by: str = SECRET, age: int = 0) -> dict[str, str]:
    at = NOW - age
    signature = hmac.digest(base64.b64decode(by.removeprefix("whsec_")), f"msg_1.{at}.".encode() + body, hashlib.sha256)
    return {"Webhook-Id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": "v1," + base64.b64encode(signature).decode()}


def test_a_webhook_is_read_if_it_is_signed_with_a_secret() -> None:
    assert verify_webhook(BODY, sent(), SECRET, now=NOW)["type"] == "test"
    assert verify_webhook(BODY.decode(), sent(), [secret(), SECRET], now=NOW)["type"] == "test"


def test_one_of_its_signatures_is_enough() -> None:
    headers = sent()
    headers["webhook-signature"] = f"v1,{base64.b64encode(bytes(32)).decode()} v2,é {headers['webhook-signature']}"

    assert verify_webhook(BODY, headers, SECRET, now=NOW)["type"] == "test"


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [
        (BODY + b" ", sent(), "not signed"),
        (BODY.replace(b"jefe", b"jeff"), sent(), "not signed"),
        (BODY, sent(by=secret()), "not signed"),
        (BODY, sent() | {"Webhook-Id": "msg_2"}, "not signed"),
        (BODY, sent() | {"webhook-signature": ""}, "not signed"),
        (BODY, sent(age=301), "too old"),
        (BODY, sent(age=-301), "from the future"),
        (BODY, sent() | {"webhook-timestamp": "٣"}, "too old"),
        (BODY, {}, "webhook-id is missing"),
    ],
)
def test_no_other_is(body: bytes, headers: dict[str, str], why: str) -> None:
    with pytest.raises(WebhookError, match=why):
        verify_webhook(body, headers, SECRET, now=NOW)
