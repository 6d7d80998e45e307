// SPDX-License-Identifier: Apache-2.0
// Guides refer to one another by id. A site that has all guides resolves the references from its own copies.

const LINK = /<a data-guide="([^"]+)">(.*?)<\/a>/gs;

const isReference = (value) => typeof value?.guide === "string" && Object.keys(value).length === 1;

/**
 * The guide with what it refers to, as the delivery API shows it: fields have the slug and title of the guide, and links its address. A guide
 * that is not published is `live: false`, and of a link to it the words are left.
 *
 * @param published the published guides by id
 * @param address makes the address of a guide's page
 */
export function withReferences(guide, published, address) {
  const reference = (id) => {
    const to = published.get(id);
    return to ? { guide: id, type: to.type, slug: to.slug, locale: to.locale, title: to.content.title, live: true } : { guide: id, live: false };
  };
  const linked = (all, id, words) => (published.has(id) ? `<a href="${address(published.get(id))}">${words}</a>` : words);
  const content = JSON.parse(JSON.stringify(guide.content), (name, value) =>
    typeof value === "string" ? value.replace(LINK, linked) : isReference(value) ? reference(value.guide) : value,
  );
  return { ...guide, content };
}
