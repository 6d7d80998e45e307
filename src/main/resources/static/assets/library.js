// SPDX-License-Identifier: Apache-2.0
// Finding and adding files of the library: a panel for any place, and the element <asset-choice> around the input that holds the id of a file.
import {headers} from './signed.js';

const button = (name, text, act) => {
  const made = Object.assign(document.createElement('button'), {type: 'button', title: name, ariaLabel: name, textContent: text});
  made.addEventListener('click', act);
  return made;
};

// Adds a file to the library. Returns it, or null if it was refused, which is told.
export async function addToLibrary(file, tell) {
  tell(`Adding ${file.name} to the library…`);
  const form = new FormData();
  form.append('file', file, file.name || 'picture.png');
  try {
    const answer = await fetch('/studio/media', {method: 'POST', body: form, headers: {...headers(), Accept: 'application/json'}});
    const said = await answer.json();
    tell(answer.ok ? `${file.name} is in the library.` : `Not added: ${said.detail ?? 'the server refused it'}.`);
    return answer.ok ? said : null;
  } catch {
    tell('Not added: the server does not answer at the moment.');
    return null;
  }
}

// A panel that finds files and adds one. {files}: whether there are others than pictures; {choose} gets the chosen file, {add} a new one.
export function libraryPanel({files = false, choose, add, close, tell}) {
  const what = files ? 'file' : 'picture';
  const panel = Object.assign(document.createElement('div'), {className: 'md-pictures'});
  const line = Object.assign(document.createElement('div'), {className: 'line'});
  const search = Object.assign(document.createElement('input'),
    {type: 'search', ariaLabel: `Find a ${what} in the library`, dir: 'auto', placeholder: 'Name, text or tag'});
  const file = Object.assign(document.createElement('input'),
    {type: 'file', ariaLabel: `Or add a ${what} to the library`, accept: 'image/png,image/jpeg,image/webp,image/gif' + (files ? ',application/pdf' : '')});
  const found = Object.assign(document.createElement('div'), {className: 'found'});
  const find = async () => {
    try {
      const answer = await fetch(`/studio/media/pictures?${new URLSearchParams({q: search.value, files})}`, {headers: {...headers(), Accept: 'application/json'}});
      if (!answer.ok) throw new Error(answer.status);
      const all = await answer.json();
      found.replaceChildren(...all.map(it => {
        const one = button(`Insert ${it.name}`, '', () => choose(it));
        if (it.picture) one.append(Object.assign(document.createElement('img'), {src: `/studio/media/${it.id}/file?w=320`, alt: ''}));
        one.append(it.name);
        return one;
      }));
      tell(all.length ? '' : `The library has no ${what} like that.`);
    } catch { tell('The library does not answer at the moment.'); }
  };
  search.addEventListener('keydown', event => { if (event.key === 'Enter') { event.preventDefault(); find(); } });
  file.addEventListener('change', () => { if (file.files[0]) add(file.files[0]); });
  line.append(search, button(`Find ${what}s`, 'Find', find), file, button(`Cancel the ${what}`, 'Cancel', close));
  panel.append(line, found);
  // what is typed into it is none of the form
  for (const kind of ['input', 'change']) panel.addEventListener(kind, event => event.stopPropagation());
  panel.addEventListener('keydown', event => { if (event.key === 'Escape') close(); });
  return {panel, open: () => { search.focus(); find(); }};
}

customElements.define('asset-choice', class extends HTMLElement {
  connectedCallback() {
    if (this.choices) return;
    this.field = this.querySelector('input');
    const place = this.field.name.replace(/\/asset$/, '');
    const other = name => this.closest('form')?.elements.namedItem(`${place}/${name}`);
    [this.hash, this.alt] = [other('hash'), other('alt')];
    this.shown = Object.assign(document.createElement('span'), {className: 'chosen-asset'});
    this.choices = button('Choose a file of the library', 'Choose…', () => this.ask());
    this.choices.id = this.field.id + '-choose';
    this.told = Object.assign(document.createElement('p'), {className: 'hint'});
    this.told.setAttribute('role', 'status');
    const label = this.field.labels[0];
    if (label) label.htmlFor = this.choices.id;
    this.none = button('Remove the file from this field', 'Remove', () => { this.choose({id: '', hash: ''}, ''); this.choices.focus(); });
    this.append(this.shown, this.choices, this.none, this.told);
    this.field.type = 'hidden';
    this.field.focus = options => this.choices.focus(options);
    // the hash follows from the file
    if (this.hash) this.hash.closest('.field').hidden = true;
    this.refresh();
  }

  ask() {
    this.panel?.remove();
    const close = () => { this.panel.remove(); this.choices.focus(); };
    const tell = words => { this.told.textContent = words; };
    const {panel, open} = libraryPanel({
      files: true, tell, close,
      choose: asset => { this.choose(asset); close(); },
      add: async file => {
        const asset = await addToLibrary(file, tell);
        if (asset) { this.choose(asset); close(); }
      },
    });
    this.panel = panel;
    this.append(panel);
    open();
  }

  // What the person wrote about a file stays if another one takes its place.
  choose({id, hash, alt}, about = this.alt?.value.trim() ? this.alt.value : alt) {
    const set = (field, text) => {
      if (!field) return;
      field.value = text;
      field.dispatchEvent(new Event('input', {bubbles: true}));
      field.dispatchEvent(new Event('change', {bubbles: true}));
    };
    set(this.field, id);
    set(this.hash, hash);
    set(this.alt, about);
    this.refresh();
  }

  // A script that has set the field calls it.
  refresh() {
    const id = this.field.value;
    if (id === this.showing) return;
    this.showing = id;
    this.shown.replaceChildren();
    this.none.hidden = !id;
    if (!/^[0-9a-f]{40}$/.test(id)) return void (this.shown.textContent = id || 'No file');
    const picture = Object.assign(document.createElement('img'), {src: `/studio/media/${id}/file?w=320`, alt: ''});
    picture.addEventListener('error', () => picture.remove());
    this.shown.append(picture, Object.assign(document.createElement('a'), {href: `/studio/media/${id}`, textContent: 'See it in the library', target: '_blank'}));
  }
});
