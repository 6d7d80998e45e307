// SPDX-License-Identifier: Apache-2.0
// Comments: the selected passage becomes the quote of a comment, and quoted passages are marked in the text.
document.addEventListener('selectionchange', () => {
  const selection = document.getSelection();
  if (selection.rangeCount === 0 || selection.isCollapsed) return;
  const row = selection.anchorNode?.parentElement?.closest('.sheet-row');
  if (!row || !row.querySelector('.row-body')?.contains(selection.focusNode)) return;
  const input = row.querySelector('[data-quote-input]');
  if (!input) return;
  // a comment that is already written keeps its passage
  if (input.value && input.form.elements.body.value) return;
  const text = quoted(selection.getRangeAt(0));
  if (text) input.value = text;
});

// The selected text of the revision, without deleted words and without texts for screen readers only.
function quoted(range) {
  const part = range.cloneContents();
  for (const other of part.querySelectorAll('del, .visually-hidden')) other.remove();
  const around = range.commonAncestorContainer.parentElement;
  return around?.closest('del, .visually-hidden') ? '' : part.textContent.trim();
}

function mark() {
  if (!('highlights' in CSS)) return;
  const ranges = [];
  for (const quote of document.querySelectorAll('.sheet-row [data-quote]')) {
    const body = quote.closest('.sheet-row').querySelector('.row-body');
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT, node =>
      node.parentElement.closest('del, .visually-hidden') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const nodes = [];
    let text = '';
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      nodes.push({node, from: text.length});
      text += node.data;
    }
    const start = text.indexOf(quote.dataset.quote);
    if (start < 0) continue;
    const end = start + quote.dataset.quote.length;
    const range = document.createRange();
    const at = place => nodes.findLast(it => it.from <= place);
    range.setStart(at(start).node, start - at(start).from);
    range.setEnd(at(end - 1).node, end - at(end - 1).from);
    ranges.push(range);
  }
  CSS.highlights.set('quote', new Highlight(...ranges));
}
if (document.getElementById('sheet')) {
  mark();
  document.body.addEventListener('words:taken', mark);
}
