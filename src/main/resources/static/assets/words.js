// SPDX-License-Identifier: Apache-2.0
// Texts that people write into forms (comments, replies, reasons, messages) are kept in this browser, for the account that wrote them,
// until the server has confirmed exactly these texts. A form, or one control of a larger form, takes part if it has data-words, its name
// within the guide (data-guide). The hidden field "once" holds the key under which its text is kept.
import {account, headers, isolated, ownName, signedInAs} from './signed.js';
import {momentOf} from './times.js';

const PREFIX = 'imprimatur.words.';
const WORDS = 'textarea, input:not([type]), input[type=text], input[type=url]';

const part = text => encodeURIComponent(text ?? '');
const mine = `${PREFIX}${part(account)}/`;

// A unit is kept as one: a form, or a single control.
const formOf = unit => unit.form ?? unit;
const guideOf = unit => unit.dataset.guide ?? formOf(unit).dataset.guide ?? '';
const controlsOf = unit => unit.matches('form') ? [...unit.elements].filter(it => it.matches(WORDS) && it.name) : [unit];
const keyField = unit => formOf(unit).elements.namedItem('once');
const unitOf = control => {
  if (!control.matches?.(WORDS)) return null;
  if (control.dataset.words) return control;
  return control.form?.dataset.words ? control.form : null;
};
const prefixOf = unit => `${mine}${part(guideOf(unit))}/${part(unit.dataset.words)}/`;
const textsOf = unit => Object.fromEntries(controlsOf(unit).map(it => [it.name, it.value]));
// the passage comes from a selection on the page, so alone it does not count as written
const isWritten = unit => controlsOf(unit).some(it => it.value.trim() && it.value !== it.defaultValue && !('quoteInput' in it.dataset));

const store = {
  all(prefix) {
    try {
      return Object.keys(localStorage).filter(key => key.startsWith(prefix)).flatMap(key => {
        try { return [{key, ...JSON.parse(localStorage.getItem(key))}]; } catch { return []; }
      }).sort((a, b) => b.at - a.at);
    } catch { return []; }
  },
  put(key, entry) {
    try { localStorage.setItem(key, JSON.stringify(entry)); return true; } catch { return false; }
  },
  remove(key) {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  },
};

function keep(unit) {
  if (!account || !keyField(unit)) return;
  const key = prefixOf(unit) + keyField(unit).value;
  if (!isWritten(unit)) return store.remove(key);
  const kept = store.put(key, {
    account, guide: guideOf(unit), form: unit.dataset.words, label: unit.dataset.wordsLabel ?? 'Your words',
    once: keyField(unit).value, page: location.pathname + location.search, at: Date.now(), texts: textsOf(unit),
  });
  unit.wordsAreKept = kept;
}

// ---- messages of a form, shown beside its texts
function tell(unit, words, {problem = false, more} = {}) {
  const controls = controlsOf(unit);
  const last = controls.at(-1);
  let place = unit.wordsTold;
  if (!place) {
    place = unit.wordsTold = document.createElement('div');
    place.className = 'words-notice';
    (last.closest('label, md-editor') ?? last).after(place);
  }
  place.setAttribute('role', problem ? 'alert' : 'status');
  place.classList.toggle('is-problem', problem);
  place.replaceChildren(...(words ? [Object.assign(document.createElement('p'), {textContent: words})] : []), ...(more ?? []));
}

const link = (href, words, elsewhere) => {
  const a = Object.assign(document.createElement('a'), {href, textContent: words});
  if (elsewhere) a.target = '_blank';
  return a;
};
const button = (words, act) => {
  const it = Object.assign(document.createElement('button'), {type: 'button', textContent: words, className: 'quiet'});
  it.addEventListener('click', act);
  return it;
};

// ---- restoring texts when the page is opened again
function offerBack(unit) {
  const first = controlsOf(unit)[0];
  if (!account || !first || !keyField(unit) || unit.wordsOffered === first) return;
  const drawnAnew = Boolean(unit.wordsOffered);
  unit.wordsOffered = first;
  if (isWritten(unit)) {
    // the browser itself has restored the text
    const same = store.all(prefixOf(unit)).find(it => JSON.stringify(it.texts) === JSON.stringify(textsOf(unit)));
    if (same) { taken.add(same.key); keyField(unit).value = same.once; }
    return;
  }
  if (drawnAnew) return fill(unit, store.all(prefixOf(unit)).find(it => it.once === keyField(unit).value));
  const own = store.all(prefixOf(unit)).filter(it => it.account === account && !taken.has(it.key));
  if (!own.length) return;
  const entry = own[0];
  taken.add(entry.key);
  keyField(unit).value = entry.once;
  fill(unit, entry);
  tell(unit, `You wrote this on ${momentOf(new Date(entry.at))}, and it was not sent. It is back.`, {more: [button('Discard it', () => {
    store.remove(entry.key);
    for (const control of controlsOf(unit)) control.value = control.defaultValue;
    keyField(unit).value = crypto.randomUUID();
    tell(unit, 'Discarded.');
  })]});
}
const taken = new Set();

