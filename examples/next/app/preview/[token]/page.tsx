// SPDX-License-Identifier: Apache-2.0
import { notFound } from "next/navigation";
import { cms, TYPE } from "../../../cms";
import { GuideArticle } from "../../guide";

// whoever has the address sees the draft: nothing may keep it, list it, or pass it on
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
