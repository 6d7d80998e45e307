#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Writes the TypeScript types of a server's content types: imprimatur-types SERVER OUTPUT, where SERVER is its address, or a file that holds
// its /openapi.json.
import { readFile, writeFile } from "node:fs/promises";
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

const SCHEMAS = "#/components/schemas/";
const LIST = /^listPublished(.+)$/;

const isName = (text) => /^[A-Za-z_$][\w$]*$/.test(text);

const member = (name) => (isName(name) ? name : JSON.stringify(name));

function comment(indent, ...said) {
  const text = said.filter(Boolean).join("; ").replace(/\s+/g, " ").replaceAll("*/", "* /");
  return text ? `${indent}/** ${text} */\n` : "";
}

const markdown = (schema) => schema.contentMediaType === "text/markdown" && "Markdown, unless asked for otherwise";

class Module {
  constructor(description) {
    this.description = description;
    this.written = new Map();
  }

  /** What a reference leads to. */
  resolved(at) {
    return at.$ref ? at.$ref.slice(2).split("/").reduce((place, step) => place[step], this.description) : at;
  }

  type(schema) {
    if (schema.$ref) return this.named(schema.$ref.slice(SCHEMAS.length));
    if ("const" in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    for (const word of ["oneOf", "anyOf"]) if (schema[word]) return schema[word].map((each) => this.type(each)).join(" | ");
    if (Array.isArray(schema.type)) return schema.type.map((type) => this.type({ ...schema, type })).join(" | ");
    switch (schema.type) {
      case "string":
      case "boolean":
      case "null":
        return schema.type;
      case "integer":
      case "number":
        return "number";
      case "array":
        return `(${this.type(schema.items ?? {})})[]`.replace(/^\((\w+)\)\[\]$/, "$1[]");
      case "object":
        if (schema.properties) return this.members(schema, "  ").replace(/\n\s*/g, " ");
        return `{ [name: string]: ${schema.additionalProperties ? this.type(schema.additionalProperties) : "unknown"} }`;
      default:
        return "unknown";
    }
  }

  /** The name of the type of a component, which is written once. */
  named(name) {
    if (!this.written.has(name)) {
      // before what is in it, which may refer to it
      this.written.set(name, "");
      const schema = this.description.components.schemas[name];
      const told = comment("", schema.description ?? schema.title);
      this.written.set(name, `${told}export type ${name} = ${schema.properties ? this.members(schema) : this.type(schema)};\n`);
    }
    return name;
  }

  members(schema, indent = "  ") {
    const always = [...(schema.required ?? []), ...(schema["x-required"] ?? [])];
    const lines = Object.entries(schema.properties).map(([name, property]) => {
      const told = property.$ref ? this.resolved(property) : property;
      const optional = always.includes(name) ? "" : "?";
      return `${comment(indent, told.title ?? told.description, markdown(told))}${indent}${member(name)}${optional}: ${this.type(property)};\n`;
    });
    return `{\n${lines.join("")}}`;
  }

  query(name, parameters) {
    const lines = parameters
      .map((parameter) => this.resolved(parameter))
      .filter((parameter) => parameter.in === "query")
      .map(({ name, description, schema, explode }) => {
        const type = this.type(schema);
        // of a list that is not one value with commas, a single value will do, and most lists are sorted by one thing
        const one = schema.type === "array" && (explode !== false || name === "sort") ? `${this.type(schema.items)} | ` : "";
        return `${comment("  ", description)}  ${member(name)}?: ${one}${type};\n`;
      });
    return `/** What a list may be asked. */\nexport interface ${name} {\n${lines.join("")}}\n`;
  }
}

/** The text of a module with the content of each type and what its list may be asked, which adds them to the client. */
export function generate(description) {
  const module = new Module(description);
  const types = Object.entries(description.paths)
    .map(([path, { get }]) => [path.split("/").at(-1), LIST.exec(get?.operationId ?? "")?.[1], get?.parameters ?? []])
    .filter(([, name]) => name)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const queries = types.map(([, name, parameters]) => module.query(`${name}Query`, parameters));
  const contents = types.map(([path, name]) => `    ${JSON.stringify(path)}: ${module.named(`${name}Content`)};\n`);
  const asked = types.map(([path, name]) => `    ${JSON.stringify(path)}: ${name}Query;\n`);
  return [
    "// Made by imprimatur-types from /openapi.json; make it anew when a content type changes.\n",
    ...module.written.values(),
    ...queries,
    `declare module "@imprimatur/client" {\n  interface ContentTypes {\n${contents.join("")}  }\n\n  interface Queries {\n${asked.join("")}  }\n}\n`,
  ].join("\n");
}

/** The components of these names, and what they refer to, as a module. */
export function components(description, names) {
  const module = new Module(description);
  names.forEach((name) => module.named(name));
  return [...module.written.values()].join("\n");
}

async function describedBy(server) {
  if (!/^https?:/.test(server)) return JSON.parse(await readFile(server, "utf8"));
  const answer = await fetch(server.replace(/\/+$/, "") + "/openapi.json");
  if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
  return answer.json();
}

if (import.meta.url === pathToFileURL(realpathSync(process.argv[1] ?? ".")).href) {
  const [server, output] = process.argv.slice(2);
  if (!server || !output) {
    console.error("imprimatur-types SERVER OUTPUT, such as: imprimatur-types https://cms.example.com imprimatur.d.ts");
    process.exit(2);
  }
  await writeFile(output, generate(await describedBy(server)));
}
