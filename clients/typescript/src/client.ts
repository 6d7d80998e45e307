// SPDX-License-Identifier: Apache-2.0
import type { ContentOf, Guide, Kind, LedgerEntry, LedgerPage, Page, Partly, Preview, Queries, TypeName } from "./documents.js";
import { events } from "./events.js";

export type Format = "markdown" | "html" | "text";

export interface Options {
  /** Where the server is, such as https://cms.example.com. */
  url: string;
  /** The site's key, imp_site_…; it belongs on a server or into a build, not into a page. */
  key: string;
  /** How often a request that was told to wait (429, 503) or met a broken connection is tried again; 4. */
  retries?: number;
  /** How many seconds the server may ask to wait (Retry-After) before the request fails instead; 30. */
  longestWait?: number;
  /** After how many seconds an answer that is not complete counts as a broken connection; 30. Streams have no such end. */
  timeout?: number;
  fetch?: typeof globalThis.fetch;
}

export interface Reading {
  /** Not before the server has read this position: what a webhook tells can then be read. */
  atLeast?: number;
  signal?: AbortSignal;
}

export interface GuideQuery extends Reading {
  locale?: string;
  /** The Accept-Language header of the reader: without a guide in `locale`, the answer is the translation that the reader prefers. */
  acceptLanguage?: string;
  format?: Format;
  fields?: string[];
  /** An RFC 3339 instant: what readers could see then. */
  asOf?: string;
}

/** A list of a type whose fields are not known here: filters stand beside what is named, with .min and .max for ranges. */
export interface AnyListQuery {
  q?: string;
  locale?: string;
  format?: Format;
  fields?: string[];
  sort?: string | string[];
  limit?: number;
  cursor?: string;
  facets?: string[];
  /** Conditions that are put together, such as any(eq(tag,ai),not(has(role))). */
  filter?: string;
  asOf?: string;
  slug?: string | string[];
  reviewedAfter?: string;
  reviewedBefore?: string;
  reviewDueBefore?: string;
  updatedAfter?: string;
  [filter: string]: unknown;
}

/** What a list may be asked: of a generated type its own parameters, of any other what is common to all, and any filter. */
export type ListQuery<T extends string = string> = Reading & (T extends keyof Queries ? Queries[T] : AnyListQuery);

/** The content as it is answered to a query: whole, or, where fields were asked for, in parts. */
type Answered<T extends string, Q> = Q extends { fields: readonly string[] } ? Partly<ContentOf<T>> : ContentOf<T>;

export interface LedgerQuery extends Reading {
  after?: number;
  /** Of the ledger that the position is of; refused with /problems/ledger-changed if the server has another one. */
  lineage?: string | undefined;
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
    /** In how many seconds the server is to be asked again, if it says so. */
    readonly retryAfter?: number,
  ) {
    super(`${status} ${type}: ${detail}`);
    this.name = "ImprimaturError";
  }
}

const LEDGER_CHANGED = "/problems/ledger-changed";
const DELIVERY = "/api/delivery/v1";
const LARGEST_PAGE = 100;
const PREVIEW = /^\/api\/delivery\/v1\/preview\/[\w.~-]+$/;

