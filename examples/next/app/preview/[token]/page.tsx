// SPDX-License-Identifier: Apache-2.0
import { notFound } from "next/navigation";
import { cms, TYPE } from "../../../cms";
import { GuideArticle } from "../../guide";

// everybody with the address can see the draft, so it must not be stored, indexed or sent as a referrer
export const dynamic = "force-dynamic";
export const metadata = { title: "Preview", robots: { index: false, follow: false }, referrer: "no-referrer" as const };

export default async function PreviewPage({ params }: { params: Promise<{ token: string }> }) {
  const preview = await cms.preview<typeof TYPE>(`/api/delivery/v1/preview/${(await params).token}`, { format: "html" });
  if (preview?.type !== TYPE) notFound();
  return (
    <>
      <p role="status">A draft, to be seen until {preview.preview.expiresAt}</p>
      <GuideArticle guide={preview} />
    </>
  );
}
