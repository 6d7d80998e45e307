// SPDX-License-Identifier: Apache-2.0
// Actions of the team in a demo: its address is in IMPRIMATUR_URL, its site key in IMPRIMATUR_KEY, its password in IMPRIMATUR_DEMO_PASSWORD.
import assert from "node:assert/strict";
import { Imprimatur } from "../../clients/typescript/dist/index.js";

export const { IMPRIMATUR_URL: url, IMPRIMATUR_KEY: key, IMPRIMATUR_DEMO_PASSWORD: password } = process.env;

/** A published guide without an edition in progress. */
export const SLUG = "information-security-analyst";

export const cms = new Imprimatur({ url, key });

export async function management(token, path, body, method = body === undefined ? "GET" : "POST", headers = {}) {
  const answer = await fetch(`${url}/api/management/v1${path}`, {
    method,
    headers: { Authorization: token, ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  const text = await answer.text();
  return { json: text ? JSON.parse(text) : undefined, etag: answer.headers.get("ETag") };
}

async function signedIn(name) {
  const basic = "Basic " + Buffer.from(`${name}:${password}`).toString("base64");
  return "Bearer " + (await management(basic, "/tokens", { name: "test" })).json.token;
}

export const as = Object.fromEntries(
  await Promise.all(["editor", "reviewer", "publisher", "admin"].map(async (name) => [name, await signedIn(name)])),
);

/** Opens the next edition of a published guide and changes it. */
export async function change(id, patch) {
  await management(as.editor, `/role-guide/${id}/editions`, {});
  const { etag } = await management(as.editor, `/role-guide/${id}/draft`);
  await management(as.editor, `/role-guide/${id}/draft`, patch, "PATCH", { "If-Match": etag });
}

/** Submits the edition in progress and approves it. */
export async function approve(id) {
  const { task } = (await management(as.editor, `/role-guide/${id}/submit`, {})).json;
  await management(as.reviewer, `/tasks/${task.id}/complete`, { outcome: "approve", revision: task.revision, contentHash: task.contentHash });
}

/** Publishes another summary of the guide without an edition in progress. */
export async function publish(summary) {
  const { id } = await cms.guide("role-guide", SLUG);
  await change(id, { summary });
  await approve(id);
}

/** Publishes a new guide with the content of another guide and its own title. Returns the id. */
export async function publishNew(slug, title) {
  const { content } = await cms.guide("role-guide", SLUG);
  const { id } = (await management(as.editor, "/role-guide", { slug, content: { ...content, title } })).json;
  await approve(id);
  return id;
}

export const withdraw = (id) => management(as.publisher, `/role-guide/${id}/unpublish`, { reason: "a test" });

export const preview = async (id, of = {}) => (await management(as.editor, `/role-guide/${id}/previews`, of)).json.url;

export async function until(holds) {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`waited in vain: ${holds}`);
}
