// SPDX-License-Identifier: Apache-2.0
// Installs the packed client into an empty project and uses it against a running server: IMPRIMATUR_URL and IMPRIMATUR_KEY.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const client = fileURLToPath(new URL("../..", import.meta.url));
const url = process.env.IMPRIMATUR_URL;
let project, packed;

function run(command, ...values) {
  const { status, stdout, stderr } = spawnSync(command, values, { cwd: project, encoding: "utf8" });
  assert.equal(status, 0, `${command} ${values.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

before(async () => {
  project = await mkdtemp(join(tmpdir(), "imprimatur-client-"));
  packed = JSON.parse(run("npm", "pack", client, "--json", "--silent").replace(/^[^[{]*/, ""));
  packed = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }');
  run("npm", "install", "--offline", "--silent", `./${packed.filename}`);
});

after(() => rm(project, { recursive: true, force: true }));

test("the package holds what is compiled, its types, the generator, and how to use them", () => {
  const sources = ["client", "documents", "events", "index", "proof"];
  const files = ["LICENSE", "README.md", "generate.mjs", "package.json", ...sources.flatMap((it) => [`dist/${it}.d.ts`, `dist/${it}.js`])];
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), files.sort());
});

test("the package says its licence, where it comes from, and what it runs on, and brings nothing along", async () => {
  const installed = join(project, "node_modules/@imprimatur/client");
  const told = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  assert.equal(told.license, "Apache-2.0");
  assert.match(await readFile(join(installed, "LICENSE"), "utf8"), /Apache License\s+Version 2\.0/);
  for (const name of ["repository", "engines", "types", "exports"]) assert.ok(told[name], name);
  assert.equal(told.private, undefined);
  assert.equal(told.dependencies, undefined);
  assert.deepEqual((await readdir(join(project, "node_modules"))).filter((it) => !it.startsWith(".")), ["@imprimatur"]);
});

const settings = { strict: true, noUncheckedIndexedAccess: true, module: "nodenext", target: "es2022", lib: ["es2023", "dom"], types: [], skipLibCheck: false };

test("a strict program compiles with the types of the server, and reads guides, changes and proofs", async () => {
  run("node_modules/.bin/imprimatur-types", url, "imprimatur.d.ts");
  const readme = await readFile(join(client, "README.md"), "utf8");
  const walk = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block).join("\n");
  await writeFile(join(project, "walk.ts"), walk);
  await writeFile(join(project, "globals.d.ts"), "declare const process: { env: Record<string, string | undefined> };");
  await writeFile(
    join(project, "wrong.ts"),
    `import { Imprimatur, type Guide } from "@imprimatur/client";
export async function wrong(cms: Imprimatur) {
  const guide = await cms.guide("role-guide", "x");
  // @ts-expect-error there may be none
  guide.content;
  // @ts-expect-error no such field
  guide?.content.colour;
  // @ts-expect-error a number
  guide?.content.compensation.dataYear.length;
  // @ts-expect-error what may be missing
  guide?.content.tags.length;
  // @ts-expect-error nothing else can be sorted by
  await cms.list("role-guide", { sort: "colour" });
  // @ts-expect-error no such filter
  await cms.list("role-guide", { colour: "red" });
  const picked = await cms.list("role-guide", { fields: ["title"] });
  // @ts-expect-error what was not asked for
  picked.items[0]?.content.summary.length;
  const other = await cms.list("of-tomorrow", { colour: "red" });
  const any: Guide<"of-tomorrow", Record<string, unknown>> | undefined = other.items[0];
  return any;
}
`,
  );
  const description = await (await fetch(`${url}/openapi.json`)).json();
  const { components } = await import(join(project, "node_modules/@imprimatur/client/generate.mjs"));
  await writeFile(
    join(project, "described.ts"),
    `import type { Guide, LedgerEntry, LedgerPage, Page, Preview } from "@imprimatur/client";
${components(description, ["PublishedRoleGuide", "PublishedRoleGuidePage", "LedgerPage", "PreviewedRoleGuide"])}
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? ([keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : false) : false) : false) : false;
export const same: true[] = [
  true satisfies Same<Guide<"role-guide">, PublishedRoleGuide>,
  true satisfies Same<Page<"role-guide">, PublishedRoleGuidePage>,
  true satisfies Same<LedgerEntry<"role-guide">["review"], LedgerEntry_["review"]>,
  true satisfies Same<keyof LedgerEntry, keyof LedgerEntry_>,
  true satisfies Same<keyof LedgerPage, keyof LedgerPage_>,
  true satisfies Same<Preview<"role-guide">, PreviewedRoleGuide>,
];
`.replace(/\bLedger(Page|Entry)(?=( =|\[\]))/g, "Ledger$1_"),
  );
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: settings, include: ["*.ts"] }));
  run(join(client, "node_modules/.bin/tsc"), "-p", ".");

  const said = run(process.execPath, "walk.js");
  assert.match(said, /^Machine Learning Engineer \d+$/m);
  assert.match(said, /<mark>/);
  assert.match(said, /^\d+ guides at position \d+$/m);
  assert.match(said, /^1 publish /m);
});
