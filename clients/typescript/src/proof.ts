// SPDX-License-Identifier: Apache-2.0
import type { Guide, LedgerEntry, PartReview, Review } from "./documents.js";

const utf8 = new TextEncoder();

/** JSON in the one form that has one hash: the JSON Canonicalization Scheme, RFC 8785. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

export async function contentHash(content: unknown): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(canonicalJson(content))));
  return "sha256:" + Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether the guide is what was reviewed: its content has the hash that it names, and the signed reviews of the guide and of its parts say
 * what the guide says, to the last byte. The guide must be whole, with its Markdown as written. What is told of the guides that it refers to
 * was not reviewed with it.
 *
 * @param keys of the server, from Imprimatur.keys(); keep them, so that nobody can slip you others later
 */
export async function verifyGuide(guide: Guide, keys: { keys: JsonWebKey[] }): Promise<boolean> {
  const { id, type, slug, locale, edition, revision, contentHash: hash, content, review } = guide;
  if (!review || (await contentHash(asApproved(content, guide.references ?? {}))) !== hash) return false;
  const published = { id, type, slug, locale, edition, revision, contentHash: hash };
  for (const [pointer, part] of Object.entries(review.parts ?? {}))
    if (!(await verifyReview({ ...published, pointer }, part, keys))) return false;
  return verifyReview(published, review, keys);
}

/** The content without what the server adds to its references: of each, the id alone was approved. */
function asApproved(value: unknown, references: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((each) => asApproved(each, references));
  if (!(value instanceof Object)) return value;
  const { guide } = value as { guide?: unknown };
  const known = typeof guide === "string" && Object.hasOwn(references, guide) && references[guide];
  if (known && canonicalJson(known) === canonicalJson(value)) return { guide };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asApproved(member, references)]));
}

/** @param about what was reviewed: the published guide, or a part of it */
async function verifyReview(about: object, review: Review | PartReview, keys: { keys: JsonWebKey[] }): Promise<boolean> {
  const { lastReviewed, reviewDue, origin, reviewedBy, signatures } = review;
  const claim = { ...about, lastReviewed, reviewDue, origin, reviewedBy };
  const payload = base64url(utf8.encode(canonicalJson(signatures === undefined ? claim : { ...claim, signatures })));
  const [header, told, signature] = review.signature.split(".");
  if (!header || told !== payload || !signature) return false;
  try {
    const { alg, kid } = JSON.parse(new TextDecoder().decode(bytes(header))) as { alg?: string; kid?: string };
    const key = keys.keys.find((each) => (each as { kid?: string }).kid === kid);
    // a signature has one spelling
    if (alg !== "EdDSA" || !key || `${header}.${told}.${base64url(bytes(signature))}` !== review.signature) return false;
    const publicKey = await crypto.subtle.importKey("jwk", { kty: key.kty!, crv: key.crv!, x: key.x! }, { name: "Ed25519" }, false, [
      "verify",
    ]);
    return await crypto.subtle.verify({ name: "Ed25519" }, publicKey, bytes(signature), utf8.encode(`${header}.${told}`));
  } catch {
    // what is no JSON, no Base64 or no key proves nothing
    return false;
  }
}

export interface WebhookMessage {
  type: LedgerEntry["kind"] | "test";
  timestamp: string;
  data: LedgerEntry;
}

/**
 * Checks the signature of a webhook (Standard Webhooks 1.0.0) and reads it.
 *
 * @param body the bytes as they came, as text
 * @param headers of the request; names in lower case, as Node has them, or a Headers
 * @param secrets the one that was shown, whsec_…; two while you change over
 * @param options.tolerance how old or early a message may be, in seconds; 300
 * @throws if it is not signed with one of the secrets, or is too old
 */
export async function verifyWebhook(
  body: string,
  headers: Headers | Record<string, string | string[] | undefined>,
  secrets: string | string[],
  options: { tolerance?: number; now?: number } = {},
): Promise<WebhookMessage> {
  const header = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    if (typeof value !== "string") throw new Error(`the header ${name} is missing`);
    return value;
  };
  const id = header("webhook-id");
  const timestamp = header("webhook-timestamp");
  const now = options.now ?? Date.now() / 1000;
  if (!/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > (options.tolerance ?? 300))
    throw new Error("the message is too old, or from the future");
  const signed = utf8.encode(`${id}.${timestamp}.${body}`);
  for (const secret of [secrets].flat()) {
    const key = await crypto.subtle.importKey("raw", bytes(secret.replace(/^whsec_/, "")), { name: "HMAC", hash: "SHA-256" }, false, [
      "verify",
    ]);
    for (const signature of header("webhook-signature").split(" ")) {
      const [version, value] = signature.split(",");
      if (version === "v1" && value && (await crypto.subtle.verify("HMAC", key, bytes(value), signed)))
        return JSON.parse(body) as WebhookMessage;
    }
  }
  throw new Error("the message is not signed with this secret");
}

/** Of Base64 in either alphabet, with or without padding. */
function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const plain = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function base64url(value: Uint8Array): string {
  return btoa(String.fromCharCode(...value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
