import type { Guide, LedgerEntry, LedgerPage, Kind, Page, Preview, TypeName } from "./documents.js";
import { events } from "./events.js";

export type Format = "markdown" | "html" | "text";

export interface Options {
  /** Where the server is, such as https://cms.example.com. */
  url: string;
  /** The site's key, imp_site_…; it belongs on a server or into a build, not into a page. */
  key: string;
  /** How often a request that was told to wait (429, 503) or met a broken connection is tried again; 4. */
  retries?: number;
  fetch?: typeof globalThis.fetch;
}

export interface Reading {
  /** Not before the server has read this position: what a webhook tells can then be read. */
  atLeast?: number;
  signal?: AbortSignal;
}

export interface GuideQuery extends Reading {
  locale?: string;
  format?: Format;
  fields?: string[];
  /** An RFC 3339 instant: what readers could see then. */
  asOf?: string;
}

/** Filters stand beside what is named here: every field that the content type marks x-filterable, with .min and .max for ranges. */
export interface ListQuery extends Reading {
  q?: string;
  locale?: string;
  format?: Format;
  fields?: string[];
  sort?: string;
  limit?: number;
  cursor?: string;
  facets?: string[];
  asOf?: string;
  slug?: string | string[];
  reviewedAfter?: string;
  reviewedBefore?: string;
  reviewDueBefore?: string;
  updatedAfter?: string;
  [filter: string]: unknown;
}

export interface LedgerQuery extends Reading {
  after?: number;
  /** Of the ledger that the position is of; refused with /problems/ledger-changed if the server has another one. */
  lineage?: string;
  limit?: number;
  kinds?: Kind[];
  types?: string[];
  compact?: boolean;
  guides?: boolean;
  format?: Format;
}

/** Where a site keeps what it synced. Each call is awaited before the next. */
export interface Store {
  /** What was last given to moved; 0 at first. */
  position(): number | Promise<number>;
  /** A guide is new or changed. */
  put(guide: Guide): void | Promise<void>;
  /** A guide is live no more; it may be one that was never put. */
  remove(entry: LedgerEntry): void | Promise<void>;
  /** All up to here is applied; the position counts in the ledger of that lineage. */
  moved(position: number, lineage: string): void | Promise<void>;
  /** The lineage that was last given to moved; undefined at first, and where it is not kept. */
  lineage?(): string | undefined | Promise<string | undefined>;
  /**
   * The server has another ledger than the one that was read, or one that ends before: forget the position first, then everything. Without
   * this, sync fails with /problems/ledger-changed instead.
   */
  startOver?(): void | Promise<void>;
}

/** A request that was refused: the problem document (RFC 9457) that the server answered. */
export class ImprimaturError extends Error {
  constructor(
    readonly status: number,
    /** Such as /problems/malformed. */
    readonly type: string,
    readonly detail: string,
  ) {
    super(`${status} ${type}: ${detail}`);
    this.name = "ImprimaturError";
  }
}

const LEDGER_CHANGED = "/problems/ledger-changed";
const DELIVERY = "/api/delivery/v1";
const LARGEST_PAGE = 100;
const LONGEST_WAIT_MS = 30_000;

export class Imprimatur {
  readonly #base: string;
  readonly #key: string;
  readonly #retries: number;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: Options) {
    this.#base = options.url.replace(/\/+$/, "");
    this.#key = options.key;
    this.#retries = options.retries ?? 4;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /** One guide; undefined if it is not live. If another guide took its place, that one. */
  async guide<T extends TypeName | (string & {})>(type: T, slug: string, query: GuideQuery = {}): Promise<Guide<T> | undefined> {
    try {
      return await this.#json(`${DELIVERY}/${encodeURIComponent(type)}/${encodeURIComponent(slug)}`, query);
    } catch (error) {
      if (error instanceof ImprimaturError && [301, 404, 410].includes(error.status)) return undefined;
      throw error;
    }
  }

  /** One page of guides. */
  list<T extends TypeName | (string & {})>(type: T, query: ListQuery = {}): Promise<Page<T>> {
    return this.#json(`${DELIVERY}/${encodeURIComponent(type)}`, query);
  }

