// SPDX-License-Identifier: Apache-2.0
// Copies what is shown beside the button, and says so.
document.addEventListener('click', async event => {
  const button = event.target.closest('button[data-copy]');
  if (!button) return;
  const shown = button.parentElement.querySelector('code');
  const told = button.parentElement.querySelector('[role=status]');
  let copied = true;
  try {
    await navigator.clipboard.writeText(shown.textContent);
  } catch {
    // without a secure connection there is no clipboard but that of the selection
    const selection = getSelection();
    selection.selectAllChildren(shown);
    copied = document.execCommand('copy');
    if (copied) selection.removeAllRanges();
  }
  told.textContent = copied ? 'Copied' : 'Not copied: it is selected, press Ctrl C';
});
