// SPDX-License-Identifier: Apache-2.0
import "server-only"; // the key stays on the server
import { Imprimatur } from "@imprimatur/client";

export const TYPE = "role-guide";

export const cms = new Imprimatur({ url: process.env.IMPRIMATUR_URL!, key: process.env.IMPRIMATUR_KEY! });

/** The last position from a webhook. It is global because Next bundles the parts of the site separately. */
const latest: { position: number } = ((globalThis as { latest?: { position: number } }).latest ??= { position: 0 });

export function readAtLeast(position: number) {
  latest.position = Math.max(latest.position, position);
}

/** Options for requests: the answer must be at least as new as the last webhook. */
export const now = () => ({ atLeast: latest.position });
