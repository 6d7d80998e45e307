// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { test } from "node:test";
import { canonicalJson, contentHash, verifyGuide, verifyWebhook } from "../dist/index.js";

test("canonical JSON is that of RFC 8785", () => {
  // the example of its section 3.2.2 and 3.2.3
  const example = {
    numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  assert.equal(
    canonicalJson(example),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  assert.equal(canonicalJson({ "\u20ac": 1, "\r": 2, "\ufb33": 3, 1: 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }),
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
});

function reviewed(change = () => undefined, more = {}) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const guide = {
    id: "a", type: "role-guide", slug: "a", locale: "en-US", edition: 1, revision: 1,
    contentHash: "", content: { title: "A" },
    review: { lastReviewed: "2026-05-14", reviewedBy: [{ name: "Rae" }], reviewDue: "2026-11-14", origin: "imported", ...more },
  };
  return contentHash(guide.content).then((hash) => {
    guide.contentHash = hash;
    const { id, type, slug, locale, edition, revision, contentHash, review } = guide;
    const encode = (value) => Buffer.from(canonicalJson(value)).toString("base64url");
    const input = `${encode({ alg: "EdDSA", kid: "k" })}.${encode({ id, type, slug, locale, edition, revision, contentHash, ...review })}`;
    guide.review.signature = `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`;
    change(guide);
    return { guide, keys: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] } };
  });
}

test("a part of a guide is reviewed by itself, or is found out", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { guide, keys } = await reviewed();
  keys.keys.push({ ...publicKey.export({ format: "jwk" }), kid: "part" });
  const { id, type, slug, locale, edition, revision, contentHash } = guide;
  const part = { lastReviewed: "2026-08-14", reviewedBy: [{ name: "Rae" }], reviewDue: "2026-11-14", origin: "here" };
  const encode = (value) => Buffer.from(canonicalJson(value)).toString("base64url");
  const claim = { id, type, slug, locale, edition, revision, contentHash, pointer: "/title", ...part };
  const input = `${encode({ alg: "EdDSA", kid: "part" })}.${encode(claim)}`;
  const signature = `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`;
  const withParts = (parts) => ({ ...guide, review: { ...guide.review, parts } });
  assert.equal(await verifyGuide(withParts({ "/title": { ...part, signature } }), keys), true);
  assert.equal(await verifyGuide(withParts({ "/body": { ...part, signature } }), keys), false);
  assert.equal(await verifyGuide(withParts({ "/title": { ...part, lastReviewed: "2026-08-15", signature } }), keys), false);
  assert.equal(await verifyGuide(withParts({ "/title": { ...part, signature: guide.review.signature } }), keys), false);
});

test("a guide is what was reviewed, or is found out", async () => {
  const { guide, keys } = await reviewed();
  assert.equal(await verifyGuide(guide, keys), true);
  for (const change of [
    (it) => (it.content.title = "B"),
    (it) => (it.review.lastReviewed = "2026-11-01"),
    (it) => (it.review.reviewedBy[0].name = "Somebody else"),
    (it) => (it.slug = "b"),
    (it) => (it.review.origin = "here"),
    (it) => delete it.review.origin,
    (it) => (it.review.signatures = null),
    (it) => (it.review.signatures = ""),
    (it) => (it.review.signature += "\n"),
    (it) => (it.review.signature += "="),
    (it) => (it.review.signature = it.review.signature.replace(/\.[^.]+$/, ".%")),
    (it) => (it.review.signature = it.review.signature.replace(/^[^.]+/, "bm8ganNvbg")),
    (it) => (it.review.signature = "a.b.c"),
    (it) => (it.review.signature = it.review.signature.replace(/\.[^.]+$/, `.${randomBytes(64).toString("base64url")}`)),
    (it) => delete it.review,
  ]) {
    const forged = await reviewed(change);
    assert.equal(await verifyGuide(forged.guide, forged.keys), false, String(change));
  }
  assert.equal(await verifyGuide(guide, (await reviewed()).keys), false);
});

test("so is one whose decisions were signed, and nobody takes a signature away or adds one", async () => {
  const signatures = [{ name: "Rae", title: "Editor", reviewer: "r", meaning: "Approved", at: "2026-05-14T10:00:00Z" }];
  const { guide, keys } = await reviewed(undefined, { signatures });
  assert.equal(await verifyGuide(guide, keys), true);
  for (const change of [
    (it) => delete it.review.signatures,
    (it) => (it.review.signatures[0].meaning = "Written by"),
    (it) => (it.review.signatures[0].at = "2026-05-15T10:00:00Z"),
    (it) => it.review.signatures.push(it.review.signatures[0]),
  ]) {
    const forged = await reviewed(change, { signatures: structuredClone(signatures) });
    assert.equal(await verifyGuide(forged.guide, forged.keys), false, String(change));
  }
  const added = await reviewed((it) => (it.review.signatures = signatures));
  assert.equal(await verifyGuide(added.guide, added.keys), false);
});

const secret = "whsec_" + randomBytes(32).toString("base64");

function sent(body, { at = Math.floor(Date.now() / 1000), by = secret } = {}) {
  const key = Buffer.from(by.slice("whsec_".length), "base64");
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at),
    "webhook-signature": "v1," + createHmac("sha256", key).update(`msg_1.${at}.${body}`).digest("base64"),
  };
}

test("a webhook is read if it is signed with a secret, and fresh", async () => {
  const body = '{"type":"test","timestamp":"2026-05-14T00:00:00Z","data":{}}';
  assert.equal((await verifyWebhook(body, sent(body), secret)).type, "test");
  assert.equal((await verifyWebhook(body, new Headers(sent(body)), ["whsec_" + randomBytes(32).toString("base64"), secret])).type, "test");
  const rotated = sent(body);
  rotated["webhook-signature"] = `v1,${randomBytes(32).toString("base64")} ${rotated["webhook-signature"]}`;
  assert.equal((await verifyWebhook(body, rotated, secret)).type, "test");

  await assert.rejects(verifyWebhook(body + " ", sent(body), secret), /not signed/);
  await assert.rejects(verifyWebhook(body, sent(body, { by: "whsec_" + randomBytes(32).toString("base64") }), secret), /not signed/);
  await assert.rejects(verifyWebhook(body, sent(body, { at: Math.floor(Date.now() / 1000) - 301 }), secret), /too old/);
  await assert.rejects(verifyWebhook(body, {}, secret), /missing/);
});