function fill(unit, entry) {
  if (!entry) return;
  for (const control of controlsOf(unit)) if (entry.texts[control.name] !== undefined) control.value = entry.texts[control.name];
  for (let at = controlsOf(unit)[0]; at; at = at.parentElement) if (at.localName === 'details') at.open = true;
}

// Texts without a form on this page: of a decision that another person has made meanwhile, or a second copy from another tab.
function offerTheRest() {
  const guide = document.querySelector('.page[data-guide], form[data-guide]')?.dataset.guide;
  if (!account || !guide) return;
  const rest = store.all(`${mine}${part(guide)}/`).filter(it => it.account === account && !taken.has(it.key));
  if (!rest.length) return;
  const box = document.createElement('section');
  box.className = 'card kept-words';
  box.setAttribute('aria-labelledby', 'kept-words-title');
  box.append(Object.assign(document.createElement('h2'), {id: 'kept-words-title', textContent: 'Kept in this browser, not sent'}));
  for (const entry of rest) {
    const one = document.createElement('div');
    one.className = 'field';
    for (const [name, text] of Object.entries(entry.texts).filter(([, text]) => text)) {
      const label = document.createElement('label');
      label.textContent = `${entry.label}${name === 'quote' ? ', passage' : ''} (${momentOf(new Date(entry.at))})`;
      const area = Object.assign(document.createElement('textarea'), {value: text, readOnly: true, rows: 2, dir: 'auto'});
      label.append(area);
      one.append(label);
    }
    const actions = Object.assign(document.createElement('p'), {className: 'buttons'});
    if (entry.page !== location.pathname + location.search) actions.append(link(entry.page, 'To where it was written'));
    actions.append(button('Discard it', () => { store.remove(entry.key); one.remove(); if (!box.querySelector('.field')) box.remove(); }));
    one.append(actions);
    box.append(one);
  }
  (document.querySelector('.page > .head') ?? document.querySelector('main').firstElementChild).after(box);
}

// ---- sending
function post(form, body) {
  const own = headers();
  if (body.has('_csrf')) body.set('_csrf', own['X-CSRF-TOKEN']);
  return fetch(form.getAttribute('action'), {method: 'POST', credentials: 'same-origin', body, headers: own});
}

async function send(form, submitter) {
  if (form.wordsInFlight) return;
  form.wordsInFlight = true;
  const unit = form.dataset.words ? form : null;
  const say = (words, options) => unit ? tell(unit, words, options) : notice(words, options);
  const sent = unit && JSON.stringify(textsOf(unit));
  const body = new URLSearchParams(new FormData(form, submitter));
  const keptKey = unit && prefixOf(unit) + keyField(unit).value;
  const safe = unit?.wordsAreKept === false ? 'Your words are still here.' : 'Your words are still here, and kept in this browser.';
  if (document.getElementById('words-notice')) notice('');
  say('Sending…');
  try {
    let answer = await post(form, body);
    if ([401, 403, 409].includes(answer.status)) {
      const now = await signedInAs();
      if (!now) return say(`You are signed out. ${safe}`, {problem: true, more: [
        link('/login', 'Sign in in another tab', true), document.createTextNode(', come back here and press the button again.')]});
      if (now.account !== account) return say(`This browser is signed in as “${isolated(now.name)}” now, and “${isolated(ownName)}” wrote this, `
        + `so it was not sent. ${safe} They come back wherever “${isolated(ownName)}” is signed in again; then press the button again.`,
      {problem: true, more: [link('/login', 'Sign in in another tab', true)]});
      if (answer.status !== 409) answer = await post(form, body);
    }
    if (answer.status === 204 && answer.headers.get('Location')) {
      if (keptKey) store.remove(keptKey);
      sentWords.add(form);
      const to = new URL(answer.headers.get('Location'), location.href);
      if (to.pathname + to.search === location.pathname + location.search) { location.hash = to.hash; location.reload(); }
      else location.assign(to);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answer.ok) {
      askForPassword(form, page.querySelector('[data-proof]'));
      const why = (page.querySelector('[role=alert] .lead') ?? page.querySelector('[role=alert]'))?.textContent.trim();
      return say(`Not sent: ${(why || 'the server answered ' + answer.status).replace(/\.$/, '')}. ${safe}`, {problem: true, more: answer.status === 409
        ? [link(location.pathname, 'Open this page anew'), document.createTextNode('; your words come along.')] : []});
    }
    takeIn(page, form);
    if (unit) {
      store.remove(keptKey);
      if (JSON.stringify(textsOf(unit)) === sent) clear(unit);
      keyField(unit).value = crypto.randomUUID();
      keep(unit);
      tell(unit, '');
    }
    notice('Done.');
  } catch {
    say(`The server cannot be reached. ${safe} Press the button again once you are online; what is sent twice counts once.`, {problem: true});
  } finally {
    form.wordsInFlight = false;
  }
}
const sentWords = new Set();

