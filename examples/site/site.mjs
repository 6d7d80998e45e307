// SPDX-License-Identifier: Apache-2.0
// A static site that follows the ledger of an Imprimatur server.
//   node site.mjs build    reads what changed and writes the pages to public/
//   node site.mjs serve    builds, serves the pages on loopback, and builds again after each webhook to /hook
import { createServer } from "node:http";
import { copyFile, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { Imprimatur, verifyWebhook } from "../../clients/typescript/dist/index.js";
import { Folder, write } from "./folder.mjs";
import { guidePage, indexPage, pathOf } from "./pages.mjs";
import { withReferences } from "./references.mjs";

const LARGEST_MESSAGE = 1_000_000;
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8" };

/**
 * @param settings url and key: of the server; pages: the address of the site; data and output: folders; port and secrets: of the webhook
 */
export class Site {
  constructor(settings) {
    this.settings = settings;
    this.cms = new Imprimatur(settings);
    this.folder = new Folder(settings.data);
    this.building = Promise.resolve();
  }

  /** Reads what changed and writes the pages. A build that is requested during another one starts after it. */
  build(atLeast) {
    this.building = this.building.catch(() => undefined).then(() => this.#build(atLeast));
    return this.building;
  }

  async #build(atLeast) {
    // guides without a new ledger entry stay as they are
    const { position, applied } = await this.cms.sync(this.folder, { types: ["role-guide"], format: "html", atLeast });
    const guides = await this.folder.guides();
    const published = new Map(guides.map((guide) => [guide.id, guide]));
    for (const guide of guides) {
      const linked = await this.cms.linkedData(guide.type, guide.slug, {
        locale: guide.locale,
        pages: `${this.settings.pages}/roles/{slug}/`,
      });
      await this.#write(join("roles", guide.slug, "index.html"), guidePage(withReferences(guide, published, pathOf), linked));
    }
    await this.#write("index.html", indexPage(guides));
    await this.#removeAllBut(new Set(guides.map((guide) => guide.slug)));
    await copyFile(new URL("site.css", import.meta.url), join(this.settings.output, "site.css"));
    return { position, applied, pages: guides.length };
  }

  async #write(file, text) {
    const path = join(this.settings.output, file);
    await mkdir(join(path, ".."), { recursive: true });
    await write(path, text);
  }

  /** Runs last, so that readers find every page during a build. */
  async #removeAllBut(slugs) {
    const roles = join(this.settings.output, "roles");
    for (const slug of await readdir(roles).catch(() => []))
      if (!slugs.has(slug)) await rm(join(roles, slug), { recursive: true, force: true });
  }

  /** Serves the pages and accepts webhooks. Returns the server when it listens. */
  serve() {
    const server = createServer((request, response) => {
      const taken = request.url === "/hook" && request.method === "POST" ? this.#hook(request) : this.#page(request);
      taken
        .then(([status, type, body]) => response.writeHead(status, { "Content-Type": type }).end(body))
        .catch((error) => response.writeHead(400, { "Content-Type": "text/plain" }).end(error.message));
    });
    return new Promise((listening) => server.listen(this.settings.port, "127.0.0.1", () => listening(server)));
  }

  async #hook(request) {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) {
      body += chunk;
      if (body.length > LARGEST_MESSAGE) throw new Error("too large");
    }
    const message = await verifyWebhook(body, request.headers, this.settings.secrets);
    // answer first and build afterwards, so that the server does not wait for the build
    this.build(message.data.position).then(
      ({ position, applied }) => console.log(`built at position ${position}, ${applied} changes`),
      (error) => console.error(`not built: ${error.message}`),
    );
    return [204, "text/plain", ""];
  }

  async #page(request) {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = join(this.settings.output, path.endsWith("/") ? `${path}index.html` : path);
    try {
      return [200, TYPES[extname(file)] ?? "application/octet-stream", await readFile(file)];
    } catch {
      return [404, "text/plain", "There is no such page.\n"];
    }
  }
}

function settings(environment) {
  const needed = (name) => environment[name] ?? fail(`set ${name}`);
  return {
    url: needed("IMPRIMATUR_URL"),
    key: needed("IMPRIMATUR_KEY"),
    pages: environment.SITE_URL ?? "http://127.0.0.1:4000",
    data: environment.SITE_DATA ?? "data",
    output: environment.SITE_OUTPUT ?? "public",
    port: Number(environment.SITE_PORT ?? 4000),
    secrets: (environment.IMPRIMATUR_WEBHOOK_SECRET ?? "").split(",").filter(Boolean),
  };
}

function fail(why) {
  console.error(why);
  process.exit(2);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const site = new Site(settings(process.env));
  const built = await site.build();
  console.log(`${built.pages} pages at position ${built.position}`);
  if (process.argv[2] === "serve") {
    await site.serve();
    console.log(`serving ${site.settings.output} on http://127.0.0.1:${site.settings.port}, webhooks at /hook`);
  }
}
