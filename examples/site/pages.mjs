// SPDX-License-Identifier: Apache-2.0
// The pages of the site: a list of roles, and a page for each role guide.
import { html, json, link, rendered } from "./html.mjs";

const month = (date) => new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(date));

const list = (items) => items?.length > 0 && html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;

const section = (heading, ...parts) => parts.some(Boolean) && html`<section><h2>${heading}</h2>${parts}</section>`;

function page(title, head, body) {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="/site.css">
  ${head}
</head>
<body>
<header><a href="/">Roles</a></header>
<main>${body}</main>
</body>
</html>
`.toString();
}

function years({ minYears, maxYears }) {
  if (maxYears === undefined) return minYears === undefined ? "" : `${minYears}+ years`;
  return `${minYears}–${maxYears} years`;
}

function pay(region, currency, period) {
  // months and years are told in whole units, hours and days with their decimals
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency, ...(["month", "year"].includes(period) && { maximumFractionDigits: 0 }) });
  return { money, where: new Intl.DisplayNames("en", { type: "region" }).of(region.split("-")[0]) + (region.includes("-") ? ` (${region})` : "") };
}

function salaries({ region, currency, period, dataYear, bands }) {
  const { money, where } = pay(region, currency, period);
  return html`<table>
<caption>Pay per ${period} in ${where}${dataYear && `, ${dataYear} figures`}</caption>
<thead><tr><th scope="col">Experience</th><th scope="col">Pay</th></tr></thead>
<tbody>${bands.map(
    (band) => html`<tr><th scope="row">${band.level} <small>${years(band)}</small></th><td>${money.format(band.low)} – ${money.format(band.high)}${band.openEnded && "+"}</td></tr>`,
  )}</tbody>
</table>`;
}

const PERCENTILES = { percentile10: "10 %", percentile25: "25 %", median: "Half", percentile75: "75 %", percentile90: "90 %" };

function percentiles({ region, currency, period, dataYear, percentiles: rows }) {
  const { money, where } = pay(region, currency, period);
  const columns = Object.keys(PERCENTILES).filter((name) => rows.some((row) => row[name] !== undefined));
  return html`<table>
<caption>Pay per ${period} in ${where}${dataYear && `, ${dataYear} figures`}: what a share of people earn less than</caption>
<thead><tr><th scope="col">Experience</th>${columns.map((name) => html`<th scope="col">${PERCENTILES[name]}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr><th scope="row">${row.level}</th>${columns.map((name) => html`<td>${row[name] !== undefined && money.format(row[name])}</td>`)}</tr>`,
  )}</tbody>
</table>`;
}

function furtherTable(table) {
  const { source } = table;
  return html`${table.bands ? salaries(table) : percentiles(table)}${rendered(table.note)}
<p><small>Source: <a href="${link(source.url)}">${source.title}</a>, ${source.publisher}, looked up on ${source.accessed}</small></p>`;
}

function reviewed({ review }) {
  if (!review) return "";
  const by = review.reviewedBy.map(({ name, title }) => (title ? `${name}, ${title}` : name)).join("; ");
  return html` · <span title="${by}">Last reviewed <time datetime="${review.lastReviewed}">${month(review.lastReviewed)}</time></span>${
    review.overdue && html` · <strong>due for review since <time datetime="${review.reviewDue}">${month(review.reviewDue)}</time></strong>`
  }`;
}

export const pathOf = ({ slug }) => `/roles/${slug}/`;

const linkTo = (role, words) => (role?.live ? html`<a href="${pathOf(role)}">${words}</a>` : words);

/** The page of one role guide, whose Markdown is rendered. */
export function guidePage(guide, linkedData) {
  const { content } = guide;
  return page(
    content.title,
    html`<meta name="description" content="${content.summary}">
  <link rel="canonical" href="/roles/${guide.slug}/">
  <script type="application/ld+json">${json(linkedData)}</script>`,
    html`<article>
<h1>${content.title}</h1>
<p class="byline">By ${content.byline}${reviewed(guide)}</p>
${rendered(content.introduction)}
${section(`What a ${content.role} does`, rendered(content.duties.body), list(content.duties.items))}
${section("Skills", rendered(content.skills.body), list(content.skills.items))}
${section(
      "Education and certifications",
      rendered(content.education.body),
      list(content.education.certifications?.map(({ vendor, name, url }) => (url ? html`${vendor}: <a href="${link(url)}">${name}</a>` : `${vendor}: ${name}`))),
    )}
${section("Career path", rendered(content.careerPath))}
${
  content.comparisons?.length > 0 &&
  html`<section><h2>How it compares</h2><table class="comparison">
<thead><tr><th scope="col">Next to</th><th scope="col">What differs</th></tr></thead>
<tbody>${content.comparisons.map((it) => html`<tr><th scope="row">${linkTo(it.role, it.with)}</th><td>${rendered(it.body)}</td></tr>`)}</tbody>
</table></section>`
}
${section(`What a ${content.role} earns`, salaries(content.compensation), rendered(content.compensation.note), content.otherCompensation?.map(furtherTable))}
${content.hiring && section(content.hiring.heading ?? "Hiring", rendered(content.hiring.body))}
${
  content.callsToAction?.length > 0 &&
  html`<aside class="calls">${content.callsToAction.map(
    (call) => html`<section><p class="audience">For ${call.audience}</p><h2>${call.heading}</h2>${rendered(call.body)}<p><a class="button" href="${link(call.href)}">${call.label}</a></p></section>`,
  )}</aside>`
}
${section("Related roles", list(content.relatedRoles?.filter(({ live }) => live).map((role) => linkTo(role, role.title))))}
${section("Sources", list(content.sources?.map((it) => html`<a href="${link(it.url)}">${it.title}</a>, ${it.publisher}, looked up on ${it.accessed}`)))}
${section("Related training", list(content.relatedTraining?.map(({ title, href }) => html`<a href="${link(href)}">${title}</a>`)))}
</article>`,
  );
}

/** The list of all roles. */
export function indexPage(guides) {
  return page(
    "Roles",
    "",
    html`<h1>Roles</h1>
<ul class="roles">${guides.map(
      (guide) => html`<li><a href="/roles/${guide.slug}/">${guide.content.title}</a><p>${guide.content.summary}</p></li>`,
    )}</ul>`,
  );
}