export class Imprimatur {
  readonly #base: string;
  readonly #key: string;
  readonly #retries: number;
  readonly #longestWait: number;
  readonly #timeout: number;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: Options) {
    this.#base = options.url.replace(/\/+$/, "");
    this.#key = options.key;
    this.#retries = options.retries ?? 4;
    this.#longestWait = (options.longestWait ?? 30) * 1000;
    this.#timeout = (options.timeout ?? 30) * 1000;
    this.#fetch = options.fetch ?? ((url, request) => globalThis.fetch(url, request));
  }

  /** One guide; undefined if it is not live. If another guide took its place, that one. */
  async guide<T extends TypeName, Q extends GuideQuery>(type: T, slug: string, query?: Q): Promise<Guide<T, Answered<T, Q>> | undefined> {
    try {
      return await this.#json(`${DELIVERY}/${encodeURIComponent(type)}/${encodeURIComponent(slug)}`, query);
    } catch (error) {
      if (error instanceof ImprimaturError && [301, 404, 410].includes(error.status)) return undefined;
      throw error;
    }
  }

  /** One page of guides. */
  list<T extends TypeName, Q extends ListQuery<T>>(type: T, query?: Q): Promise<Page<T, Answered<T, Q>>> {
    return this.#json(`${DELIVERY}/${encodeURIComponent(type)}`, query);
  }

  /** All guides that the query asks for, page by page. */
  async *all<T extends TypeName, Q extends ListQuery<T>>(type: T, query?: Q): AsyncGenerator<Guide<T, Answered<T, Q>>> {
    let next: { cursor?: string } = {};
    for (;;) {
      const page = await this.list<T, Q>(type, { limit: LARGEST_PAGE, ...query, ...next } as unknown as Q);
      yield* page.items;
      if (page.next == null) return;
      next = { cursor: page.next };
    }
  }

  /** One page of the ledger. It may be short, or empty, while more follows: `changes` goes on to the end. */
  ledger(query: LedgerQuery = {}): Promise<LedgerPage> {
    return this.#json(`${DELIVERY}/ledger`, query);
  }

  /**
   * The ledger from a position to its end, page by page; a page may be empty. Whoever has applied a page keeps its position and its
   * lineage, and goes on from there another time. If the ledger is not the one of that lineage, also if it becomes another one in between,
   * this fails with /problems/ledger-changed.
   */
  async *changes(query: LedgerQuery = {}): AsyncGenerator<LedgerPage> {
    let { after = 0, lineage } = query;
    for (;;) {
      const page = await this.ledger({ limit: LARGEST_PAGE, ...query, after, lineage });
      yield page;
      if (page.next == null) return;
      if (page.next <= after) throw new Error(`the ledger does not go on: after ${after} comes ${page.next}`);
      after = page.next;
      lineage = page.lineage;
    }
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
      try {
        for await (const page of this.changes({ ...options, after: position, lineage, compact: true, guides: true })) {
          for (const entry of page.entries) {
            if (entry.kind === "unpublish") await store.remove(entry);
            else if (entry.guide) await store.put(entry.guide);
          }
          applied += page.entries.length;
          if (page.position !== position || page.lineage !== lineage) await store.moved(page.position, page.lineage);
          ({ position, lineage } = page);
        }
        return { position, applied };
      } catch (error) {
        const changed = error instanceof ImprimaturError && error.type === LEDGER_CHANGED;
        if (!changed || !store.startOver || (position === 0 && lineage === undefined)) throw error;
        await store.startOver();
        position = 0;
        lineage = undefined;
      }
    }
  }

  /**
   * What changes, as it changes, from a position on; it comes back by itself where it was when the connection ends, and when the server
   * can tell again what it could not for a while. If the ledger is another one by then, it fails with /problems/ledger-changed: sync, and
   * listen from the position that it reached.
   */
  async *events(options: { after: number; lineage?: string; kinds?: Kind[]; types?: string[]; signal?: AbortSignal }): AsyncGenerator<LedgerEntry> {
    const { signal, ...query } = options;
    let position = options.after;
    while (!signal?.aborted) {
      let pause = 1000;
      try {
        const headers = { Accept: "text/event-stream", "Last-Event-ID": String(position) };
        const answer = await this.#send(`${DELIVERY}/ledger`, { ...query, ...(signal ? { signal } : {}) }, headers, async (stream) => stream);
        for await (const event of events(answer, signal)) {
          if (event.data !== "") yield JSON.parse(event.data) as LedgerEntry;
          if (event.id !== "") position = Number(event.id);
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (error instanceof ImprimaturError) {
          if (!isToWait(error.status)) throw error;
          pause = Math.max(pause, (error.retryAfter ?? 0) * 1000);
        }
      }
      await wait(pause, signal).catch(() => undefined);
    }
  }

  /**
   * What a preview link shows, with the server's address or without; undefined for what is no preview, or none any more. Never to be kept. Which
   * type it is of is known when it has come: look at `type` if the site has several.
   */
  async preview<T extends TypeName = string>(link: string, query: { format?: Format; fields?: string[] } = {}): Promise<Preview<T> | undefined> {
    const path = URL.canParse(link, this.#base) ? new URL(link, this.#base).pathname : "";
    // a link comes from outside, and with it nobody shall ask for anything else
    if (!PREVIEW.test(path)) return undefined;
    try {
      return await this.#json(path, query, "");
    } catch (error) {
      if (error instanceof ImprimaturError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The guide as JSON-LD. To put it into a `script` of its page, escape what JSON.stringify leaves: `.replaceAll("<", "\\u003c")`. */
  linkedData(type: string, slug: string, query: Reading & { locale?: string; pages?: string } = {}): Promise<Record<string, unknown>> {
    return this.#json(`${DELIVERY}/${encodeURIComponent(type)}/${encodeURIComponent(slug)}/schema.org`, query);
  }

  /** The server's public keys, for verifyGuide. */
  keys(): Promise<{ keys: JsonWebKey[] }> {
    return this.#json("/.well-known/jwks.json", {});
  }

  #json<R>(path: string, query: Reading & object = {}, key = this.#key): Promise<R> {
    return this.#send(path, query, { Accept: "application/json" }, (answer) => answer.json() as Promise<R>, key);
  }

  /** Everything that is asked is a GET, which may be asked again. */
  async #send<R>(
    path: string,
    query: Reading & object,
    headers: Record<string, string>,
    read: (answer: Response) => Promise<R>,
    key = this.#key,
  ): Promise<R> {
    const { atLeast, signal, acceptLanguage, ...parameters } = query as Reading & { acceptLanguage?: string };
    let url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) continue;
      const joined = name === "fields" || name === "facets" || name === "sort" || name === "kinds" || name === "types";
      for (const each of Array.isArray(value) && !joined ? value : [value]) url.searchParams.append(name, String(each));
    }
    if (acceptLanguage !== undefined) url.searchParams.append("fallback", "accept-language");
    const sent = {
      ...(key === "" ? {} : { Authorization: `Bearer ${key}` }),
      ...headers,
      ...(atLeast === undefined ? {} : { "Imprimatur-At-Least": String(atLeast) }),
      ...(acceptLanguage === undefined ? {} : { "Accept-Language": acceptLanguage }),
    };
    for (let tried = 0; ; tried++) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(new Error("the answer took too long")), this.#timeout);
      let pause = backOff(tried);
      try {
        // a place outside the delivery API is for readers, and the key is not
        const request: RequestInit = { redirect: "manual", headers: sent, signal: AbortSignal.any(signal ? [signal, limit.signal] : [limit.signal]) };
        const answer = await this.#fetch(url, request);
        if (answer.ok) return await read(answer);
        const elsewhere = answer.status === 301 ? answer.headers.get("Location") : null;
        if (elsewhere?.startsWith(DELIVERY) && tried < this.#retries) {
          await answer.body?.cancel();
          url = new URL(this.#base + elsewhere);
          continue;
        }
        const error = refused(answer, await answer.text());
        pause = error.retryAfter === undefined ? pause : error.retryAfter * 1000;
        if (!isToWait(answer.status) || pause > this.#longestWait || tried >= this.#retries) throw error;
      } catch (broken) {
        if (broken instanceof ImprimaturError || signal?.aborted || tried >= this.#retries) throw broken;
      } finally {
        clearTimeout(timer);
      }
      await wait(pause, signal);
    }
  }
}

const isToWait = (status: number) => status === 429 || status === 503;

/** Ever longer, and never quite the same for two sites. */
function backOff(tried: number): number {
  return 250 * 2 ** tried * (0.5 + Math.random());
}

function refused(answer: Response, body: string): ImprimaturError {
  const told = answer.headers.get("Retry-After");
  const seconds = told === null ? NaN : /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  const retryAfter = Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
  try {
    const problem = JSON.parse(body) as { type?: string; detail?: string };
    return new ImprimaturError(answer.status, problem.type ?? "about:blank", problem.detail ?? body, retryAfter);
  } catch {
    return new ImprimaturError(answer.status, "about:blank", body.slice(0, 500), retryAfter);
  }
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, stopped) => {
    if (signal?.aborted) return stopped(signal.reason);
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
