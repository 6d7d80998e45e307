// SPDX-License-Identifier: Apache-2.0
// Choosing a guide by its title: a combobox for any input, and the element <guide-choice> around the input that holds the id of a guide.
import {headers} from './signed.js';

const PAUSE = 200;
let lists = 0;

// The guides with these words in their title or slug, or with this id; {types} are the names of content types, or '' for all.
export async function guidesCalled(words, types = '') {
  const query = new URLSearchParams({q: words, types});
  const answer = await fetch(`/studio/guides/choices?${query}`, {headers: {...headers(), Accept: 'application/json'}});
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

// Makes a text input a combobox that lists guides while words are typed, and passes the chosen one on.
export function listGuides(input, {types = '', choose, tell = () => {}, isSearch = () => true}) {
  const list = Object.assign(document.createElement('ul'), {id: `guide-list-${++lists}`, className: 'guide-list', hidden: true, ariaLabel: 'Guides'});
  list.setAttribute('role', 'listbox');
  for (const [name, value] of Object.entries({role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id}))
    input.setAttribute(name, value);
  input.autocomplete = 'off';
  input.after(list);
  let found = [], at = -1, asked = 0, timer;

  const close = () => {
    clearTimeout(timer);
    asked++;
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const mark = i => {
    at = i;
    [...list.children].forEach((option, n) => option.setAttribute('aria-selected', String(n === i)));
    input.setAttribute('aria-activedescendant', list.children[i].id);
    list.children[i].scrollIntoView({block: 'nearest'});
  };
  const take = i => { const guide = found[i]; close(); choose(guide); };
  const option = (guide, i) => {
    const item = Object.assign(document.createElement('li'), {id: `${list.id}-${i}`});
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.append(
      Object.assign(document.createElement('bdi'), {textContent: guide.title, lang: guide.locale}),
      Object.assign(document.createElement('small'), {textContent: `${guide.type}/${guide.slug} · ${guide.locale}${guide.live ? '' : ' · not published'}`}));
    item.addEventListener('click', () => take(i));
    return item;
  };
  const find = async () => {
    const mine = ++asked;
    try {
      // a guide cannot refer to itself
      const self = input.closest('[data-guide]')?.dataset.guide;
      const all = (await guidesCalled(input.value.trim(), types)).filter(guide => guide.id !== self);
      if (mine !== asked || document.activeElement !== input) return;
      found = all;
      at = -1;
      list.replaceChildren(...found.map(option));
      list.hidden = !found.length;
      input.setAttribute('aria-expanded', String(Boolean(found.length)));
      input.removeAttribute('aria-activedescendant');
      tell(found.length ? `${found.length} ${found.length === 1 ? 'guide' : 'guides'}; choose one with the arrow keys.` : 'No guide is called that.');
    } catch {
      if (mine === asked) tell('The guides cannot be searched at the moment.');
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (isSearch(input.value.trim())) timer = setTimeout(find, PAUSE); else close();
  });
  input.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' && list.hidden && isSearch(input.value.trim())) { event.preventDefault(); find(); return; }
    if (list.hidden) return;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step) mark((at + step + (at < 0 && step < 0 ? 1 : 0) + found.length) % found.length);
    else if (event.key === 'Enter' && at >= 0) take(at);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  // a click in the list leaves the focus in the input
  list.addEventListener('pointerdown', event => event.preventDefault());
  input.addEventListener('blur', close);
}

customElements.define('guide-choice', class extends HTMLElement {
  connectedCallback() {
    if (this.search) return;
    this.field = this.querySelector('input');
    const label = this.field.labels[0];
    this.search = Object.assign(document.createElement('input'),
      {type: 'text', id: this.field.id + '-search', dir: 'auto', placeholder: 'Search for a title', maxLength: 200});
    this.search.setAttribute('aria-describedby', `${this.field.getAttribute('aria-describedby')} ${this.search.id}-told`);
    this.told = Object.assign(document.createElement('p'), {className: 'hint', id: this.search.id + '-told'});
    this.told.setAttribute('role', 'status');
    if (label) label.htmlFor = this.search.id;
    this.append(this.search, this.told);
    this.field.type = 'hidden';
    // whoever wants the field gets what stands in its place
    this.field.focus = options => this.search.focus(options);
    listGuides(this.search, {types: this.dataset.types, choose: guide => this.choose(guide), tell: words => { this.told.textContent = words; }});
    // what is typed is a search, and no value of the form
    for (const kind of ['input', 'change']) this.search.addEventListener(kind, event => event.stopPropagation());
    this.search.addEventListener('change', () => {
      if (!this.search.value.trim()) this.choose(null);
    });
    this.search.addEventListener('blur', () => this.show());
    this.name = {id: this.field.value, title: this.dataset.title || this.field.value};
    this.show();
  }

  show() {
    this.search.value = this.field.value && this.name.id === this.field.value ? this.name.title : this.field.value;
  }

  choose(guide) {
    this.name = {id: guide?.id ?? '', title: guide?.title ?? ''};
    this.field.value = this.name.id;
    this.show();
    this.told.textContent = guide && !guide.live ? 'It is not published: until it is, readers see no link to it.' : '';
    this.field.dispatchEvent(new Event('input', {bubbles: true}));
    this.field.dispatchEvent(new Event('change', {bubbles: true}));
  }

  // A script that has set the field calls it.
  async refresh() {
    const id = this.field.value;
    if (id !== this.name.id) {
      this.name = {id, title: id};
      try {
        const [guide] = id ? await guidesCalled(id) : [];
        if (guide?.id === id && this.field.value === id) this.name.title = guide.title;
      } catch { /* the id is shown */ }
    }
    if (document.activeElement !== this.search) this.show();
  }
});
