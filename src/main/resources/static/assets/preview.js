// SPDX-License-Identifier: Apache-2.0
// The preview follows the field with the focus: the matching part is marked and scrolled into view within the preview.
const preview = document.getElementById('preview');
const form = document.getElementById('edit');
let inHand = null;

// The part for this field or, if there is none, for the nearest field around it.
function partOf(element) {
  for (let field = element?.closest('[data-field]'); field && form.contains(field); field = field.parentElement.closest('[data-field]')) {
    for (let at = field.dataset.field; at; at = at.slice(0, at.lastIndexOf('/'))) {
      const part = preview.querySelector(`[data-field="${CSS.escape(at)}"]`);
      if (part) return part;
    }
  }
  return null;
}

function follow(scroll) {
  const part = partOf(inHand);
  for (const marked of preview.querySelectorAll('.is-in-hand')) if (marked !== part) marked.classList.remove('is-in-hand');
  if (!part) return;
  part.classList.add('is-in-hand');
  if (!scroll || preview.scrollHeight <= preview.clientHeight) return;
  const frame = preview.getBoundingClientRect(), box = part.getBoundingClientRect();
  if (box.top < frame.top || box.bottom > frame.bottom)
    preview.scrollTop += box.top - frame.top - Math.max(0, (frame.height - box.height) / 2);
}

if (preview && form) {
  form.addEventListener('focusin', event => {
    inHand = event.target;
    follow(true);
  });
  // after the preview is rendered again, the part is marked and in view again
  new MutationObserver(() => follow(true)).observe(preview, {childList: true});
}
