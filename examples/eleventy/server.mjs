// SPDX-License-Identifier: Apache-2.0
// Builds the site, serves it on loopback with search and previews, and builds it again after each webhook.
import Eleventy from "@11ty/eleventy";
import { verifyWebhook } from "@imprimatur/client";
import nunjucks from "nunjucks";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { cms, now, readAtLeast, TYPE } from "./cms.mjs";

const LARGEST_MESSAGE = 1_000_000;
const HTML = "text/html; charset=utf-8";
const TYPES = { ".html": HTML, ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
/** Everybody with the address of a preview can see the draft, so it must not be stored, indexed or sent as a referrer. */
const PREVIEW_HEADERS = { "Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer" };

const pages = nunjucks.configure("src/_includes", { autoescape: true });
const secrets = (process.env.IMPRIMATUR_WEBHOOK_SECRET ?? "").split(",").filter(Boolean);
const port = Number(process.env.PORT ?? 4001);
let site, before;
let builds = 0;

/** Builds into a new folder, so that readers find every page during a build, and no removed page afterwards. */
async function build() {
  const output = `_site/${++builds}`;
  await new Eleventy("src", output, { quietMode: true }).write();
  // the previous build stays for requests that are in progress
  if (before) await rm(before, { recursive: true, force: true });
  [before, site] = [site, output];
}

async function hook(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) if ((body += chunk).length > LARGEST_MESSAGE) throw new Error("too large");
  const message = await verifyWebhook(body, request.headers, secrets);
  readAtLeast(message.data.position ?? 0);
  // answer first and build afterwards, one build after the other
  building = building.then(build).catch((error) => console.error(`not built: ${error.message}`));
  return [204];
}

async function search(q) {
  const found = q.trim() ? await cms.list(TYPE, { ...now(), q, fields: ["title", "summary"], limit: 20 }) : { items: [], total: 0 };
  return [200, pages.render("search.njk", { q, found })];
}

async function preview(token) {
  const guide = await cms.preview(`/api/delivery/v1/preview/${token}`, { format: "html" });
  return guide?.type === TYPE ? [200, pages.render("preview.njk", { guide }), PREVIEW_HEADERS] : [404];
}

async function page(path) {
  const file = join(site, extname(path) ? path : join(path, "index.html"));
  return [200, await readFile(file), { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }];
}

async function answered(request) {
  const url = new URL(request.url, "http://localhost");
  const path = normalize(decodeURIComponent(url.pathname));
  if (path === "/hook") return request.method === "POST" ? hook(request).catch((error) => [400, error.message]) : [405];
  if (path === "/search") return search((url.searchParams.get("q") ?? "").slice(0, 200));
  if (path.startsWith("/preview/")) return preview(path.slice("/preview/".length));
  return page(path).catch(() => [404, "There is no such page.\n"]);
}

await rm("_site", { recursive: true, force: true });
let building = build();
await building;
createServer((request, response) =>
  answered(request)
    .catch((error) => (error instanceof URIError ? [400] : (console.error(error.message), [502, "Try again later.\n"])))
    .then(([status, body, headers]) => response.writeHead(status, { "Content-Type": HTML, ...headers }).end(body)),
).listen(port, "127.0.0.1", () => console.log(`serving on http://127.0.0.1:${port}, webhooks at /hook`));
