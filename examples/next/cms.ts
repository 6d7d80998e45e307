// SPDX-License-Identifier: Apache-2.0
import "server-only"; // the key stays on the server
import { Imprimatur } from "@imprimatur/client";

export const TYPE = "role-guide";

export const cms = new Imprimatur({ url: process.env.IMPRIMATUR_URL!, key: process.env.IMPRIMATUR_KEY! });

/** What webhooks told of last; shared by the parts of the site, which Next bundles one by one. */
const told: { position: number } = ((globalThis as { told?: { position: number } }).told ??= { position: 0 });

export function tell(position: number) {
  told.position = Math.max(told.position, position);
}

/** Nothing is read from before what a webhook told of. */
export const now = () => ({ atLeast: told.position });