  /** All guides that the query asks for, page by page. */
  async *all<T extends TypeName | (string & {})>(type: T, query: ListQuery = {}): AsyncGenerator<Guide<T>> {
    let cursor = query.cursor;
    do {
      const page: Page<T> = await this.list(type, { limit: LARGEST_PAGE, ...query, ...(cursor === undefined ? {} : { cursor }) });
      yield* page.items;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** One page of what changed. */
  ledger(query: LedgerQuery = {}): Promise<LedgerPage> {
    return this.#json(`${DELIVERY}/ledger`, query);
  }

  /**
   * Brings a store into step: at first everything that is live, later what changed since. It may be broken off and called again at
   * any time; what was applied twice is the same as once. If the server's ledger is not the one that was read before (restored from a
   * backup, say), it starts over.
   *
   * @returns the position it reached, and how many entries were applied
   */
  async sync(
    store: Store,
    options: Reading & { types?: string[]; format?: Format } = {},
  ): Promise<{ position: number; applied: number }> {
    let position = await store.position();
    let lineage = await store.lineage?.();
    let applied = 0;
    for (;;) {
      let page: LedgerPage;
      try {
        const known = lineage === undefined ? {} : { lineage };
        page = await this.ledger({ ...options, ...known, after: position, limit: LARGEST_PAGE, compact: true, guides: true });
      } catch (error) {
        const changed = error instanceof ImprimaturError && error.type === LEDGER_CHANGED;
        if (!changed || !store.startOver || (position === 0 && lineage === undefined)) throw error;
        await store.startOver();
        position = 0;
        lineage = undefined;
        continue;
      }
      const moved = page.position !== position || page.lineage !== lineage;
      lineage = page.lineage;
      for (const entry of page.entries) {
        if (entry.kind === "unpublish") await store.remove(entry);
        else if (entry.guide) await store.put(entry.guide);
      }
      applied += page.entries.length;
      if (moved) await store.moved(page.position, page.lineage);
      position = page.position;
      if (page.entries.length < LARGEST_PAGE) return { position, applied };
    }
  }

  /**
   * What changes, as it changes, from a position on; it comes back by itself where it was when the connection ends. If the ledger is
   * another one by then, it fails with /problems/ledger-changed: sync, and listen from the position that it reached.
   */
  async *events(options: { after: number; lineage?: string; kinds?: Kind[]; types?: string[]; signal?: AbortSignal }): AsyncGenerator<LedgerEntry> {
    let position = options.after;
    while (!options.signal?.aborted) {
      try {
        const { signal, ...query } = options;
        const answer = await this.#send(`${DELIVERY}/ledger`, query, {
          Accept: "text/event-stream",
          "Last-Event-ID": String(position),
        });
        for await (const event of events(answer, signal)) {
          if (event.data !== "") yield JSON.parse(event.data) as LedgerEntry;
          position = Number(event.id);
        }
      } catch (error) {
        if (options.signal?.aborted) return;
        if (error instanceof ImprimaturError) throw error;
        await wait(1000, options.signal);
      }
    }
  }

  /** What a preview link shows. Never to be kept. */
  preview(url: string, query: { format?: Format; fields?: string[] } = {}): Promise<Preview> {
    return this.#json(new URL(url, this.#base).pathname, query);
  }

  /** The guide as JSON-LD. To put it into a `script` of its page, escape what JSON.stringify leaves: `.replaceAll("<", "\\u003c")`. */
  linkedData(type: string, slug: string, query: Reading & { locale?: string; pages?: string } = {}): Promise<Record<string, unknown>> {
    return this.#json(`${DELIVERY}/${encodeURIComponent(type)}/${encodeURIComponent(slug)}/schema.org`, query);
  }

  /** The server's public keys, for verifyGuide. */
  keys(): Promise<{ keys: JsonWebKey[] }> {
    return this.#json("/.well-known/jwks.json", {});
  }

  async #json<R>(path: string, query: Reading & object): Promise<R> {
    return (await (await this.#send(path, query, { Accept: "application/json" })).json()) as R;
  }

  async #send(path: string, query: Reading & object, headers: Record<string, string>): Promise<Response> {
    const { atLeast, signal, ...parameters } = query;
    let url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) continue;
      const joined = name === "fields" || name === "facets" || name === "kinds" || name === "types";
      for (const each of Array.isArray(value) && !joined ? value : [value]) url.searchParams.append(name, String(each));
    }
    const request: RequestInit = {
      // a place outside the delivery API is for readers, and the key is not
      redirect: "manual",
      headers: {
        Authorization: `Bearer ${this.#key}`,
        ...headers,
        ...(atLeast === undefined ? {} : { "Imprimatur-At-Least": String(atLeast) }),
      },
      ...(signal ? { signal } : {}),
    };
    for (let tried = 0; ; tried++) {
      let answer: Response;
      try {
        answer = await this.#fetch(url, request);
      } catch (broken) {
        if (signal?.aborted || tried >= this.#retries) throw broken;
        await wait(backOff(tried), signal);
        continue;
      }
      if (answer.ok) return answer;
      const elsewhere = answer.status === 301 ? answer.headers.get("Location") : null;
      if (elsewhere?.startsWith(DELIVERY) && tried < this.#retries) {
        url = new URL(this.#base + elsewhere);
        continue;
      }
      const body = await answer.text();
      if ((answer.status !== 429 && answer.status !== 503) || tried >= this.#retries) throw refused(answer.status, body);
      const seconds = Number(answer.headers.get("Retry-After"));
      await wait(seconds > 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : backOff(tried), signal);
    }
  }
}

/** Ever longer, and never quite the same for two sites. */
function backOff(tried: number): number {
  return 250 * 2 ** tried * (0.5 + Math.random());
}

function refused(status: number, body: string): ImprimaturError {
  try {
    const problem = JSON.parse(body) as { type?: string; detail?: string };
    return new ImprimaturError(status, problem.type ?? "about:blank", problem.detail ?? body);
  } catch {
    return new ImprimaturError(status, "about:blank", body.slice(0, 500));
  }
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, stopped) => {
    const abort = () => {
      clearTimeout(timer);
      stopped(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      done();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
