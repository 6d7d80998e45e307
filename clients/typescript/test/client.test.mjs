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

test("pages are read to the last", async () => {
  const { cms, asked } = client({ items: [{ slug: "a" }], next: "c", total: 2 }, { items: [{ slug: "b" }], total: 2 });
  const slugs = [];
  for await (const guide of cms.all("role-guide")) slugs.push(guide.slug);
  assert.deepEqual(slugs, ["a", "b"]);
  assert.equal(asked[1].url.searchParams.get("cursor"), "c");
});

test("a sync applies every page and keeps where it is", async () => {
  const entry = (position, kind = "publish") => ({ position, kind, slug: `s${position}`, guide: kind === "unpublish" ? undefined : { slug: `s${position}` } });
  const full = Array.from({ length: 100 }, (_, n) => entry(n + 1));
  const { cms, asked } = client({ entries: full, position: 100 }, { entries: [entry(101, "unpublish"), entry(102)], position: 103 });
  const calls = [];
  const store = {
    position: () => 0,
    put: (guide) => calls.push(`put ${guide.slug}`),
    remove: (gone) => calls.push(`remove ${gone.slug}`),
    moved: (position) => calls.push(`moved ${position}`),
  };
  assert.deepEqual(await cms.sync(store), { position: 103, applied: 102 });
  assert.deepEqual(calls.slice(99), ["put s100", "moved 100", "remove s101", "put s102", "moved 103"]);
  assert.equal(asked[1].url.searchParams.get("after"), "100");
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
    stream("id: 3\n\n", "id: 4\nevent: publish\nda", 'ta: {"position":4}\n', "\nid: 5\n\n"),
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
