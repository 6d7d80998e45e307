// SPDX-License-Identifier: Apache-2.0
// Reads guides as a site does, with the generated TypeScript client.
import { Configuration, DeliveryApi, type PublishedRoleGuide } from "./target/typescript/index.js";

declare const process: { env: Record<string, string | undefined> };

const site = new DeliveryApi(
  new Configuration({ basePath: process.env.IMPRIMATUR_URL, accessToken: process.env.IMPRIMATUR_KEY }),
);

const page = await site.listPublishedRoleGuide({
  compensationDataYearMin: 2000,
  sort: ["-publishedAt", "title"],
  facets: ["tag"],
  fields: ["title", "compensation.bands"],
  limit: 2,
});
for (const { slug, content } of page.items) console.log(slug, content.title, content.compensation?.bands?.[0]?.low);

const guide: PublishedRoleGuide = await site.readPublishedRoleGuide({ slug: page.items[0].slug, format: "html" });
if (!guide.content.introduction?.startsWith("<p>")) throw new Error("no HTML: " + guide.content.introduction);
