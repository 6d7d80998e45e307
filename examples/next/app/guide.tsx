// SPDX-License-Identifier: Apache-2.0
import type { Guide, Preview } from "@imprimatur/client";
import Link from "next/link";

type Told = Pick<Guide, "id" | "slug"> & { content: { title?: string; summary?: string } };

export const GuideList = ({ heading, guides }: { heading: string; guides: Told[] }) => (
  <>
    <h1>{heading}</h1>
    <ul>
      {guides.map(({ id, slug, content }) => (
        <li key={id}>
          <Link href={`/roles/${slug}`}>{content.title}</Link> <p>{content.summary}</p>
        </li>
      ))}
    </ul>
  </>
);

/** Markdown that the server rendered as HTML and sanitised. */
const Html = ({ of }: { of: string | undefined }) => of && <div dangerouslySetInnerHTML={{ __html: of }} />;

export function GuideArticle({ guide }: { guide: Guide<"role-guide"> | Preview<"role-guide"> }) {
  const { content } = guide;
  const { currency, period, bands } = content.compensation;
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits: 0 });
  return (
    <article>
      <h1>{content.title}</h1>
      <p>By {content.byline}</p>
      {"review" in guide && (
        <p>
          Last reviewed <time dateTime={guide.review.lastReviewed}>{guide.review.lastReviewed}</time>
          {` by ${guide.review.reviewedBy.map(({ name }) => name).join(", ")}`}
        </p>
      )}
      <Html of={content.introduction} />
      <h2>What a {content.role} does</h2>
      <Html of={content.duties.body} />
      <ul>{content.duties.items?.map((item) => <li key={item}>{item}</li>)}</ul>
      <h2>Career path</h2>
      <Html of={content.careerPath} />
      <h2>Pay per {period}</h2>
      <ul>
        {bands.map(({ level, low, high }) => (
          <li key={level}>{`${level}: ${money.format(low)} – ${money.format(high)}`}</li>
        ))}
      </ul>
    </article>
  );
}