// The password was wrong, or its proof expired while the page was open: the form asks for it.
function askForPassword(form, asked) {
  const before = form.querySelector('[data-proof]');
  if (!asked) return;
  asked = document.adoptNode(asked);
  if (before) before.replaceWith(asked);
  else form.querySelector('.buttons').before(asked);
  asked.querySelector('[type=password]').focus();
}

// Forgets a text that the server has confirmed.
export const letGo = unit => store.remove(prefixOf(unit) + keyField(unit).value);

function clear(unit) {
  for (const control of controlsOf(unit)) control.value = '';
}

// Takes over the new comments of the answer. Forms are not replaced, so unfinished texts in other forms stay.
function takeIn(page, form) {
  for (const thread of page.querySelectorAll('.thread')) {
    const here = document.getElementById(thread.id);
    if (here) {
      here.className = thread.className;
      here.querySelector('.talk').replaceWith(document.adoptNode(thread.querySelector('.talk')));
    } else document.getElementById(form.dataset.into)?.append(document.adoptNode(thread));
  }
  for (const other of page.querySelectorAll('.thread-forms > form'))
    if (!document.getElementById(other.id)) document.querySelector('.thread-forms').append(document.adoptNode(other));
  const open = form.querySelector('textarea')?.closest('details') ?? [...form.elements].find(it => it.matches('textarea'))?.closest('details');
  if (open) {
    open.open = false;
    open.querySelector('summary').focus();
  }
  document.body.dispatchEvent(new CustomEvent('words:taken'));
}

function notice(words, {problem = false, more = []} = {}) {
  let place = document.getElementById('words-notice');
  if (!place) {
    place = Object.assign(document.createElement('div'), {id: 'words-notice'});
    document.querySelector('main').prepend(place);
  }
  place.className = problem ? 'notice is-problem' : 'visually-hidden';
  place.setAttribute('role', problem ? 'alert' : 'status');
  place.replaceChildren(words, ' ', ...more);
}

document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.dataset.words && !('inPlace' in form.dataset)) return;
  event.preventDefault();
  send(form, event.submitter);
}, true);

document.addEventListener('input', event => {
  const unit = unitOf(event.target);
  if (!unit) return;
  keep(unit);
  const max = Number(event.target.dataset.max);
  if (max && event.target.value.length > max) tell(unit, `${event.target.value.length} characters; at most ${max}.`, {problem: true});
  else if (unit.wordsTold?.classList.contains('is-problem') && max) tell(unit, '');
  // a note within a larger form does not belong to that form
  if (event.target.closest('.notes')) event.stopPropagation();
}, true);
document.addEventListener('change', event => { if (unitOf(event.target) && event.target.closest('.notes')) event.stopPropagation(); }, true);

addEventListener('beforeunload', event => {
  const lost = [...document.querySelectorAll('[data-words]')].some(unit => unit.wordsAreKept === false && isWritten(unit) && !sentWords.has(unit));
  if (lost) event.preventDefault();
});

// ---- start
const confirmed = document.querySelector('meta[name=words-confirmed]')?.content;
if (confirmed && account) for (const entry of store.all(mine)) if (entry.once === confirmed) store.remove(entry.key);
const offerAll = () => { for (const unit of document.querySelectorAll('[data-words]')) offerBack(unit); };
offerAll();
offerTheRest();
// for forms that are added later, such as those of a new thread or of a field that the server rendered again
new MutationObserver(offerAll).observe(document.querySelector('main') ?? document.body, {childList: true, subtree: true});
