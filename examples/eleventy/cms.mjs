// SPDX-License-Identifier: Apache-2.0
// Reads guides for the site. The key stays here, on the server.
import { Imprimatur } from "@imprimatur/client";

export const cms = new Imprimatur({ url: process.env.IMPRIMATUR_URL, key: process.env.IMPRIMATUR_KEY });

export const TYPE = "role-guide";

let latest = 0;

/** Raises the position from which answers must at least be read, after a webhook. */
export function readAtLeast(position) {
  latest = Math.max(latest, position);
}

export const now = () => ({ atLeast: latest });

export async function guides() {
  const all = [];
  for await (const guide of cms.all(TYPE, { ...now(), format: "html" })) all.push(guide);
  return all;
}
