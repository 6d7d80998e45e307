// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Imprimatur, ImprimaturError } from "../dist/index.js";

/** A client whose requests are answered from a list, and what it asked. */
function client(...answers) {
  const asked = [];
  const fetch = async (url, request) => {
    asked.push({ url: new URL(url), headers: request.headers });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : Response.json(answer);
  };
  return { cms: new Imprimatur({ url: "http://127.0.0.1:1/", key: "imp_site_x", fetch }), asked };
}

const refusal = (status, headers = {}) => new Response(JSON.stringify({ type: "/problems/x", detail: "because" }), { status, headers });

test("a query is written as the server reads it", async () => {
  const { cms, asked } = client({ items: [], total: 0 });
  await cms.list("role-guide", { tag: ["ai", "data"], fields: ["title", "compensation.bands"], "compensation.dataYear.min": 2020, atLeast: 7 });
  assert.equal(
    asked[0].url.href,
    "http://127.0.0.1:1/api/delivery/v1/role-guide?tag=ai&tag=data&fields=title%2Ccompensation.bands&compensation.dataYear.min=2020",
  );
  assert.equal(asked[0].headers.Authorization, "Bearer imp_site_x");
  assert.equal(asked[0].headers["Imprimatur-At-Least"], "7");
});

test("what is not live is undefined, what is refused is an error", async () => {
  const { cms } = client(refusal(404), refusal(410), new Response("", { status: 301, headers: { Location: "https://example.com/" } }), refusal(400));
  for (let i = 0; i < 3; i++) assert.equal(await cms.guide("role-guide", "x"), undefined);
  await assert.rejects(cms.guide("role-guide", "x"), (error) => error instanceof ImprimaturError && error.status === 400 && error.detail === "because");
});

test("what took a guide's place is read in its place", async () => {
  const { cms, asked } = client(new Response("", { status: 301, headers: { Location: "/api/delivery/v1/role-guide/b" } }), { slug: "b" });
  assert.equal((await cms.guide("role-guide", "a")).slug, "b");
  assert.equal(asked[1].url.pathname, "/api/delivery/v1/role-guide/b");
});

test("who is told to wait waits, and tries again", async () => {
  const { cms, asked } = client(refusal(503, { "Retry-After": "1" }), new TypeError("reset"), { items: [], total: 0 });
  const started = Date.now();
  await cms.list("role-guide");
  assert.ok(Date.now() - started >= 1000);
  assert.equal(asked.length, 3);
});

test("a wait may be given as a date, and one that is too long is told instead", async () => {
  const { cms, asked } = client(refusal(503, { "Retry-After": new Date(Date.now() - 5000).toUTCString() }), refusal(429, { "Retry-After": "3600" }));
  await assert.rejects(cms.list("role-guide"), (error) => error.status === 429 && error.retryAfter === 3600);
  assert.equal(asked.length, 2);
});

