// SPDX-License-Identifier: Apache-2.0
import { verifyWebhook } from "@imprimatur/client";
import { revalidatePath } from "next/cache";
import { readAtLeast } from "../../cms";

const LARGEST_MESSAGE = 1_000_000;

export async function POST(request: Request) {
  if (Number(request.headers.get("content-length") ?? Infinity) > LARGEST_MESSAGE) return new Response("too large\n", { status: 413 });
  const secrets = (process.env.IMPRIMATUR_WEBHOOK_SECRET ?? "").split(",").filter(Boolean);
  try {
    const message = await verifyWebhook(await request.text(), request.headers, secrets);
    readAtLeast(message.data.position ?? 0);
  } catch (error) {
    return new Response(`${(error as Error).message}\n`, { status: 400 });
  }
  revalidatePath("/", "layout"); // the pages are rendered again with the next request
  return new Response(null, { status: 204 });
}
