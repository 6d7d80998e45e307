// SPDX-License-Identifier: Apache-2.0
// Asks for confirmation before an action that removes something, in a dialog that says what will be lost. Without scripts, the form has
// a checkbox instead.
const dialog = document.getElementById('confirm');
let asked = null;

const scripted = root => root.querySelectorAll('.sure').forEach(box => box.remove());
scripted(document);
document.body.addEventListener('htmx:afterSwap', event => scripted(event.target));

document.addEventListener('submit', event => {
  const form = event.target;
  const button = event.submitter ?? form.querySelector('[data-confirm]');
  const lost = button?.dataset.confirm ?? form.dataset.confirm;
  if (!lost || asked?.agreed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  asked = {form, button, agreed: false};
  const verb = button?.textContent.trim() ?? 'Continue';
  document.getElementById('confirm-title').textContent = (button?.getAttribute('aria-label') ?? verb) + '?';
  document.getElementById('confirm-lost').textContent = lost;
  dialog.querySelector('[value=yes]').textContent = verb;
  dialog.returnValue = '';
  dialog.showModal();
}, true);

dialog?.addEventListener('close', () => {
  if (dialog.returnValue === 'yes' && asked) {
    asked.agreed = true;
    if (asked.button?.form === asked.form) asked.form.requestSubmit(asked.button);
    else asked.form.requestSubmit();
  }
  asked = null;
});
