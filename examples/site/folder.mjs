// SPDX-License-Identifier: Apache-2.0
// Stores the synced guides in files: one file for each guide, and one for the position up to which the ledger was read.
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a new file and renames it, so that a crash leaves either the old file or the new one. */
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

  /** Writes the lineage first, so that a position is never stored with the lineage of another ledger. */
  async moved(position, lineage) {
    await write(join(this.path, "lineage"), lineage);
    await write(join(this.path, "position"), String(position));
  }

  lineage() {
    return readFile(join(this.path, "lineage"), "utf8").catch(() => undefined);
  }

  /** Removes the position first, so that a sync after a crash reads everything again. */
  async startOver() {
    await rm(join(this.path, "position"), { force: true });
    await rm(join(this.path, "lineage"), { force: true });
    await rm(this.guidesPath, { recursive: true, force: true });
    await mkdir(this.guidesPath, { recursive: true });
  }

  /** All published guides, sorted by title. */
  async guides() {
    const files = (await readdir(this.guidesPath)).filter((file) => file.endsWith(".json"));
    const guides = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(this.guidesPath, file), "utf8"))));
    return guides.sort((one, other) => one.content.title.localeCompare(other.content.title));
  }
}
