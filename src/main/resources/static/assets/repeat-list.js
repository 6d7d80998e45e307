// SPDX-License-Identifier: Apache-2.0
// A list whose items can be added, removed, restored and moved with mouse and keyboard. Without scripts, its buttons submit the form.
// The id of an item is the last part of its path; the position may change.
const idOf = item => item.dataset.item.slice(item.dataset.item.lastIndexOf('/') + 1);
export const freshId = () => 'c' + Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => (byte % 36).toString(36)).join('');

customElements.define('repeat-list', class extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector(':scope > fieldset > ol');
    this.status = this.querySelector(':scope > fieldset > [role=status]');
    this.back = this.querySelector(':scope > fieldset > .back');
    this.removed = [];
    this.addEventListener('click', event => {
      const button = event.target.closest('button');
      if (!button || button.closest('repeat-list') !== this) return;
      if (button === this.back) this.bringBack();
      else if (button.name === 'action') {
        event.preventDefault();
        if (button.classList.contains('add')) this.add();
        else this.act(button.closest('li.item'), button.dataset.do);
      }
    });
    this.addEventListener('keydown', event => {
      const verb = event.altKey && {ArrowUp: 'up', ArrowDown: 'down'}[event.key];
      const item = event.target.closest('li.item');
      if (!verb || !item || item.closest('repeat-list') !== this) return;
      event.preventDefault();
      this.act(item, verb, event.target);
    });
    this.draggable();
  }

  get items() { return [...this.list.children]; }

  get ids() { return this.items.map(idOf); }

  item(id) { return this.items.find(item => idOf(item) === id); }

  // Inserts an empty item with this id after another item, or at the beginning.
  insert(id, after) {
    const template = this.querySelector(':scope > fieldset > template');
    const place = 'NEW' + this.dataset.depth;
    const item = template.content.firstElementChild.cloneNode(true);
    const dashed = this.dataset.list.replace(/[^A-Za-z0-9]+/g, '-');
    const rename = elements => {
      for (const element of elements) {
        for (const attribute of [...element.attributes])
          attribute.value = attribute.value
            .replaceAll(`${this.dataset.list}/${place}`, `${this.dataset.list}/${id}`)
            .replaceAll(`${dashed}-${place}`, `${dashed}-${id}`);
        // a list within the item has a template of its own
        if (element.localName === 'template') rename(element.content.querySelectorAll('*'));
      }
    };
    rename([item, ...item.querySelectorAll('*')]);
    this.put(item, after);
    return item;
  }

  put(item, after) {
    const before = after && this.item(after);
    if (before) before.after(item);
    else if (after) this.list.append(item);
    else this.list.prepend(item);
  }

  order(ids) {
    const focused = document.activeElement;
    ids.forEach((id, place) => {
      const item = this.item(id), there = this.list.children[place];
      if (item && item !== there) this.list.insertBefore(item, there);
    });
    if (this.contains(focused)) focused.focus();
  }

  add() {
    if (this.items.length >= Number(this.dataset.max || Infinity)) return this.say('The list is full.');
    const item = this.insert(freshId(), this.ids.at(-1) ?? null);
    this.changed(`Item ${this.items.length} added.`);
    item.querySelector('input:not([type=hidden]), textarea, select')?.focus();
  }

  act(item, verb, focused = document.activeElement) {
    const other = verb === 'up' ? item.previousElementSibling : item.nextElementSibling;
    if (verb === 'remove') {
      const next = other ?? item.previousElementSibling;
      this.removed.push({item, after: item.previousElementSibling && idOf(item.previousElementSibling)});
      item.remove();
      this.back.hidden = false;
      this.changed('Item removed. It can be brought back at the end of the list.');
      (next?.querySelector('input:not([type=hidden]), textarea, select') ?? this.querySelector('.add')).focus();
      return;
    }
    if (!other) return this.say(verb === 'up' ? 'It is the first already.' : 'It is the last already.');
    if (verb === 'up') other.before(item); else other.after(item);
    focused.focus();
    this.changed(`Moved to place ${this.items.indexOf(item) + 1} of ${this.items.length}.`);
  }

  // Restores the item that was removed last, with its content, as long as the page is open.
  bringBack() {
    const last = this.removed.pop();
    this.back.hidden = this.removed.length === 0;
    if (!last || this.item(idOf(last.item))) return;
    this.put(last.item, last.after);
    this.changed('The item is back.');
    last.item.querySelector('input:not([type=hidden]), textarea, select')?.focus();
  }

  draggable() {
    this.addEventListener('pointerdown', event => {
      const item = event.target.closest('li.item');
      if (item && item.closest('repeat-list') === this) item.draggable = !event.target.closest('input, textarea, select, button, md-editor');
    });
    this.addEventListener('dragstart', event => {
      this.dragged = event.target.closest('li.item');
      this.dragged?.classList.add('is-dragged');
    });
    this.addEventListener('dragover', event => {
      const over = event.target.closest('li.item');
      if (!this.dragged || !over || over === this.dragged || over.parentElement !== this.list) return;
      event.preventDefault();
      const box = over.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) over.before(this.dragged); else over.after(this.dragged);
    });
    this.addEventListener('dragend', () => {
      if (!this.dragged) return;
      this.dragged.classList.remove('is-dragged');
      this.dragged.draggable = false;
      this.dragged = null;
      this.changed('Item moved.');
    });
  }

  changed(words) {
    this.say(words);
    this.dispatchEvent(new Event('input', {bubbles: true}));
  }

  say(words) { this.status.textContent = words; }
});
