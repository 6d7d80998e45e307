// SPDX-License-Identifier: Apache-2.0
// A template tag for HTML that escapes inserted values unless they are HTML already.
class Html {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const CHARACTERS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function written(value) {
  if (value === undefined || value === null || value === false) return "";
  if (Array.isArray(value)) return value.map(written).join("");
  return value instanceof Html ? value.text : String(value).replace(/[&<>"']/g, (character) => CHARACTERS[character]);
}

export function html(strings, ...values) {
  return new Html(strings.reduce((text, string, at) => text + string + (at < values.length ? written(values[at]) : ""), ""));
}

/** HTML that the server rendered from Markdown and sanitised. */
export const rendered = (text) => new Html(text ?? "");

/** JSON for the inside of a script element. */
export const json = (value) => new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));

/** The address of a link if its scheme is allowed, otherwise `#`. */
export const link = (href) => (/^(https?:|mailto:|\/(?!\/)|#)/i.test(href) ? href : "#");
