// Writes TypeScript types from content types: node generate.mjs FOLDER-OF-SCHEMAS OUTPUT
// The schemas are files, or what GET /api/management/v1/content-types/{type} answers.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const SUFFIX = ".schema.json";

const pascal = (name) => name.replace(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase());

const isName = (text) => /^[A-Za-z_$][\w$]*$/.test(text);

function comment(schema, indent) {
  const said = [schema.title, schema.contentMediaType === "text/markdown" ? "Markdown, unless asked for otherwise" : undefined];
  const text = said.filter(Boolean).join("; ").replaceAll("*/", "* /");
  return text ? `${indent}/** ${text} */\n` : "";
}

function type(schema, root, indent) {
  if (schema.$ref) return type(schema.$ref.replace(/^#\//, "").split("/").reduce((at, step) => at[step], root), root, indent);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  switch (schema.type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array": {
      const items = type(schema.items ?? {}, root, indent);
      return /[ |]/.test(items) && !items.startsWith("{") ? `(${items})[]` : `${items}[]`;
    }
    case "object": {
      const inner = indent + "  ";
      const members = Object.entries(schema.properties ?? {}).map(([name, property]) => {
        const optional = (schema.required ?? []).includes(name) ? "" : "?";
        return `${comment(property, inner)}${inner}${isName(name) ? name : JSON.stringify(name)}${optional}: ${type(property, root, inner)};\n`;
      });
      return `{\n${members.join("")}${indent}}`;
    }
    default:
      return "unknown";
  }
}

/** The text of a module with one interface for each content type, and a map of them by name. */
export function generate(folder) {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
  const interfaces = names.map((name) => {
    const schema = JSON.parse(readFileSync(join(folder, name + SUFFIX), "utf8"));
    return `/** ${schema.description ?? schema.title} */\nexport interface ${pascal(name)} ${type(schema, schema, "")}\n`;
  });
  const map = names.map((name) => `  ${JSON.stringify(name)}: ${pascal(name)};\n`).join("");
  return (
    "// Made by generate.mjs from the content types; run it again when they change.\n\n" +
    interfaces.join("\n") +
    `\n/** The content of each type, by its name. */\nexport interface ContentTypes {\n${map}}\n`
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [folder, output] = process.argv.slice(2);
  if (!folder || !output) throw new Error("node generate.mjs FOLDER-OF-SCHEMAS OUTPUT");
  writeFileSync(output, generate(folder));
}
