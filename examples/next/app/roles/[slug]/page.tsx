// SPDX-License-Identifier: Apache-2.0
import type { Metadata } from "next";
import { notFound, permanentRedirect } from "next/navigation";
import { cms, now, TYPE } from "../../../cms";
import { GuideArticle } from "../../guide";

type Props = { params: Promise<{ slug: string }> };

export const revalidate = 3600;

export async function generateStaticParams() {
  const addresses = [];
  for await (const { slug } of cms.all(TYPE, { fields: ["title"] })) addresses.push({ slug });
  return addresses;
}

async function read({ params }: Props) {
  const { slug } = await params;
  const guide = await cms.guide(TYPE, slug, { ...now(), format: "html" });
  if (!guide) notFound();
  if (guide.slug !== slug) permanentRedirect(`/roles/${guide.slug}`);
  return guide;
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { slug, content } = await read(props);
  return { title: content.title, description: content.summary, alternates: { canonical: `/roles/${slug}` } };
}

export default async function Role(props: Props) {
  return <GuideArticle guide={await read(props)} />;
}
