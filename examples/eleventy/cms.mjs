// SPDX-License-Identifier: Apache-2.0
// What the site reads. The key stays here, on the server.
import { Imprimatur } from "@imprimatur/client";

export const cms = new Imprimatur({ url: process.env.IMPRIMATUR_URL, key: process.env.IMPRIMATUR_KEY });

export const TYPE = "role-guide";

let told = 0;

/** Nothing is read any more from before what a webhook told of. */
export function tell(position) {
  told = Math.max(told, position);
}

export const now = () => ({ atLeast: told });

export async function guides() {
  const all = [];
  for await (const guide of cms.all(TYPE, { ...now(), format: "html" })) all.push(guide);
  return all;
}
