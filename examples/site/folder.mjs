// SPDX-License-Identifier: Apache-2.0
// What was synced, in files: one for each guide, and one for how far we have read.
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Written beside and then moved into place, so that a crash leaves the old file or the new one. */
export async function write(file, text) {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

export class Folder {
  constructor(path) {
    this.path = path;
    this.guidesPath = join(path, "guides");
  }

  file(id) {
    return join(this.guidesPath, `${id.replace(/[^A-Za-z0-9-]/g, "_")}.json`);
  }

  async position() {
    await mkdir(this.guidesPath, { recursive: true });
    return Number(await readFile(join(this.path, "position"), "utf8").catch(() => "0"));
  }

  put(guide) {
    return write(this.file(guide.id), JSON.stringify(guide));
  }

  remove(entry) {
    return rm(this.file(entry.id), { force: true });
  }

  /** The lineage first: a position never stands beside that of another ledger. */
  async moved(position, lineage) {
    await write(join(this.path, "lineage"), lineage);
    await write(join(this.path, "position"), String(position));
  }

  lineage() {
    return readFile(join(this.path, "lineage"), "utf8").catch(() => undefined);
  }

  /** The position first: whoever breaks off here reads everything anew. */
  async startOver() {
    await rm(join(this.path, "position"), { force: true });
    await rm(join(this.path, "lineage"), { force: true });
    await rm(this.guidesPath, { recursive: true, force: true });
    await mkdir(this.guidesPath, { recursive: true });
  }

  /** Every guide that is live, by title. */
  async guides() {
    const files = (await readdir(this.guidesPath)).filter((file) => file.endsWith(".json"));
    const guides = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(this.guidesPath, file), "utf8"))));
    return guides.sort((one, other) => one.content.title.localeCompare(other.content.title));
  }
}
