// SPDX-License-Identifier: Apache-2.0
// The tests that every starter passes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { SLUG, as, change, cms, key, management, preview, publish, publishNew, until, withdraw } from "./team.mjs";

const NOT_OURS = /(^|\/)(node_modules|\.next|_site|test|README\.md|package-lock\.json|imprimatur\.d\.ts|next-env\.d\.ts|.*\.tsbuildinfo)$/;

async function files(folder, without = /^$/) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .map((entry) => [entry, join(folder, entry.name)])
    .filter(([, path]) => !without.test(path))
    .map(([entry, path]) => (entry.isDirectory() ? files(path, without) : [path]));
  return (await Promise.all(found)).flat();
}

const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

/**
 * Tests a starter.
 *
 * @param folder the folder of the starter
 * @param server returns the program and its arguments that serve the built starter on a port
 * @param served the files that browsers can load from the running starter
 */
export function starter({ folder, server, served }) {
  let site, process_, webhook;

  const get = (path) => fetch(site + path, { redirect: "follow" });
  const text = async (path) => (await get(path)).text();

  before(async () => {
    const port = await freePort();
    site = `http://127.0.0.1:${port}`;
    webhook = (await management(as.admin, "/webhooks", { url: `${site}/hook` })).json;
    process_ = spawn(process.execPath, server(port), {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, PORT: String(port), IMPRIMATUR_WEBHOOK_SECRET: webhook.secret, NEXT_TELEMETRY_DISABLED: "1" },
    });
    await until(() => get("/").then(({ ok }) => ok, () => false));
  });

  after(async () => {
    process_?.kill();
    if (webhook) await management(as.admin, `/webhooks/${webhook.id}`, undefined, "DELETE");
  });

  test("it is less than 200 lines of one's own, and names no registry", async () => {
    const ours = await files(folder, NOT_OURS);
    const texts = await Promise.all(ours.map((file) => readFile(file, "utf8")));
    const lines = texts.flatMap((text) => text.trimEnd().split("\n")).filter((line) => !line.includes("SPDX-License-Identifier"));
    const sum = lines.length;
    assert.ok(sum > 50 && sum < 200, `${sum} lines in ${ours.map((file) => basename(file))}`);
    assert.doesNotMatch(await readFile(join(folder, "package-lock.json"), "utf8"), /"resolved": "(?!file:)/);
  });

  test("every guide is in the list and has a page", async () => {
    const list = await text("/");
    for await (const { slug, content } of cms.all("role-guide")) {
      assert.ok(list.includes(`/roles/${slug}`) && list.includes(content.title), slug);
      const page = await text(`/roles/${slug}`);
      assert.ok(page.includes(`<h1>${content.title}</h1>`) && page.includes("Last reviewed"), slug);
    }
    assert.equal((await get("/roles/nothing-of-that-name")).status, 404);
  });

  test("search finds, also with a slip, and what was asked is text", async () => {
    const found = await text("/search?q=securty%20analyst");
    assert.ok(found.includes(`/roles/${SLUG}`), found);
    assert.doesNotMatch(await text(`/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`), /<script>alert/);
    assert.ok((await get("/search")).ok);
  });

  test("a preview shows the draft to whoever has the link, and nothing keeps it", async () => {
    const { id } = await cms.guide("role-guide", SLUG);
    await change(id, { title: "A draft's title" });
    const token = (await preview(id)).split("/").at(-1);

    const shown = await get(`/preview/${token}`);

    const page = await shown.text();
    assert.match(page, /<h1>A draft(&#x27;|&#39;|')s title<\/h1>/);
    assert.match(page + shown.headers.get("X-Robots-Tag"), /noindex/);
    assert.match(shown.headers.get("Cache-Control"), /no-store/);
    assert.doesNotMatch(await text(`/roles/${SLUG}`), /A draft/);
    for (const other of [token.slice(0, -3) + "xyz", "..%2fledger", "%2e%2e%2fledger", "x%2fy", "%00"])
      assert.ok([400, 404].includes((await get(`/preview/${other}`)).status), other);
    await management(as.editor, `/role-guide/${id}/editions/current`, undefined, "DELETE");
    assert.equal((await get(`/preview/${token}`)).status, 404);
  });

  test("a webhook changes the page, and one that is not signed does nothing", async () => {
    const summary = `Told by a webhook to ${basename(folder)} at ${Date.now()}.`;
    const forged = (headers) =>
      fetch(`${site}/hook`, { method: "POST", body: '{"type":"publish","data":{"position":4711}}', headers }).then(({ status }) => status);
    assert.equal(await forged({}), 400);
    const timestamp = String(Math.floor(Date.now() / 1000));
    assert.equal(await forged({ "webhook-id": "x", "webhook-timestamp": timestamp, "webhook-signature": "v1,AAAA" }), 400);
    assert.ok((await get("/hook")).status >= 400);

    await publish(summary);

    await until(async () => (await text("/")).includes(summary));
    await until(async () => (await text(`/roles/${SLUG}`)).includes(summary));
    const { json } = await management(as.admin, `/webhooks/${webhook.id}/attempts`);
    assert.ok(json.items.length > 0 && json.items.every(({ status }) => status === 204), JSON.stringify(json.items));
  });

  test("what is published newly gets a page, and what is withdrawn has none any more", async () => {
    const slug = `keeper-${basename(folder)}-${Date.now()}`;
    assert.equal((await get(`/roles/${slug}`)).status, 404);

    const id = await publishNew(slug, "Keeper <i>of</i> & lights");

    await until(async () => (await get(`/roles/${slug}`)).ok);
    assert.match(await text(`/roles/${slug}`), /<h1>Keeper &lt;i&gt;of&lt;\/i&gt; &amp; lights<\/h1>/);
    await until(async () => (await text("/")).includes(slug));

    await withdraw(id);

    await until(async () => (await get(`/roles/${slug}`)).status === 404);
    await until(async () => !(await text("/")).includes(slug));
  });

  test("the key stays on the server", async () => {
    const reached = await files(join(folder, served));
    assert.ok(reached.length > 0);
    for (const file of reached) assert.ok(!(await readFile(file)).includes(key), file);
    for (const path of ["/", `/roles/${SLUG}`, "/search?q=analyst", "/preview/x"]) assert.ok(!(await text(path)).includes(key), path);
  });
}
