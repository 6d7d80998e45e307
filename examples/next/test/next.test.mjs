// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { starter } from "../../testing/starter.mjs";

starter({
  folder: fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, ""),
  server: (port) => ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
  served: ".next/static",
});
