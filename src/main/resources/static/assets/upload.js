// SPDX-License-Identifier: Apache-2.0
// Writes the text of a chosen file into the text field beside it.
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
  field.value = await file.text();
  status.textContent = `${file.name} is in the field below; check it now`;
});
