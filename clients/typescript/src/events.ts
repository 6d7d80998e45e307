// SPDX-License-Identifier: Apache-2.0
export interface ServerSentEvent {
  id: string;
  event: string;
  data: string;
}

/** The events of a stream (WHATWG HTML, 9.2.6). Those without data come too: they move the listener's last id on. */
export async function* events(answer: Response, signal?: AbortSignal): AsyncGenerator<ServerSentEvent> {
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const abort = () => void reader.cancel(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  let rest = "";
  let id = "";
  let event = "message";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          yield { id, event, data: data.join("\n") };
          event = "message";
          data = [];
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "id") id = text;
        else if (field === "event") event = text;
        else if (field === "data") data.push(text);
      }
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    await reader.cancel().catch(() => undefined);
  }
}
