// SPDX-License-Identifier: Apache-2.0
/** The content of each type by the type's name. Empty here: `imprimatur-types` writes a file that adds the types of a server. */
export interface ContentTypes {}

/** What a list of each type may be asked, added to as ContentTypes is. */
export interface Queries {}

/** The name of a content type: those that were generated are suggested, and others may be told of too. */
export type TypeName = (keyof ContentTypes & string) | (string & {});

/** A content type's interface by its name; of a type that is not known here, any object. */
export type ContentOf<T extends string> = T extends keyof ContentTypes ? ContentTypes[T] : Record<string, unknown>;

/** Of which every part may be missing. */
export type Partly<C> = C extends (infer E)[] ? Partly<E>[] : C extends object ? { [K in keyof C]?: Partly<C[K]> } : C;

export interface Signature {
  name: string;
  title?: string;
  /** A public id of the signer's, as in `reviewedBy`. */
  reviewer?: string;
  /** What was signed, in the words of the workflow. */
  meaning: string;
  at: string;
}

/** The review of a part of a guide, which may be newer than that of the whole guide. */
export interface PartReview {
  lastReviewed: string;
  reviewedAt: string;
  reviewedBy: { name: string; title?: string; reviewer?: string }[];
  /** Who signed the review of just this part; absent if the part was reviewed with the whole guide. */
  signatures?: Signature[];
  reviewDue: string;
  overdue: boolean;
  origin: "here" | "imported";
  /** A compact JWS (EdDSA) as that of the review, which also covers the pointer of the part. */
  signature: string;
}

export interface Review {
  /** An ISO 8601 date. */
  lastReviewed: string;
  /** An RFC 3339 instant, as all instants here. */
  reviewedAt: string;
  /**
   * `reviewer` is a public id that stays when the name changes; older reviews and those from elsewhere have none. `external` is true for
   * an expert without an account, whom a member of the team invited.
   */
  reviewedBy: { name: string; title?: string; reviewer?: string; external?: boolean }[];
  /** Who signed which decision on it; reviews from before decisions were signed, and those from elsewhere, have none. */
  signatures?: Signature[];
  reviewDue: string;
  overdue: boolean;
  /** "imported" for a review elsewhere that the server's operator vouches for. */
  origin: "here" | "imported";
  /** The reviews of parts that have a review interval of their own, by the JSON Pointer of the part; absent if there are none. */
  parts?: Record<string, PartReview>;
  /** A compact JWS (EdDSA) over the guide's identity, content hash and review. */
  signature: string;
}

/** What was published, and what is known of it. */
export interface Publication<T extends string = string> {
  id: string;
  type: T;
  slug: string;
  locale: string;
  edition: number;
  revision: number;
  /** "sha256:" and the hash of the canonical JSON (RFC 8785) of the content, whole and with its Markdown as written. */
  contentHash: string;
  position: number;
  publishedAt: string;
  firstPublishedAt: string;
  review?: Review;
}

/** A published translation of a guide. */
export interface Translation {
  locale: string;
  slug: string;
  /** Its path in the delivery API. */
  href: string;
}

/** A picture or a file that a content names. */
export interface Asset {
  /** "sha256:" and the hash of the bytes. */
  hash: string;
  name: string;
  mediaType: string;
  bytes: number;
  /** Of a picture, in pixels. */
  width?: number;
  height?: number;
  /** The path of the bytes at the server; they never change. */
  address: string;
}

/** A guide that another guide refers to; of a guide that is not published, only the id is known. */
export interface Reference {
  guide: string;
  type?: string;
  slug?: string;
  locale?: string;
  title?: string;
  live: boolean;
}

export interface Guide<T extends string = string, C = ContentOf<T>> extends Publication<T> {
  review: Review;
  /** The published translations, by locale; absent if there are none. */
  translations?: Translation[];
  /** The pictures and files that the content names, by id; absent if it names none. In Markdown: `![alt](asset:ID)`. */
  assets?: Record<string, Asset>;
  /** The guides that the content refers to, by id; absent if there are none, and in lists, searches and the ledger. */
  references?: Record<string, Reference>;
  content: C;
  /** Of a search: where the words were found, by field; HTML whose only element is mark. */
  highlights?: Record<string, string>;
}

export interface Page<T extends string = string, C = ContentOf<T>> {
  items: Guide<T, C>[];
  /** The cursor of the next page; absent on the last. */
  next?: string;
  total: number;
  facets?: Record<string, { value: string; count: number }[]>;
}

export type Kind = "publish" | "restamp" | "review-overdue" | "unpublish" | "rename" | "link";

/** Consecutive entries that were published in one step. */
export interface Release {
  id: string;
  /** The position of its first entry. */
  first: number;
  /** The position of its last entry: read so far before you show any of them. */
  last: number;
}

export interface LedgerEntry<T extends string = string> extends Publication<T> {
  kind: Kind;
  /** Of a rename: the slug that the guide had before. */
  previousSlug?: string;
  /** Guides whose entries name the same set are translations of one another; absent for the set with the id of the guide itself. */
  translationSet?: string;
  /** Of an unpublish: where readers are sent, if anywhere. */
  redirectTo?: string;
  /** The release that the entry belongs to, if any. */
  release?: Release;
  at: string;
  previousHash: string;
  hash: string;
  signature: string;
  /** If guides were asked for and no later entry says more. */
  guide?: Guide<T>;
}

export interface LedgerPage<T extends string = string> {
  entries: LedgerEntry<T>[];
  /** Which ledger this is: a position means something only together with it. */
  lineage: string;
  /** What to go on after. */
  position: number;
  /** What to go on after, while more may follow. */
  next?: number;
}

/** A guide as it may once be delivered, which nobody has reviewed. */
export interface Preview<T extends string = string, C = ContentOf<T>>
  extends Pick<Guide<T, C>, "id" | "type" | "slug" | "locale" | "edition" | "contentHash" | "content"> {
  /** Absent for a working copy. */
  revision?: number;
  preview: { expiresAt: string };
  /** The pictures and files that the content names, by id, at addresses that are valid as long as the link. */
  assets?: Record<string, Asset>;
}
