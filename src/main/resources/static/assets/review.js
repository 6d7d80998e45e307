// Comments: the selected passage becomes the quote, and quotes are marked in the text.
document.addEventListener('selectionchange', () => {
  const selection = document.getSelection();
  const text = selection.toString().trim();
  if (!text || selection.rangeCount === 0) return;
  const row = selection.anchorNode?.parentElement?.closest('.sheet-row');
  if (!row || !row.querySelector('.row-body')?.contains(selection.focusNode)) return;
  const input = row.querySelector('[data-quote-input]');
  if (input) input.value = text;
});

function mark() {
  if (!('highlights' in CSS)) return;
  const ranges = [];
  for (const quote of document.querySelectorAll('[data-quote]')) {
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
  document.body.addEventListener('htmx:afterSwap', mark);
}
