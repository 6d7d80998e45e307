import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { generate } from "../generate.mjs";

const here = (path) => new URL(path, import.meta.url).pathname;

test("the types are those of the content types", () => {
  assert.equal(readFileSync(here("../src/types.ts"), "utf8"), generate(here("../../../seed-content/types")));
});
