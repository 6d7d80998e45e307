// SPDX-License-Identifier: Apache-2.0
// Runs against a demo: its address is in IMPRIMATUR_URL, its site key in IMPRIMATUR_KEY, its password in IMPRIMATUR_DEMO_PASSWORD.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { verifyGuide } from "../../../clients/typescript/dist/index.js";
import { SLUG, approve, as, change, cms, key, management, preview as previewLink, publish, publishNew, until, url, withdraw } from "../../testing/team.mjs";
import { guidePage } from "../pages.mjs";
import { Site } from "../site.mjs";

let work, site, server;

const page = (slug) => readFile(join(work, "public/roles", slug, "index.html"), "utf8");

before(async () => {
  work = await mkdtemp(join(tmpdir(), "imprimatur-site-"));
  site = new Site({ url, key, pages: "https://www.example.com", data: join(work, "data"), output: join(work, "public"), port: 0, secrets: [] });
});

after(async () => {
  server?.close();
  await rm(work, { recursive: true, force: true });
});

test("every guide that is live has a page laid out for readers", async () => {
  const built = await site.build();
  assert.equal(built.pages, (await cms.list("role-guide")).total);

  const text = await page("machine-learning-engineer");
  for (const part of ["<h1>", "Last reviewed <time", 'class="comparison"', "<caption>Pay per year in United States", "$175,000 – $230,000+",
    'class="button"', '"@type":"Occupation"', '"url":"https://www.example.com/roles/machine-learning-engineer/"', "<strong>"])
    assert.ok(text.includes(part), part);
  assert.ok((await page(SLUG)).includes("due for review since"));
  assert.equal((await site.build()).applied, 0);
});

test("a site that has read another ledger, or further than this one goes, starts over by itself", async () => {
  const { position, pages } = await site.build();
  const of = (file) => join(work, "data", file);
  const lineage = await readFile(of("lineage"), "utf8");
  for (const [file, text] of [["position", "4711"], ["lineage", "of-another-ledger"]]) {
    await writeFile(of(file), text);
    await writeFile(of("guides/left-over.json"), await readFile(of(`guides/${(await readdir(of("guides")))[0]}`)));
    const built = await site.build();
    assert.deepEqual([built.position, built.pages], [position, pages], file);
    assert.ok(built.applied >= pages);
    assert.equal(await readFile(of("lineage"), "utf8"), lineage);
    assert.ok(!(await readdir(of("guides"))).includes("left-over.json"));
  }
});

test("what is delivered is what was reviewed", async () => {
  const keys = await cms.keys();
  for await (const guide of cms.all("role-guide")) {
    assert.equal(await verifyGuide(guide, keys), true, guide.slug);
    guide.content.compensation.bands[0].high += 1;
    assert.equal(await verifyGuide(guide, keys), false);
  }
});

test("a webhook builds what it tells of, and a forged one does nothing", async () => {
  server = await site.serve();
  const hook = `http://127.0.0.1:${server.address().port}/hook`;
  const webhook = (await management(as.admin, "/webhooks", { url: hook })).json;
  site.settings.secrets = [webhook.secret];

  await publish("Told by a webhook.");

  await until(async () => (await page(SLUG)).includes("Told by a webhook."));
  const { json } = await management(as.admin, `/webhooks/${webhook.id}/attempts`);
  assert.equal(json.items[0].status, 204);
  const forged = await fetch(hook, { method: "POST", body: "{}", headers: { "webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,x" } });
  assert.equal(forged.status, 400);
  await management(as.admin, `/webhooks/${webhook.id}`, undefined, "DELETE");
});

test("a stream tells what changes as it changes", async () => {
  const { position } = await cms.ledger({ after: 0, compact: true, limit: 100 });
  const stop = new AbortController();
  const nextEntry = (async () => {
    for await (const entry of cms.events({ after: position, signal: stop.signal })) return entry;
  })();
  await publish("Told by a stream.");
  const entry = await nextEntry;
  stop.abort();
  assert.equal(entry.slug, SLUG);
  assert.ok(entry.position > position);
  await site.build(entry.position);
  assert.ok((await page(SLUG)).includes("Told by a stream."));
});

test("a preview is rendered by the same page, and kept nowhere", async () => {
  const { id } = await cms.guide("role-guide", SLUG);
  const preview = await cms.preview(await previewLink(id, { revision: 1 }), { format: "html" });
  assert.equal(preview.revision, 1);
  assert.ok(guidePage(preview, {}).includes("<h1>"));
  assert.ok((await readdir(join(work, "data/guides"))).every((file) => file.endsWith(".json")));
});

