// Autosave: what is typed is kept in this browser at once and on the server soon. The answer never touches what is typed.
const form = document.getElementById('edit');
const SOON = 900, LATEST = 5000, RETRY = 5000, PREVIEW = 300;

if (form) {
  const csrf = document.querySelector('meta[name=csrf]').content;
  const state = document.getElementById('save-state');
  // the buttons are named action, which hides the property
  const path = form.getAttribute('action');
  const kept = 'imprimatur.draft.' + form.dataset.guide;
  let timer, firstEdit, inFlight = false, again = false, dirty = false, stopped = false, previewTimer;

  const show = (name, words) => {
    state.dataset.state = name;
    if (state.textContent !== words) state.textContent = words;
  };
  const body = () => {
    const data = new FormData(form);
    data.delete('action');
    data.delete('message');
    return new URLSearchParams(data);
  };
  const post = (to, content) => fetch(to, {
    method: 'POST', body: content, credentials: 'same-origin',
    headers: {'X-Requested-With': 'fetch', 'X-CSRF-TOKEN': csrf},
  });

  form.addEventListener('input', event => {
    if (event.target.name === 'message') return;
    dirty = true;
    if (state.dataset.state === 'saved') show('unsaved', 'Unsaved changes');
    try { localStorage.setItem(kept, body().toString()); } catch { /* a full store loses no more than this copy */ }
    firstEdit ??= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.min(SOON, Math.max(0, firstEdit + LATEST - Date.now())));
    clearTimeout(previewTimer);
    previewTimer = setTimeout(preview, PREVIEW);
    check(event.target);
  });

  // Beside the field, as one types, what the browser can know by itself.
  function check(input) {
    const max = Number(input.dataset?.max);
    const fault = document.getElementById(input.id?.replace(/-input$/, '-fault'));
    if (!fault) return;
    fault.textContent = max && input.value.length > max ? `${input.value.length} characters; at most ${max}` : '';
  }

  async function save() {
    clearTimeout(timer);
    if (!dirty || stopped) return;
    if (inFlight) { again = true; return; }
    inFlight = true;
    dirty = false;
    firstEdit = undefined;
    show('saving', 'Saving…');
    try {
      const answer = await post(path, body());
      if (answer.status === 200) saved(await answer.json());
      else if (answer.status === 409) conflict(await answer.text());
      else if (answer.status === 401 || answer.redirected) fail('offline', 'You are signed out: sign in again in another tab; your text is kept in this browser');
      else fail('partly', 'Not saved: ' + await problem(answer));
    } catch {
      fail('offline', 'Offline: kept in this browser, tried again soon');
      setTimeout(save, RETRY);
    }
    inFlight = false;
    if (again) { again = false; save(); }
  }

  async function problem(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return page.querySelector('[role=alert]')?.textContent.trim() ?? 'the server answered ' + answer.status;
  }

  function fail(name, words) {
    dirty = true;
    show(name, words);
  }

  function saved(answer) {
    form.elements.etag.value = answer.etag;
    form.elements.base.value = answer.base;
    faults([...answer.faults, ...answer.missing.filter(({detail}) => detail !== 'is required')]);
    outline(answer.missing);
    document.getElementById('presence').textContent =
      answer.here.length ? answer.here.join(', ') + (answer.here.length === 1 ? ' also has' : ' also have') + ' this open' : '';
    if (!dirty) {
      if (answer.faults.length) show('partly', 'Saved, but for what is marked');
      else {
        localStorage.removeItem(kept);
        const taken = answer.taken.length ? '; somebody else changed other fields, shown now' : '';
        show('saved', 'Saved at ' + new Date(answer.savedAt).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'}) + taken);
      }
    }
    if (answer.taken.length) take(answer.taken);
  }

  function faults(all) {
    for (const told of form.querySelectorAll('.fault')) told.textContent = '';
    for (const {pointer, detail} of all) {
      const field = form.querySelector(`[data-field="${CSS.escape(pointer)}"] > .fault`);
      if (field) field.textContent = detail;
    }
  }

  function outline(missing) {
    const tops = new Set(missing.map(({pointer}) => '/' + pointer.split('/')[1]));
    for (const entry of document.querySelectorAll('[data-outline]')) {
      const field = form.querySelector(`[data-field="${CSS.escape(entry.dataset.outline)}"]`);
      const filled = field && [...field.querySelectorAll('input, textarea, select')].some(it => it.type === 'checkbox' ? it.checked : it.value);
      entry.classList.toggle('is-missing', tops.has(entry.dataset.outline));
      entry.classList.toggle('is-done', !tops.has(entry.dataset.outline) && Boolean(filled));
      entry.querySelector('.state').textContent = tops.has(entry.dataset.outline) ? ', needed' : filled ? ', written' : '';
    }
    document.querySelector('#missing span').textContent = missing.length === 0
      ? 'Complete: every field that readers need is there.'
      : missing.length + (missing.length === 1 ? ' thing is' : ' things are') + ' missing or wrong; submitting lists them.';
  }

  // Fields that others changed come from the server as it would draw them; the one being written in stays as it is.
  async function take(pointers) {
    const page = new DOMParser().parseFromString(await (await fetch(location.pathname, {credentials: 'same-origin'})).text(), 'text/html');
    for (const pointer of pointers) {
      const selector = `.form-column > .fields > [data-field="${CSS.escape(pointer)}"]`;
      const mine = document.querySelector(selector), theirs = page.querySelector(selector);
      if (mine && theirs && !mine.contains(document.activeElement)) mine.replaceWith(document.adoptNode(theirs));
    }
    preview();
  }

  function conflict(html) {
    stopped = true;
    dirty = true;
    show('conflict', 'Two edits collide: nothing of yours is lost; Ctrl S asks again');
    const dialog = document.getElementById('conflict');
    dialog.innerHTML = new DOMParser().parseFromString(html, 'text/html').querySelector('form.conflict').outerHTML;
    dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
    dialog.querySelector('form').addEventListener('submit', () => { localStorage.removeItem(kept); dirty = false; });
    dialog.showModal();
  }

  async function preview() {
    const content = body();
    content.delete('base');
    const answer = await post(path.replace(/\/edit$/, '/preview'), content).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const shown = page.querySelector('.reader');
    if (shown) document.getElementById('preview').replaceChildren(document.adoptNode(shown));
  }

  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      dirty = true;
      stopped = false;
      save();
    }
  });
  form.addEventListener('submit', () => { dirty = false; localStorage.removeItem(kept); });
  addEventListener('beforeunload', event => { if (dirty) event.preventDefault(); });
  addEventListener('online', () => { if (dirty) save(); });

  // What this browser kept and the server never got is put back, and saved like any other edit.
  const left = localStorage.getItem(kept);
  if (left) {
    const old = new URLSearchParams(left);
    const sameShape = [...old.keys()].every(name => form.elements.namedItem(name) || !name.startsWith('/'));
    if (sameShape) {
      for (const [name, value] of old) {
        const input = form.elements.namedItem(name);
        if (input && input.type !== 'checkbox') input.value = value;
        else if (input) input.checked = true;
      }
      show('unsaved', 'What you wrote before is back; saving it');
      dirty = true;
      save();
    } else localStorage.removeItem(kept);
  }
}