test("what goes on failing is told after as many tries as are allowed", async () => {
  const broken = new TypeError("reset");
  const cut = () => new Response(new ReadableStream({ start: (to) => { to.enqueue(new TextEncoder().encode('{"items":[')); to.error(new TypeError("terminated")); } }));
  const asked = [];
  const answers = [cut(), broken, cut()];
  const fetch = async (url) => {
    asked.push(url);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const cms = new Imprimatur({ url: "http://127.0.0.1:1", key: "k", retries: 2, fetch });
  await assert.rejects(cms.list("role-guide"), /terminated/);
  assert.equal(asked.length, 3);
});

test("an answer that does not come is a broken connection, and who gives up waits no longer", async () => {
  const never = (_, { signal }) => new Promise((_, stopped) => signal.addEventListener("abort", () => stopped(signal.reason)));
  const slow = new Imprimatur({ url: "http://127.0.0.1:1", key: "k", retries: 1, timeout: 0.05, fetch: never });
  await assert.rejects(slow.list("role-guide"), /too long/);

  const patient = new Imprimatur({ url: "http://127.0.0.1:1", key: "k", fetch: never });
  await assert.rejects(patient.list("role-guide", { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
});

test("a preview is asked for without the key, and nothing else is asked for by a link", async () => {
  const { cms, asked } = client({ slug: "a" }, refusal(404));
  assert.equal((await cms.preview("https://elsewhere.example/api/delivery/v1/preview/t0ken", { format: "html" })).slug, "a");
  assert.equal(asked[0].url.href, "http://127.0.0.1:1/api/delivery/v1/preview/t0ken?format=html");
  assert.equal(asked[0].headers.Authorization, undefined);
  assert.equal(await cms.preview("/api/delivery/v1/preview/expired"), undefined);
  for (const link of ["/api/delivery/v1/ledger", "/api/delivery/v1/preview/../ledger", "/api/delivery/v1/preview/", "/api/delivery/v1/preview/%2e%2e%2fledger", "/openapi.json", "https://"])
    assert.equal(await cms.preview(link), undefined, link);
  assert.equal(asked.length, 2);
});

test("pages are read to the last", async () => {
  const { cms, asked } = client({ items: [{ slug: "a" }], next: "c", total: 2 }, { items: [], next: "d", total: 2 }, { items: [{ slug: "b" }], total: 2 });
  const slugs = [];
  for await (const guide of cms.all("role-guide")) slugs.push(guide.slug);
  assert.deepEqual(slugs, ["a", "b"]);
  assert.deepEqual(asked.map(({ url }) => url.searchParams.get("cursor")), [null, "c", "d"]);
});

test("a sync applies every page, however short, and keeps where it is", async () => {
  const entry = (position, kind = "publish") => ({ position, kind, slug: `s${position}`, guide: kind === "unpublish" ? undefined : { slug: `s${position}` } });
  const { cms, asked } = client(
    { entries: [entry(7)], position: 100, next: 100, lineage: "l" },
    { entries: [], position: 200, next: 200, lineage: "l" },
    { entries: [entry(201, "unpublish"), entry(202)], position: 203, lineage: "l" },
  );
  const calls = [];
  const store = {
    position: () => 0,
    put: (guide) => calls.push(`put ${guide.slug}`),
    remove: (gone) => calls.push(`remove ${gone.slug}`),
    moved: (position) => calls.push(`moved ${position}`),
  };
  assert.deepEqual(await cms.sync(store, { types: ["role-guide"] }), { position: 203, applied: 3 });
  assert.deepEqual(calls, ["put s7", "moved 100", "moved 200", "remove s201", "put s202", "moved 203"]);
  assert.deepEqual(asked.map(({ url }) => url.searchParams.get("after")), ["0", "100", "200"]);
  assert.ok(asked.every(({ url }) => url.searchParams.get("types") === "role-guide"));
});

test("a full page is the last if nothing follows it", async () => {
  const { cms, asked } = client({ entries: Array.from({ length: 100 }, (_, n) => ({ position: n + 1 })), position: 100, lineage: "l", next: null });
  const read = [];
  for await (const { entries } of cms.changes({ after: 0 })) read.push(...entries);
  assert.deepEqual([read.length, asked.length], [100, 1]);
});

test("every page after the first is of the ledger of the first, and a ledger that stands still ends the loop", async () => {
  const { cms, asked } = client({ entries: [], position: 5, next: 5, lineage: "l" }, { entries: [], position: 5, next: 5, lineage: "l" });
  await assert.rejects(async () => {
    for await (const page of cms.changes({ kinds: ["unpublish"] })) assert.equal(page.position, 5);
  }, /does not go on/);
  assert.deepEqual(asked.map(({ url }) => url.search), ["?limit=100&kinds=unpublish&after=0", "?limit=100&kinds=unpublish&after=5&lineage=l"]);
});

test("where the ledger is another one, a sync starts over once", async () => {
  const changed = () => new Response(JSON.stringify({ type: "/problems/ledger-changed", detail: "start over" }), { status: 409 });
  const { cms, asked } = client(changed(), { entries: [{ position: 1, kind: "publish", guide: { slug: "s1" } }], position: 1, lineage: "new" });
  const calls = [];
  const store = {
    position: () => 4711,
    lineage: () => "old",
    put: (guide) => calls.push(`put ${guide.slug}`),
    remove: () => assert.fail(),
    moved: (position, lineage) => calls.push(`moved ${position} ${lineage}`),
    startOver: () => calls.push("startOver"),
  };
  assert.deepEqual(await cms.sync(store), { position: 1, applied: 1 });
  assert.deepEqual(calls, ["startOver", "put s1", "moved 1 new"]);
  assert.deepEqual(asked.map(({ url }) => [url.searchParams.get("after"), url.searchParams.get("lineage")]), [["4711", "old"], ["0", null]]);

  const { startOver, ...without } = store;
  const fails = client(changed()).cms.sync(without);
  await assert.rejects(fails, (error) => error instanceof ImprimaturError && error.type === "/problems/ledger-changed");
});

test("a stream goes on where it was when it breaks off", async () => {
  const stream = (...chunks) =>
    new Response(new ReadableStream({ start: (to) => { for (const chunk of chunks) to.enqueue(new TextEncoder().encode(chunk)); to.close(); } }));
  const { cms, asked } = client(
    stream(":\n\n", "id: 3\n\n", "id: 4\nevent: publish\nda", 'ta: {"position":4}\n', "\nid: 5\n\n"),
    stream('id: 6\r\nevent: publish\r\ndata: {"position":6}\r\n\r\n'),
  );
  const positions = [];
  for await (const entry of cms.events({ after: 3 })) {
    positions.push(entry.position);
    if (positions.length === 2) break;
  }
  assert.deepEqual(positions, [4, 6]);
  assert.equal(asked[0].headers["Last-Event-ID"], "3");
  assert.equal(asked[1].headers["Last-Event-ID"], "5");
});

test("a stream comes back after what the server cannot tell for a while, and ends with who listens", async () => {
  const stop = new AbortController();
  const answers = [
    refusal(503, { "Retry-After": "1" }),
    new Response(': alive\n\nid: 8\nevent: publish\ndata: {"position":8}\n\n: alive\n\n'),
    refusal(401),
  ];
  const asked = [];
  const fetch = async (_, request) => (asked.push(request.headers["Last-Event-ID"]), answers.shift());
  const cms = new Imprimatur({ url: "http://127.0.0.1:1", key: "k", retries: 0, fetch });
  const told = [];
  const listening = (async () => {
    for await (const { position } of cms.events({ after: 7, signal: stop.signal })) told.push(position);
  })();
  await assert.rejects(listening, (error) => error.status === 401);
  assert.deepEqual([told, asked], [[8], ["7", "7", "8"]]);

  stop.abort();
  for await (const entry of cms.events({ after: 7, signal: stop.signal })) assert.fail(entry);
});
