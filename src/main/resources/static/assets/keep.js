// SPDX-License-Identifier: Apache-2.0
// Stores unconfirmed edits in this browser, separately for each person, guide and page: nobody sees or sends edits of another person,
// and no page overwrites the edits of another page.
import {account} from './signed.js';
import {momentOf} from './times.js';

const PREFIX = 'imprimatur.kept.';
const STALE = 15000;
const lock = page => 'imprimatur.page.' + page;

const key = (guide, page) => PREFIX + [account, guide, page].map(encodeURIComponent).join('.');

// A page that holds its lock is open. Without locks (no secure context), a page that stored something recently counts as open.
export const hold = page => navigator.locks?.request(lock(page), () => new Promise(() => {}));

async function isAlive(page, at) {
  if (!navigator.locks) return Date.now() - at < STALE;
  return !await navigator.locks.request(lock(page), {ifAvailable: true}, Boolean);
}

// Returns whether the record was stored; storage may be full or forbidden.
export function keep(guide, page, record) {
  try {
    if (record) localStorage.setItem(key(guide, page), JSON.stringify({...record, at: Date.now()}));
    else localStorage.removeItem(key(guide, page));
    return true;
  } catch {
    return !record;
  }
}

export const drop = (guide, page) => localStorage.removeItem(key(guide, page));

// Records of this person's closed pages, for one guide or for all: [{guide, page, …record}].
export async function left(only) {
  if (!account) return [];
  const records = [];
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(PREFIX)) continue;
    const [whose, guide, page] = name.slice(PREFIX.length).split('.').map(decodeURIComponent);
    if (whose !== account || only && guide !== only) continue;
    try {
      const record = JSON.parse(localStorage.getItem(name));
      if (record && !await isAlive(page, record.at)) records.push({guide, page, ...record});
    } catch { /* not a record of ours, or incomplete: it is left alone */ }
  }
  return records.sort((a, b) => a.at - b.at);
}

// The texts of a record with the labels of their places, for copying.
export const words = record => [...record.flight, ...record.waiting.flat(), ...record.pending, ...record.orphans]
  .filter(edit => edit.op === 'replace' && edit.to)
  .map(edit => ({label: record.labels[edit.path] ?? edit.path, text: edit.to}))
  .filter((it, i, all) => !all.slice(i + 1).some(later => later.label === it.label && later.text === it.text));

// A sentence for each other edit of a record.
const besides = record => [...record.flight, ...record.waiting.flat(), ...record.pending].flatMap(edit => {
  const label = record.labels[edit.path] ?? edit.path;
  if (edit.op === 'remove') return [`${label}: removed (${Object.values(edit.from).join(', ') || 'it was empty'})`];
  if (edit.op === 'move') return [`${label}: moved`];
  return edit.op === 'replace' && !edit.to ? [`${label}: cleared (it was ${edit.from})`] : [];
});

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// A panel that shows a record completely, with buttons for its actions: [{name, act}].
export function panel(record, actions) {
  const when = element('time', {dateTime: new Date(record.at).toISOString(), textContent: momentOf(new Date(record.at))});
  const list = element('dl', {}, ...words(record).map(({label, text}) =>
    element('div', {}, element('dt', {textContent: label}), element('dd', {className: 'text', dir: 'auto', textContent: text}))));
  const rest = [...new Set(besides(record))];
  const shown = element('section', {className: 'card kept-words', ariaLabel: 'Kept in this browser'},
    element('p', {}, element('b', {textContent: `“${record.title}”: what you wrote and the server has not confirmed`}), ' (', when, ')'),
    list);
  if (rest.length) shown.append(element('ul', {className: 'meta'}, ...rest.map(textContent => element('li', {dir: 'auto', textContent}))));
  shown.append(element('p', {className: 'buttons'}, ...actions.map(({name, act}) => {
    const button = element('button', {type: 'button', textContent: name});
    button.addEventListener('click', () => act(shown));
    return button;
  })));
  return shown;
}

export const throwAway = record => ({
  name: 'Throw it away',
  act(shown) {
    if (!confirm('Throw away what was kept? It cannot be brought back.')) return;
    drop(record.guide, record.page);
    shown.remove();
  },
});

export const copyWords = record => ({
  name: 'Copy the words',
  act: () => navigator.clipboard.writeText(words(record).map(({text}) => text).join('\n\n')),
});

// On every page except the edit form, which offers its records itself.
const main = document.getElementById('main');
if (main && account && !document.getElementById('edit'))
  for (const record of await left())
    main.prepend(panel(record, [
      {name: 'Open the guide', act: () => location.assign(`/studio/guides/${record.guide}/edit`)},
      copyWords(record),
      throwAway(record),
    ]));
