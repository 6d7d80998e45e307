// SPDX-License-Identifier: Apache-2.0
// Copies the text beside the button and reports whether that worked.
document.addEventListener('click', async event => {
  const button = event.target.closest('button[data-copy]');
  if (!button) return;
  const shown = button.parentElement.querySelector('code');
  const status = button.parentElement.querySelector('[role=status]');
  let copied = true;
  try {
    await navigator.clipboard.writeText(shown.textContent);
  } catch {
    // without a secure connection, only the selection can be copied
    const selection = getSelection();
    selection.selectAllChildren(shown);
    copied = document.execCommand('copy');
    if (copied) selection.removeAllRanges();
  }
  status.textContent = copied ? 'Copied' : 'Not copied: it is selected, press Ctrl C';
});
