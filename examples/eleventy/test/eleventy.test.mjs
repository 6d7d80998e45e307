// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { starter } from "../../testing/starter.mjs";

starter({
  folder: fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, ""),
  server: () => ["server.mjs"],
  served: "_site",
});
