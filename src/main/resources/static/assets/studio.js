// SPDX-License-Identifier: Apache-2.0
// Enhancements of the pages. Every page works without this script.
document.documentElement.classList.add('has-js');
// read for each request, because signing in again in another tab changes the token
document.body.addEventListener('htmx:configRequest', event => {
  event.detail.headers['X-CSRF-TOKEN'] = document.querySelector('meta[name=csrf]')?.content;
});

// If a request of htmx fails, the reason is shown at the top of the page.
document.body.addEventListener('htmx:responseError', event => {
  const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, 'text/html').querySelector('[role=alert]');
  failed(answer?.innerText.trim() ?? 'This was not done: the server answered ' + event.detail.xhr.status + '.');
});
document.body.addEventListener('htmx:sendError', () => failed('This was not done: the server does not answer. Try again.'));
function failed(words) {
  document.getElementById('failed')?.remove();
  const notice = Object.assign(document.createElement('div'), {id: 'failed', className: 'notice is-problem', textContent: words});
  notice.setAttribute('role', 'alert');
  document.getElementById('main').prepend(notice);
}

// Scrolls a drawing that is wider than its frame to the active step.
function showActive(drawing) {
  const active = [...drawing.querySelectorAll('.d-usertask.is-active')].pop();
  if (active) drawing.scrollLeft += active.getBoundingClientRect().x - drawing.getBoundingClientRect().x - drawing.clientWidth / 2;
}
for (const drawing of document.querySelectorAll('.drawing')) {
  showActive(drawing);
  drawing.closest('details')?.addEventListener('toggle', () => showActive(drawing));
}

const drawer = document.querySelector('.drawer');
document.querySelector('[data-menu]')?.addEventListener('click', event => {
  const open = drawer.classList.toggle('is-open');
  event.currentTarget.setAttribute('aria-expanded', open);
});

const slug = document.querySelector('[data-slug]');
document.querySelector('[data-slug-source]')?.addEventListener('input', event => {
  if (slug.dataset.touched) return;
  slug.value = event.target.value.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
    .replace(/^how to become an? /, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
});
slug?.addEventListener('input', () => { slug.dataset.touched = 'yes'; });

// Single-letter shortcuts: never in a field or dialog, and not if the person has turned them off (WCAG 2.1.4).
const OFF = 'imprimatur.no-keys';
const keys = document.getElementById('keys');
const switchedOff = document.querySelector('[data-no-keys]');
if (switchedOff) {
  switchedOff.checked = localStorage.getItem(OFF) === 'yes';
  switchedOff.addEventListener('change', () => localStorage.setItem(OFF, switchedOff.checked ? 'yes' : 'no'));
}
document.querySelector('[data-keys]')?.addEventListener('click', () => keys.showModal());
let before = '';
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest('input, textarea, select, dialog[open], [contenteditable]')) return;
  if (localStorage.getItem(OFF) === 'yes') return;
  const key = event.key;
  const done = {
    '?': () => keys?.showModal(),
    '/': () => document.getElementById(document.getElementById('q') ? 'q' : 'find')?.focus(),
    j: () => step(1),
    k: () => step(-1),
    a: () => press('a'),
    r: () => press('r'),
    h: () => before === 'g' && location.assign('/studio'),
    l: () => before === 'g' && location.assign('/studio/guides'),
  }[key];
  if (done) { event.preventDefault(); done(); }
  before = key;
});
function step(by) {
  const steps = [...document.querySelectorAll('[data-step]')].filter(it => it.offsetParent);
  if (!steps.length) return;
  const here = steps.findIndex(it => it.classList.contains('is-here'));
  const next = steps[Math.min(steps.length - 1, Math.max(0, here + by))];
  steps.forEach(it => it.classList.toggle('is-here', it === next));
  next.scrollIntoView({block: 'center'});
  const link = next.querySelector('a, summary');
  (link ?? next).focus({preventScroll: true});
}
function press(key) {
  const button = document.querySelector(`button[data-key=${key}]:not(:disabled)`);
  button?.scrollIntoView({block: 'center'});
  button?.focus();
}