const GONE = `gone-${Date.now()}`;

test("what is withdrawn has no page any more", async () => {
  const id = await publishNew(GONE, "Soon gone");
  await site.build();
  assert.ok((await page(GONE)).includes("Soon gone"));

  await withdraw(id);

  await site.build();
  await assert.rejects(page(GONE));
});

test("guides lead to the guides that they refer to while these are live", async () => {
  const to = `referred-${Date.now()}`;
  const id = await publishNew(to, "The role next door");
  const { id: from } = await cms.guide("role-guide", SLUG);
  await change(from, { relatedRoles: [{ guide: id }], introduction: `See [the next role](guide:${id}).` });
  await approve(from);

  const keys = await cms.keys();
  const delivered = await cms.guide("role-guide", SLUG);
  assert.equal(delivered.content.relatedRoles[0].slug, to);
  assert.equal(await verifyGuide(delivered, keys), true);
  delivered.content.relatedRoles[0].title = "Another title";
  assert.equal(await verifyGuide(delivered, keys), false);
  await site.build();
  const address = `<a href="/roles/${to}/">`;
  assert.equal((await page(SLUG)).split(address).length, 3);

  await withdraw(id);

  await site.build();
  const without = await page(SLUG);
  assert.ok(!without.includes(address));
  assert.ok(without.includes("See the next role."));
  assert.equal((await cms.guide("role-guide", SLUG)).content.relatedRoles[0].live, false);
  await change(from, { relatedRoles: [], introduction: "Alone again." });
  await approve(from);
});

test("a withdrawal is found behind pages of the ledger that are empty", async () => {
  const pages = [];
  for await (const page of cms.changes({ after: 0, kinds: ["unpublish"], types: ["role-guide"], limit: 1 })) pages.push(page);
  assert.ok(pages.slice(0, -1).filter(({ entries }) => entries.length === 0).length > 1);
  assert.ok(pages.flatMap(({ entries }) => entries).some(({ slug, kind }) => slug === GONE && kind === "unpublish"));
  const { position } = pages.at(-1);
  assert.deepEqual(await all({ after: position }), []);
  assert.equal(position, (await all({ after: 0, limit: 3 })).at(-1).position);
});

async function all(query) {
  const entries = [];
  for await (const page of cms.changes(query)) entries.push(...page.entries);
  return entries;
}

test("text from a guide is text on the page", () => {
  const empty = { body: "", items: ["<script>alert(1)</script>"] };
  const text = guidePage(
    { slug: "x", content: { title: "</title><script>", role: "x", byline: '"', summary: '"><script>', duties: empty, skills: empty, education: {},
      callsToAction: [{ audience: "x", heading: "x", label: "x", href: "javascript:alert(1)" }],
      compensation: { bands: [], currency: "USD", period: "year", region: "US", dataYear: 2025 } } },
    { name: "</script><script>alert(1)</script>" },
  );
  assert.ok(!/<script>|javascript:/.test(text.replace('<script type="application/ld+json">', "")));
});

test("further compensation tables are laid out beside the first", () => {
  const empty = { body: "", items: [] };
  const source = { title: "Survey <1>", publisher: "A bureau", url: "https://www.example.com/survey", accessed: "2026-11-29" };
  const content = { title: "x", role: "x", byline: "x", summary: "x", duties: empty, skills: empty, education: {},
    compensation: { bands: [], currency: "USD", period: "year", region: "US", dataYear: 2025 } };
  const plain = guidePage({ slug: "x", content }, {});
  const text = guidePage({ slug: "x", content: { ...content, otherCompensation: [
    { region: "US", currency: "USD", period: "hour", dataYear: 2021, percentiles: [{ level: "All", median: 49.33 }], source },
    { region: "DE-BY", currency: "EUR", period: "month", bands: [{ level: "Junior", low: 4000, high: 5000 }], source },
  ] } }, {});
  for (const part of ["Pay per hour in United States, 2021 figures", "<td>$49.33</td>", "Pay per month in Germany (DE-BY)", "€4,000 – €5,000", "Survey &lt;1&gt;"])
    assert.ok(text.includes(part), part);
  assert.ok(!plain.includes("Pay per hour") && !text.includes("undefined"));
});
