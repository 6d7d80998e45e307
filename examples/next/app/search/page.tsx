// SPDX-License-Identifier: Apache-2.0
import { cms, now, TYPE } from "../../cms";
import { GuideList } from "../guide";

export const metadata = { title: "Search", robots: { index: false } };

export default async function Search({ searchParams }: { searchParams: Promise<{ q?: string | string[] }> }) {
  const q = [(await searchParams).q ?? ""].flat()[0]!.slice(0, 200);
  const found = q.trim() ? await cms.list(TYPE, { ...now(), q, fields: ["title", "summary"], limit: 20 }) : { items: [], total: 0 };
  return <GuideList heading={`${found.total} found for “${q}”`} guides={found.items} />;
}
