// A list whose items are added, removed and moved by mouse and keyboard; without this the same buttons go to the server.
let fresh = 0;

customElements.define('repeat-list', class extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector(':scope > fieldset > ol');
    this.told = this.querySelector(':scope > fieldset > [role=status]');
    this.addEventListener('click', event => {
      const button = event.target.closest('button[name=action]');
      if (!button || button.closest('repeat-list') !== this) return;
      event.preventDefault();
      if (button.classList.contains('add')) this.add();
      else this.act(button.closest('li.item'), button.dataset.do);
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

  add() {
    if (this.items.length >= Number(this.dataset.max || Infinity)) return this.say('The list is full.');
    const template = this.querySelector(':scope > fieldset > template');
    const place = 'new' + this.dataset.depth;
    const index = String(100000 + ++fresh);
    const pointer = this.dataset.pointer;
    const item = template.content.firstElementChild.cloneNode(true);
    const dashed = pointer.replace(/[^A-Za-z0-9]+/g, '-');
    const rename = elements => {
      for (const element of elements) {
        for (const attribute of [...element.attributes])
          attribute.value = attribute.value
            .replaceAll(`${pointer}/${place}`, `${pointer}/${index}`)
            .replaceAll(`${dashed}-${place}`, `${dashed}-${index}`);
        // a list within the item has a template of its own
        if (element.localName === 'template') rename(element.content.querySelectorAll('*'));
      }
    };
    rename([item, ...item.querySelectorAll('*')]);
    this.list.append(item);
    this.changed(`Item ${this.items.length} added.`);
    item.querySelector('input, textarea, select')?.focus();
  }

  act(item, verb, focused = document.activeElement) {
    const other = verb === 'up' ? item.previousElementSibling : item.nextElementSibling;
    if (verb === 'remove') {
      const next = other ?? item.previousElementSibling;
      item.remove();
      this.changed('Item removed.');
      (next?.querySelector('input, textarea, select') ?? this.querySelector('.add')).focus();
      return;
    }
    if (!other) return this.say(verb === 'up' ? 'It is the first already.' : 'It is the last already.');
    if (verb === 'up') other.before(item); else other.after(item);
    focused.focus();
    this.changed(`Moved to place ${this.items.indexOf(item) + 1} of ${this.items.length}.`);
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

  say(words) { this.told.textContent = words; }
});
