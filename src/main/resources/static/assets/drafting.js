// SPDX-License-Identifier: Apache-2.0
// The edit form. Every change is stored in this browser at once and sent to the server soon. The form sends edits, not its whole
// content. Answers never change a value that the person has changed or is editing.
import {Draft, isAt} from './draft.js';
import {copyWords, drop, hold, keep, left, panel, throwAway} from './keep.js';
import {account, headers, isolated, ownName, signedInAs} from './signed.js';
import {hourOf} from './times.js';
import {letGo} from './words.js';

const form = document.getElementById('edit');
const SOON = 900, LATEST = 5000, RETRY = 4000, LONGEST_RETRY = 60000, PREVIEW = 300, TIMEOUT = 20000, REFRESH = 20000, SEEN = 1500, REST = 2000;

if (form) start();

function start() {
  const guide = form.dataset.guide;
  const edition = Number(form.elements.edition.value);
  const page = form.elements.page.value;
  const base = `/studio/guides/${guide}`;
  const draft = new Draft(page, JSON.parse(form.elements.base.value));
  const state = document.getElementById('save-state');
  const dialog = document.getElementById('conflict');
  const decide = document.getElementById('decide');
  let etag = form.elements.etag.value;
  let timer, firstEdit, previewTimer, retryTimer, askTimer, saving = null, again = false, ended = false, lastBy = '';
  let questions = [], asked = '', faults = [], typedAt = 0, retries = 0, isSignedOut = false;
  hold(page);

  const show = (name, words, link) => {
    state.dataset.state = name;
    if (state.dataset.shown === words) return;
    state.dataset.shown = words;
    state.replaceChildren(words);
    if (link) state.append(' ', Object.assign(document.createElement('a'), {href: link[0], textContent: link[1], target: '_blank'}));
  };
  const field = path => form.querySelector(`[data-field="${CSS.escape(path)}"]`);
  const listOf = path => form.querySelector(`repeat-list[data-list="${CSS.escape(path)}"]`);
  const last = path => path.slice(path.lastIndexOf('/') + 1);
  const parent = path => path.slice(0, path.lastIndexOf('/'));
  // Whether one of two places contains the other.
  const isOn = (one, other) => isAt(one, other) || isAt(other, one);

  // ---- the form as a state

  function shown() {
    const values = {}, lists = {};
    for (const input of form.elements) {
      if (!input.name?.startsWith('/')) continue;
      if (input.type !== 'checkbox') values[input.name] = input.value;
      else values[input.name] = input.checked ? 'true' : draft.base.values[input.name] === 'false' ? 'false' : '';
    }
    for (const list of form.querySelectorAll('repeat-list')) lists[list.dataset.list] = list.ids;
    return {values, lists};
  }

  function write(path, text) {
    const input = form.elements.namedItem(path);
    if (!input) return;
    if (input.type === 'checkbox') input.checked = text === 'true';
    else {
      if (input.localName === 'select' && text && ![...input.options].some(it => it.value === text)) input.add(new Option(text, text));
      input.value = text;
    }
    input.closest('md-editor')?.words?.();
    input.closest('guide-choice, asset-choice')?.refresh?.();
  }

  // Executes the draft's commands; returns the places that changed.
  function execute(todo) {
    const places = [];
    for (const it of todo) {
      if (it.insert !== undefined) {
        listOf(it.insert)?.insert(it.id, it.after);
        const subs = Object.entries(it.lists).sort(([a], [b]) => a.length - b.length);
        for (const [sub, ids] of subs) ids.forEach((id, i) => listOf(sub)?.insert(id, ids[i - 1] ?? null));
        for (const [path, text] of Object.entries(it.values)) write(path, text);
        places.push(`${it.insert}/${it.id}`);
      } else if (it.remove !== undefined) {
        form.querySelector(`li.item[data-item="${CSS.escape(it.remove)}"]`)?.remove();
        places.push(parent(it.remove));
      } else if (it.order !== undefined) {
        listOf(it.order)?.order(it.ids);
        places.push(it.order);
      } else {
        write(it.set, it.text);
        places.push(it.set);
      }
    }
    return places;
  }

  // A field with the focus is not changed until the person leaves it.
  function busy(path) {
    const focused = document.activeElement;
    const name = form.contains(focused) ? (focused.closest('md-editor, guide-choice, asset-choice')?.querySelector('[name]') ?? focused).name : '';
    return Boolean(name) && (name === path || name.startsWith(path + '/'));
  }

  function label(path) {
    const names = [];
    for (let at = field(path) ?? form.querySelector(`[data-item="${CSS.escape(path)}"]`) ?? field(parent(path)); at && at !== form; at = at.parentElement) {
      const name = at.matches('.field') && at.querySelector(':scope > label > span, :scope > fieldset > legend, :scope > repeat-list > fieldset > legend');
      if (name) names.unshift(name.textContent.trim());
      else if (at.matches('li.item')) names.unshift(String([...at.parentElement.children].indexOf(at) + 1));
    }
    return names.join(' › ') || carried[path] || path;
  }

  // ---- unconfirmed edits, kept in this browser

  function keepNow() {
    const record = draft.kept(shown());
    if (!record) return keep(guide, page, null);
    const labels = {};
    for (const edit of [...record.flight, ...record.waiting.flat(), ...record.pending, ...record.orphans]) labels[edit.path] = label(edit.path);
    const isKept = keep(guide, page, {...record, labels: {...carried, ...labels}, title: form.dataset.title, edition});
    if (!isKept) show('partly', 'This browser cannot keep a copy: do not close the page before it says “Saved”');
    return isKept;
  }
  const carried = {};

  async function offer() {
    const place = document.getElementById('kept');
    for (const record of await left(guide))
      place.append(panel(record, [{
        name: 'Put it back into the draft',
        act(offered) {
          Object.assign(carried, record.labels);
          draft.adopt(record);
          if (keepNow()) drop(guide, record.page);
          offered.remove();
          save();
        },
      }, copyWords(record), throwAway(record)]));
  }

  function showOrphans() {
    const place = document.getElementById('kept');
    place.querySelector('[data-orphans]')?.remove();
    if (!draft.orphans.length) return;
    const record = {guide, page, at: Date.now(), title: form.dataset.title, labels: carried, flight: [], waiting: [], pending: [], orphans: draft.orphans};
    const orphans = panel(record, [{
      name: 'I have copied it; throw it away',
      act(offered) { draft.orphans = []; keepNow(); offered.remove(); },
    }]);
    orphans.dataset.orphans = '';
    orphans.querySelector('b').textContent = 'What you wrote here has no place in the draft any more';
    place.append(orphans);
  }

  // ---- the network

  async function post(path, body) {
    return fetch(base + path, {
      method: 'POST', credentials: 'same-origin', body: JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT), redirect: 'manual',
      headers: {...headers(), 'Content-Type': 'application/json', Accept: 'application/json'},
    });
  }

  // Posts as the owner of this page. If nobody or another person is signed in, tells the person so and returns null.
  async function postAsOwner(path, body) {
    // without a sign-in of the page's owner, nothing is posted
    let who = isSignedOut ? await signedInAs() : null;
    if (!isSignedOut || who?.account === account) {
      const answer = await post(path, body());
      isSignedOut = [401, 403, 409].includes(answer.status) || answer.type === 'opaqueredirect';
      if (!isSignedOut) return answer;
      who = await signedInAs();
      isSignedOut = who?.account !== account;
      if (!isSignedOut) return answer.status === 409 ? answer : post(path, body());
    }
    retry();
    show('signed-out', who
      ? `You are signed in as ${isolated(who.name)} now; what you wrote as ${isolated(ownName)} is kept in this browser for ${isolated(ownName)}`
      : 'You are signed out; your words are kept in this browser. This page continues by itself once you', who ? null : ['/login', 'sign in again in another tab']);
    return null;
  }

  async function problem(answer) {
    const text = await answer.text().catch(() => '');
    try { return JSON.parse(text).detail; } catch { /* a page */ }
    return new DOMParser().parseFromString(text, 'text/html').querySelector('[role=alert] .lead, [role=alert]')?.textContent.trim()
      || 'the server answered ' + answer.status;
  }

  const sentence = words => words.replace(/\.?$/, '.');

  function retry() {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(save, Math.min(RETRY * 2 ** retries++, LONGEST_RETRY));
  }

  // One request at a time: the same edits until they are answered, then the edits made since.
  function save() {
    clearTimeout(timer);
    firstEdit = undefined;
    if (saving) again = true;
    return saving ??= send().finally(() => {
      saving = null;
      if (again) { again = false; save(); }
    });
  }

  // A person who saves by hand can be asked about conflicts at once.
  function saveByHand() {
    asked = '';
    typedAt = 0;
    save();
  }

  async function send() {
    if (ended) return false;
    if (draft.waiting.length || draft.flight || draft.pending(shown()).length) show('saving', 'Saving…');
    const edits = draft.take(shown());
    keepNow();
    let answer;
    try {
      answer = await postAsOwner('/edits', () => ({edition, edits}));
      if (!answer) return false;
      if (answer.status === 200) {
        const result = await answer.json();
        retries = 0;
        answered(edits, result);
        return true;
      }
    } catch {
      retry();
      show('offline', 'Offline: kept in this browser, tried again soon');
      return false;
    }
    const why = await problem(answer);
    if (answer.status >= 500 || answer.status === 429) {
      retry();
      show('offline', 'Not saved: ' + sentence(why) + ' Kept in this browser, tried again soon.');
    } else {
      draft.answered({...draft.server, outcomes: []}, shown(), () => true);
      ended = answer.status === 409 || answer.status === 404;
      show('partly', 'Not saved: ' + sentence(why) + ' Your words are kept in this browser.');
    }
    keepNow();
    return false;
  }

  function answered(edits, answer) {
    const isOwn = draft.foreign;
    const places = execute(draft.answered(answer, shown(), busy));
    etag = answer.etag;
    lastBy = answer.before;
    form.elements.etag.value = answer.etag;
    keepNow();
    const contributes = document.getElementById('contributes');
    if (contributes && answer.outcomes.some(it => it.saved)) contributes.textContent = contributes.dataset.onceSaved;
    faults = answer.outcomes.map(it => it.fault).filter(Boolean);
    showFaults(answer.missing);
    showWarnings(answer.warnings);
    showMissing([...answer.missing.filter(({path}) => faults.every(fault => fault.path !== path)), ...faults]);
    ask(answer.outcomes.map(it => it.question).filter(Boolean));
    // places that this person's own earlier page restored were not changed by others
    showOthers(isOwn ? places.filter(path => !edits.some(edit => isOn(path, edit.path))) : places);
    document.getElementById('presence').textContent =
      answer.here.length ? answer.here.map(isolated).join(', ') + (answer.here.length === 1 ? ' also has' : ' also have') + ' this open' : '';
    showOrphans();
    if (places.length) preview();
    if (draft.waiting.length) return retryTimer = setTimeout(save, 0);
    if (questions.length) show('conflict', 'Two edits do not go together: decide which stands. All else is saved');
    else if (faults.length) show('partly', 'Saved, but for what is marked');
    else if (draft.pending(shown()).length) show('unsaved', 'Unsaved changes');
    else {
      show('saved', `Saved; last change by ${isolated(answer.savedBy)}:`);
      if (!state.querySelector('time')) state.append(' ', document.createElement('time'));
      const time = state.querySelector('time');
      time.dateTime = answer.savedAt;
      time.textContent = hourOf(new Date(answer.savedAt));
    }
  }

  // ---- messages from the answer

  function showFaults(missing) {
    const now = shown();
    const isWritten = path => Object.entries(now.values).some(([at, text]) => (at === path || at.startsWith(path + '/')) && text !== '');
    for (const message of form.querySelectorAll('.fault')) message.textContent = '';
    for (const {path, detail} of [...missing.filter(({path}) => isWritten(path)), ...faults]) {
      const message = (field(path) ?? field(parent(path)))?.querySelector(':scope > .fault');
      if (message) message.textContent = detail;
    }
  }

  function showWarnings(warnings) {
    for (const message of form.querySelectorAll('.warning')) message.textContent = '';
    for (const {path, detail} of warnings) {
      const message = field(path)?.querySelector(':scope > .warning');
      if (message) message.textContent += (message.textContent ? '; ' : '') + detail;
    }
  }

  function showMissing(missing) {
    const tops = new Set(missing.map(({path}) => '/' + path.split('/')[1]));
    for (const entry of document.querySelectorAll('[data-outline]')) {
      const inputs = [...field(entry.dataset.outline)?.querySelectorAll('input:not([type=hidden]), textarea, select') ?? []];
      const isFilled = inputs.some(it => it.type === 'checkbox' ? it.checked : it.value);
      const isMissing = tops.has(entry.dataset.outline);
      entry.classList.toggle('is-missing', isMissing);
      entry.classList.toggle('is-done', !isMissing && isFilled);
      entry.querySelector('.state').textContent = isMissing ? ', needed' : isFilled ? ', written' : '';
    }
    const summary = document.querySelector('#missing span');
    if (summary) summary.textContent = missing.length === 0
      ? 'Complete: every field that readers need is there.'
      : missing.length + (missing.length === 1 ? ' thing is' : ' things are') + ' missing or wrong; submitting lists them.';
  }

  // Places that others changed are marked until the person has visited them.
  let unseen = [];
  function showOthers(places) {
    for (const path of places) {
      const place = field(path) ?? form.querySelector(`[data-item="${CSS.escape(path)}"]`);
      if (!place) continue;
      place.classList.add('is-theirs');
      place.dataset.theirs = `Changed by ${isolated(lastBy)}`;
      unseen.push({path, label: label(path), at: Date.now()});
    }
    if (!places.length) return;
    const names = [...new Set(places.map(label))];
    document.getElementById('others').textContent = `${isolated(lastBy)} changed ${names.map(isolated).join(', ')}: shown now.`;
  }
  form.addEventListener('focusin', event => {
    for (const place of document.querySelectorAll('.is-theirs'))
      if (place.contains(event.target)) { place.classList.remove('is-theirs'); delete place.dataset.theirs; }
  });
  form.addEventListener('focusout', () => queueMicrotask(() => {
    const places = execute(draft.catchUp(shown(), busy));
    if (places.length) { showOthers(places); keepNow(); preview(); }
  }));

  // ---- conflicts

  const keyOf = question => [question.kind, question.path, question.mine, question.theirs].join('\u0000');

  function ask(all) {
    questions = all.filter((it, i) => all.findIndex(other => other.kind === it.kind && other.path === it.path) === i);
    decide.hidden = questions.length === 0;
    for (const marked of form.querySelectorAll('.is-asked')) marked.classList.remove('is-asked');
    for (const {path} of questions) (field(path) ?? form.querySelector(`[data-item="${CSS.escape(path)}"]`))?.classList.add('is-asked');
    const now = questions.map(keyOf).join('\u0001');
    // a known conflict does not open the dialog again; the button stays
    if (questions.length && now !== asked) askAtRest();
    asked = now;
  }

  // Waits for a pause in typing before it asks.
  function askAtRest() {
    clearTimeout(askTimer);
    const rest = typedAt + REST - Date.now();
    if (rest > 0) askTimer = setTimeout(askAtRest, rest);
    else if (questions.length && !dialog.open) {
      openQuestions();
      dialog.dataset.unasked = '';
    }
  }

  // If the dialog opened by itself and the person types on, the dialog closes and the field has the focus again before the key takes
  // effect.
  dialog.addEventListener('keydown', event => {
    const types = event.key === 'Process' || [...event.key].length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!types || !('unasked' in dialog.dataset) || event.target.matches('input, textarea, button')) return;
    typedAt = Date.now();
    dialog.close('later');
    askAtRest();
  });

  function openQuestions() {
    const blank = document.getElementById('question').content.firstElementChild;
    const place = dialog.querySelector('[data-questions]');
    const why = {
      BOTH_CHANGED: ['You both changed it.', 'Yours', 'Theirs'],
      THEY_REMOVED: ['It was removed while you wrote in it.', 'Put it back with what you wrote', 'Leave it out'],
      I_REMOVED: ['It was changed while you removed it.', 'Remove it all the same', 'Keep it as it is now'],
    };
    place.replaceChildren(...questions.map((question, i) => {
      const set = blank.cloneNode(true);
      const part = name => set.querySelector(`[${name}]`);
      set.question = question;
      set.querySelector('legend').textContent = question.label;
      [part('data-why').textContent, part('data-mine-label').textContent, part('data-theirs-label').textContent] = why[question.kind];
      part('data-mine').textContent = question.mine ?? '';
      part('data-theirs').textContent = question.theirs ?? '';
      part('data-pieces').hidden = question.pieces.length === 0;
      part('data-pieces').append(...question.pieces.map(({op, text}) => {
        const piece = document.createElement({insert: 'ins', delete: 'del', equal: 'span'}[op]);
        piece.textContent = text;
        return piece;
      }));
      part('data-third').hidden = question.kind !== 'BOTH_CHANGED';
      set.querySelector('textarea').value = question.mine ?? '';
      set.querySelector('textarea').addEventListener('input', () => { set.querySelector('[value=text]').checked = true; });
      for (const radio of set.querySelectorAll('[type=radio]')) radio.name = 'choice' + i;
      return set;
    }));
    dialog.returnValue = 'later';
    delete dialog.dataset.unasked;
    dialog.showModal();
  }

  dialog.addEventListener('close', () => {
    if (dialog.returnValue !== 'decide') return;
    for (const set of dialog.querySelectorAll('fieldset')) {
      const chosen = set.querySelector(':checked').value;
      const choice = chosen === 'text' ? {text: set.querySelector('textarea').value} : chosen;
      execute(draft.decide(set.question, choice, shown()));
    }
    asked = '';
    keepNow();
    save();
  });
  decide.addEventListener('click', openQuestions);

  // ---- actions of the person

  form.addEventListener('input', event => {
    if (event.target.name === 'message' || event.target.form && event.target.form !== form) return;
    typedAt = Date.now();
    keepNow();
    if (!saving) show('unsaved', 'Unsaved changes');
    firstEdit ??= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.min(SOON, Math.max(0, firstEdit + LATEST - Date.now())));
    clearTimeout(previewTimer);
    previewTimer = setTimeout(preview, PREVIEW);
    check(event.target);
  });

  // Shows faults that the browser can find, while the person types.
  function check(input) {
    const max = Number(input.dataset?.max);
    const fault = document.getElementById(input.id?.replace(/-input$/, '-fault'));
    if (!fault) return;
    const length = [...input.value].length;
    fault.textContent = max && length > max ? `${length} characters; at most ${max}` : '';
  }

  async function preview() {
    form.elements.base.value = JSON.stringify(draft.base);
    const content = new URLSearchParams(new FormData(form));
    content.delete('message');
    const answer = await fetch(base + '/preview', {
      method: 'POST', body: content, credentials: 'same-origin', headers: headers(),
    }).catch(() => null);
    if (!answer?.ok) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.reader');
    if (drawn) document.getElementById('preview').replaceChildren(document.adoptNode(drawn));
  }

  // Sends everything that the server does not have yet; returns false if that fails.
  async function flush() {
    for (let round = 0; round < 20; round++) {
      if (!await save()) return false;
      if (!draft.waiting.length && !draft.pending(shown()).length) return true;
      if (state.dataset.state === 'partly' || state.dataset.state === 'conflict') return false;
    }
    return false;
  }

  async function submit() {
    // the person cannot have seen changes that appeared just before the click
    unseen = unseen.filter(it => Date.now() - it.at < SEEN);
    document.getElementById('between').hidden = true;
    document.getElementById('faults').hidden = true;
    const message = form.elements.message;
    if (!await flush()) return showObstacle();
    if (unseen.length) return lookAgain();
    let answer;
    try {
      answer = await postAsOwner('/submit', () => ({etag, message: message.value}));
      if (!answer) return;
    } catch {
      return show('offline', 'Offline: not submitted. What you wrote is here; submit again when you are back');
    }
    if (answer.status === 200) {
      keep(guide, page, null);
      letGo(message);
      return location.assign((await answer.json()).location);
    }
    if (answer.status === 412) {
      await save();
      return lookAgain();
    }
    const refusal = await answer.json().catch(() => ({detail: 'the server answered ' + answer.status, faults: []}));
    if (!refusal.faults?.length) return show('partly', 'Not submitted: ' + refusal.detail);
    list(refusal.faults);
  }

  // Shows why the draft cannot be submitted.
  function showObstacle() {
    if (dialog.open) return;
    if (questions.length) openQuestions();
    else if (faults.length) list(faults);
    else scrollToAndFocus(state);
  }

  function list(wrong) {
    const box = document.getElementById('faults');
    box.querySelector('ul').replaceChildren(...wrong.map(link));
    box.hidden = false;
    scrollToAndFocus(box);
  }

  function link({path, label, detail}) {
    const item = document.createElement('li'), anchor = document.createElement('a');
    anchor.href = '#f' + path.replace(/[^A-Za-z0-9]+/g, '-');
    anchor.textContent = label;
    item.append(anchor, detail ? ': ' + detail : '');
    return item;
  }

  // Shows the changes that arrived since the person looked; they submit again afterwards.
  function lookAgain() {
    const between = document.getElementById('between');
    between.querySelector('[data-by]').textContent = lastBy || 'somebody else';
    between.querySelector('ul').replaceChildren(...unseen.map(link));
    unseen = [];
    between.hidden = false;
    scrollToAndFocus(between);
  }

  function scrollToAndFocus(at) {
    at.scrollIntoView({block: 'center'});
    at.focus?.({preventScroll: true});
  }

  form.addEventListener('submit', event => {
    // Enter in a field saves; only the buttons of the form leave the page
    event.preventDefault();
    if (event.submitter?.value === 'submit') submit(); else saveByHand();
  });
  document.addEventListener('keydown', event => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return;
    event.preventDefault();
    saveByHand();
  });
  addEventListener('beforeunload', event => { if (draft.kept(shown()) && !keepNow()) event.preventDefault(); });
  const resume = () => { retries = 0; save(); };
  addEventListener('online', resume);
  addEventListener('focus', () => { if (isSignedOut) resume(); });
  setInterval(() => {
    if (draft.kept(shown())) keepNow();
    else if (document.visibilityState === 'visible' && !dialog.open) save();
  }, REFRESH);
  offer();
}
