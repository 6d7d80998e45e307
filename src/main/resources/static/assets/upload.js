// SPDX-License-Identifier: Apache-2.0
// Writes the text of a chosen file into the text field beside it, read in the encoding that its XML declaration names.
const MARKS = [['utf-8', [0xef, 0xbb, 0xbf]], ['utf-16le', [0xff, 0xfe]], ['utf-16be', [0xfe, 0xff]]];

/** The encoding of an XML file (XML 1.0, appendix F): by its byte order mark, its first bytes, or its declaration. */
function encodingOf(bytes) {
  for (const [name, mark] of MARKS) if (mark.every((byte, i) => bytes[i] === byte)) return name;
  if (bytes[0] === 0x3c && bytes[1] === 0) return 'utf-16le';
  if (bytes[0] === 0 && bytes[1] === 0x3c) return 'utf-16be';
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]+)["']/.exec(head)?.[1] ?? 'utf-8';
}

document.addEventListener('change', async event => {
  const input = event.target.closest('input[data-reads-into]');
  const file = input?.files?.[0];
  if (!file) return;
  const field = document.getElementById(input.dataset.readsInto);
  const status = input.parentElement.querySelector('[role=status]');
  if (file.size > Number(input.dataset.most)) {
    status.textContent = `${file.name} is larger than ${Math.floor(input.dataset.most / 1024)} KB`;
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const encoding = encodingOf(bytes);
  try {
    field.value = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    status.textContent = `${file.name} is in the field below; check it now`;
  } catch {
    status.textContent = `${file.name} cannot be read as ${encoding}, the encoding that it names; save it as UTF-8`;
  }
});
