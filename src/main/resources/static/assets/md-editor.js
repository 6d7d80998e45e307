// SPDX-License-Identifier: Apache-2.0
import {guidesCalled, listGuides} from './guide-choice.js';
import {addToLibrary, libraryPanel} from './library.js';

// A field for Markdown: rich text, or its source in the textarea with a toolbar. The form sends the textarea in both cases. Without
// scripts, or where the Markdown cannot be shown as it looks, there is the textarea.
const TOOLS = [
  {name: 'Bold (Ctrl B)', key: 'b', text: 'B', marks: ['**', '__'], blank: 'bold'},
  {name: 'Italic (Ctrl I)', key: 'i', text: 'I', marks: ['_', '*'], blank: 'italic'},
  {name: 'Link (Ctrl K)', key: 'k', text: 'Link', link: true, blank: 'words'},
  {name: 'Heading', text: 'H', line: '### ', also: /^#{1,6} / },
  {name: 'List', text: '•', line: '- ', also: /^[-*+] / },
  {name: 'Quote', text: '❝', line: '> ', also: /^> ?/ },
];
const ALL_MARKS = ['**', '__', '*', '_'];
// The start of a line that is not part of its words.
const BEFORE_WORDS = /^\s*(?:(?:>|[-*+]|\d+[.)]|#{1,6})\s+)*/;
const LINK = /\[([^\[\]]*)\]\(([^()\s]*)\)/g;

// An edit: replaces [from, to) by `text`, then selects [start, end).
const edit = (from, to, text, start, end) => ({from, to, text, start, end});

const trimmed = (value, start, end) => {
  while (start < end && /\s/.test(value[start])) start++;
  while (end > start && /\s/.test(value[end - 1])) end--;
  return [start, end];
};

// The marks around [start, end), the innermost first: {mark, open, close}, with the offsets of both marks.
function around(value, start, end) {
  const layers = [];
  let left = start, right = end;
  for (;;) {
    const mark = ALL_MARKS.find(it => value.slice(left - it.length, left) === it && value.slice(right, right + it.length) === it);
    if (!mark) return layers;
    left -= mark.length;
    layers.push({mark, open: left, close: right});
    right += mark.length;
  }
}

// The marks at both ends of the selection itself, the outermost first.
function within(value, start, end) {
  const layers = [];
  for (;;) {
    const chosen = value.slice(start, end);
    const mark = ALL_MARKS.find(it => chosen.length > 2 * it.length && chosen.startsWith(it) && chosen.endsWith(it)
      && (it.length === 1 || !chosen.slice(it.length, -it.length).includes(it)));
    if (!mark) return layers;
    layers.push({mark, open: start, close: end - mark.length});
    start += mark.length;
    end -= mark.length;
  }
}

// The emphasised text that contains all of [start, end): its mark and the offsets of both marks.
function holding(value, start, end, marks) {
  const from = value.lastIndexOf('\n', start - 1) + 1;
  const to = (value.indexOf('\n', end) + 1 || value.length + 1) - 1;
  for (const mark of marks) {
    const m = mark.replace(/\*/g, '\\*'), c = mark[0].replace('*', '\\*');
    const spans = new RegExp(`(?<!${c})${m}(?=[^\\s${c}]|${c}[^${c}])((?:(?!${m}).)+?)${m}(?!${c})`, 'g');
    for (const span of value.slice(from, to).matchAll(spans)) {
      const open = from + span.index, close = open + span[0].length - mark.length;
      if (start >= open + mark.length && end <= close) return {mark, open, close};
    }
  }
  return null;
}

function unmarked(value, start, end, {mark, open, close}) {
  const inner = value.slice(open + mark.length, close);
  const back = place => place - mark.length * ((place >= open + mark.length) + (place > close));
  return edit(open, close + mark.length, inner, back(start), back(end));
}

// Removes emphasis from a part of an emphasised text; the text before and after it stays emphasised.
function split(value, start, end, {mark, open, close}) {
  const before = value.slice(open + mark.length, start), after = value.slice(end, close);
  const left = before.trim() ? mark + before.trimEnd() + mark + before.slice(before.trimEnd().length) : before;
  const right = after.trim() ? after.slice(0, after.length - after.trimStart().length) + mark + after.trimStart() + mark : after;
  const chosen = value.slice(start, end);
  return edit(open, close + mark.length, left + chosen + right, open + left.length, open + left.length + chosen.length);
}

// Within a word, an underscore does not emphasise, only the asterisk does.
function markFor(value, start, end, marks) {
  const joined = /[\p{L}\p{N}_]/u;
  const inWord = joined.test(value[start - 1] ?? '') || joined.test(value[end] ?? '');
  return inWord ? marks.find(it => it[0] === '*') : marks[0];
}

function emphasised(value, start, end, {marks, blank}) {
  [start, end] = trimmed(value, start, end);
  if (start === end) {
    const span = holding(value, start, end, marks);
    if (span) return start === span.close ? edit(start, start, '', start + span.mark.length, start + span.mark.length) : unmarked(value, start, end, span);
    const word = /[\p{L}\p{M}\p{N}]/u;
    if (word.test(value[start - 1] ?? '') && word.test(value[start] ?? '')) {
      while (word.test(value[start - 1] ?? '')) start--;
      while (word.test(value[end] ?? '')) end++;
    } else {
      const mark = markFor(value, start, end, marks);
      return edit(start, end, mark + blank + mark, start + mark.length, start + mark.length + blank.length);
    }
  }
  const layer = [...within(value, start, end), ...around(value, start, end)].find(it => marks.includes(it.mark));
  if (layer) return unmarked(value, start, end, layer);
  const span = holding(value, start, end, marks);
  if (span) return split(value, start, end, span);
  // inner marks of the same kind are removed, because emphasis cannot be nested in itself
  const mark = markFor(value, start, end, marks);
  const inner = mark.length > 1 ? value.slice(start, end).replaceAll(mark, '') : value.slice(start, end);
  return edit(start, end, mark + inner + mark, start + mark.length, start + mark.length + inner.length);
}

// Emphasis cannot span paragraphs, so each selected line gets its own marks.
function emphasisedLines(value, start, end, tool) {
  const lines = [];
  let at = start;
  for (const line of value.slice(start, end).split('\n')) {
    const atLineStart = at === 0 || value[at - 1] === '\n';
    const skip = atLineStart ? line.match(BEFORE_WORDS)[0].length : 0;
    const [from, to] = trimmed(line, skip, line.length);
    lines.push({line, from, to, marked: within(line, from, to).find(it => tool.marks.includes(it.mark))});
    at += line.length + 1;
  }
  const written = lines.filter(it => it.from < it.to);
  const all = written.length > 0 && written.every(it => it.marked);
  const text = lines.map(({line, from, to, marked}) => {
    if (from >= to || Boolean(marked) !== all) return line;
    const {from: f, to: t, text: changed} = all ? unmarked(line, from, to, marked) : emphasised(line, from, to, tool);
    return line.slice(0, f) + changed + line.slice(t);
  }).join('\n');
  return edit(start, end, text, start, start + text.length);
}

function linked(value, start, end, {blank}) {
  for (const link of value.matchAll(LINK)) {
    const from = link.index, to = from + link[0].length;
    if (start >= from && end <= to && (start < end || start > from && end < to))
      return edit(from, to, link[1], from, from + link[1].length);
  }
  [start, end] = trimmed(value, start, end);
  const words = value.slice(start, end) || blank;
  return edit(start, end, `[${words}](https://)`, start + 1, start + 1 + words.length);
}

function prefixed(value, start, end, {line, also}) {
  const from = value.lastIndexOf('\n', start - 1) + 1;
  const lines = value.slice(from, end).split('\n');
  const written = lines.length === 1 ? lines : lines.filter(it => it.trim());
  const all = written.every(it => it.startsWith(line));
  const text = lines.map(it => {
    if (lines.length > 1 && !it.trim()) return it;
    return all ? it.slice(line.length) : it.startsWith(line) ? it : line + it.replace(also, '');
  }).join('\n');
  const first = text.split('\n')[0].length - lines[0].length;
  return edit(from, end, text, Math.max(from, start + first), from + text.length);
}

const VIEW = 'imprimatur.markdown';
const wanted = () => { try { return localStorage.getItem(VIEW); } catch { return null; } };
const remember = view => { try { localStorage.setItem(VIEW, view); } catch { /* it holds for this page */ } };

customElements.define('md-editor', class extends HTMLElement {
  connectedCallback() {
    if (this.bar) return;
    this.text = this.querySelector('textarea');
    this.label = this.text.labels[0];
    if (this.label) this.label.id ||= this.text.id + '-label';
    this.bar = document.createElement('div');
    this.bar.setAttribute('role', 'toolbar');
    this.bar.setAttribute('aria-label', 'Markdown');
    this.bar.setAttribute('aria-controls', this.text.id);
    this.bar.addEventListener('keydown', event => this.walk(event));
    this.switch = this.button({name: 'Source', text: 'Source'}, () => this.toggle());
    this.switch.className = 'switch';
    this.count = document.createElement('output');
    this.told = Object.assign(document.createElement('p'), {className: 'md-told'});
    this.told.setAttribute('role', 'status');
    this.prepend(this.bar);
    this.append(this.told);
    this.show(TOOLS.map(tool => this.button(tool, () => this.apply(tool))));
    this.text.addEventListener('input', () => this.words());
    this.text.addEventListener('keydown', event => {
      if (event.altKey || event.shiftKey) return;
      const tool = (event.ctrlKey || event.metaKey) && TOOLS.find(it => it.key === event.key.toLowerCase());
      if (!tool) return;
      event.preventDefault();
      this.apply(tool);
    });
    this.addEventListener('keydown', event => {
      if (event.key !== 'F10' || !event.altKey) return;
      event.preventDefault();
      this.bar.querySelector('[tabindex="0"]').focus();
    });
    this.words();
    this.switch.setAttribute('aria-pressed', 'true');
    this.dataset.view = 'source';
    if (wanted() !== 'source') this.showRich();
  }

  button({name, text}, act) {
    const button = Object.assign(document.createElement('button'),
      {type: 'button', title: name, ariaLabel: name, textContent: text, tabIndex: -1});
    button.addEventListener('click', act);
    return button;
  }

  // Shows these tools, then what every toolbar has.
  show(tools) {
    this.bar.replaceChildren(...tools, this.count, this.switch);
    tools[0].tabIndex = 0;
    this.switch.tabIndex = -1;
  }

  // The arrows walk through the toolbar, which is one stop of the Tab key.
  walk(event) {
    const buttons = [...this.bar.querySelectorAll('button:not([hidden])')], at = buttons.indexOf(document.activeElement);
    const step = getComputedStyle(this.bar).direction === 'rtl' ? -1 : 1;
    const to = {ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: buttons.length - 1}[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const button of this.bar.querySelectorAll('button')) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  // Counts the words; a script that has set the textarea calls it.
  words() {
    this.rich?.refresh();
    const count = this.text.value.match(/[\p{L}\p{N}][\p{L}\p{N}’'.-]*/gu)?.length ?? 0;
    this.count.textContent = count + (count === 1 ? ' word' : ' words');
  }

  tell(words) { this.told.textContent = words; }

  // ---- rich text

  async showRich(isAsked = false) {
    this.dataset.view = 'loading';
    try {
      this.module ??= await import('./rich-text.js');
      this.mount(isAsked);
      this.dataset.view = this.rich ? 'rich' : 'source';
    } catch (failure) {
      this.dataset.view = 'source';
      console.warn(failure);
      this.tell('Rich text does not work in this browser; this is the source.');
    }
  }

  mount(isAsked) {
    const {RichText, TOOLS: tools} = this.module;
    const hadFocus = document.activeElement === this.text;
    this.place = document.createElement('div');
    const rich = new RichText(this.text, this.place, {
      tell: words => this.tell(words), changed: () => this.mark(), labelledBy: this.label?.id ?? '',
      addFile: file => this.addPicture(file),
    });
    if (!rich.isWhole) {
      rich.view.destroy();
      return this.tell('This text can be edited as source only.');
    }
    this.rich = rich;
    this.tools = tools.map(tool => ({tool, button: this.button(tool, () => tool.link ? this.askForLink() : tool.picture ? this.askForPicture() : rich.run(tool))}));
    this.show(this.tools.map(it => it.button));
    this.place.className = 'md-rich';
    // the textarea says when the text has changed
    this.place.addEventListener('input', event => event.stopPropagation());
    this.place.addEventListener('keydown', event => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (event.key.toLowerCase() === 'k') { event.preventDefault(); this.askForLink(); }
      if (event.key.toLowerCase() === 's') rich.flush();
    });
    this.text.before(this.place);
    this.text.hidden = true;
    // whoever wants the field gets what stands in its place
    this.text.focus = options => rich.view.dom.focus(options);
    this.toEditor = () => rich.focus();
    this.label?.addEventListener('click', this.toEditor);
    this.switch.setAttribute('aria-pressed', 'false');
    this.bar.setAttribute('aria-label', 'Text');
    this.mark();
    if (isAsked || hadFocus) rich.focus();
  }

  mark() {
    if (!this.rich) return;
    const {state} = this.rich.view;
    const inTable = this.tools.find(it => it.tool.text === '▦').tool.isOn(state);
    for (const {tool, button} of this.tools) {
      if (tool.isOn) button.setAttribute('aria-pressed', String(Boolean(tool.isOn(state))));
      if (tool.inTable && button.hidden === inTable) button.hidden = !inTable;
    }
    if (!this.bar.querySelector('[tabindex="0"]:not([hidden])')) this.tools[0].button.tabIndex = 0;
  }

  showSource() {
    this.dataset.view = 'source';
    this.rich.flush();
    this.rich.view.destroy();
    this.rich = null;
    this.panel?.remove();
    this.place.remove();
    delete this.text.focus;
    this.label?.removeEventListener('click', this.toEditor);
    this.text.hidden = false;
    this.tell('');
    this.bar.setAttribute('aria-label', 'Markdown');
    this.show(TOOLS.map(tool => this.button(tool, () => this.apply(tool))));
    this.switch.setAttribute('aria-pressed', 'true');
    this.text.focus();
  }

  toggle() {
    const toSource = Boolean(this.rich);
    remember(toSource ? 'source' : 'rich');
    if (toSource) this.showSource(); else this.showRich(true);
  }

  // Asks where a link leads, in a line under the toolbar: to an address, or to a guide that is found by its title.
  askForLink() {
    this.panel?.remove();
    const {rich} = this;
    const panel = this.panel = Object.assign(document.createElement('div'), {className: 'md-link'});
    const input = Object.assign(document.createElement('input'),
      {type: 'text', value: rich.href, ariaLabel: 'Address of the link, or title of a guide', placeholder: 'https://, or the title of a guide', dir: 'auto', maxLength: 2000});
    const close = () => { panel.remove(); rich.focus(); };
    const set = () => {
      const href = input.value.trim();
      const isBare = /^[\w.-]+\.\p{L}{2,}(\/|$)/u.test(href);
      if (!rich.link(isBare ? 'https://' + href : href)) return this.tell('A link leads to a guide that is chosen from the list, or to an address with https, http or mailto.');
      this.tell('');
      panel.remove();
    };
    const remove = Object.assign(this.button({name: 'Remove the link', text: 'Remove'}, () => { input.value = ''; set(); }),
      {tabIndex: 0, hidden: !rich.href});
    panel.append(input, Object.assign(this.button({name: 'Set the link', text: 'Set'}, set), {tabIndex: 0}), remove,
      Object.assign(this.button({name: 'Cancel the link', text: 'Cancel'}, close), {tabIndex: 0}));
    for (const kind of ['input', 'change']) panel.addEventListener(kind, event => event.stopPropagation());
    panel.addEventListener('keydown', event => {
      if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && event.target === input) { event.preventDefault(); set(); }
    });
    this.told.before(panel);
    listGuides(input, {
      isSearch: words => words && !/^[\w+.-]*:|^[\/#?]|^www\./.test(words), tell: words => this.tell(words),
      choose: guide => { input.value = 'guide:' + guide.id; set(); this.tell(guide.live ? '' : 'This guide is not published: until it is, readers see no link to it.'); },
    });
    input.select();
    this.nameGuide(rich.href);
  }

  // Tells which guide a link leads to.
  async nameGuide(href) {
    const id = /^guide:(.+)/.exec(href)?.[1];
    if (!id) return;
    try {
      const [guide] = await guidesCalled(id);
      if (guide?.id === id) this.tell(`The link leads to \u2068${guide.title}\u2069.`);
    } catch { /* the id is shown */ }
  }

  // ---- pictures

  // A panel under the toolbar; what is typed into it is none of the form.
  open(panel) {
    this.panel?.remove();
    this.panel = panel;
    for (const kind of ['input', 'change']) panel.addEventListener(kind, event => event.stopPropagation());
    panel.addEventListener('keydown', event => { if (event.key === 'Escape') this.closePanel(); });
    this.told.before(panel);
  }

  closePanel() {
    this.panel?.remove();
    this.rich?.focus();
  }

  // Finds a picture of the library or adds one; or, if one is selected, asks what it shows.
  askForPicture() {
    if (this.rich.pictureAlt !== null) return this.askForAlt();
    const {panel, open} = libraryPanel({
      choose: it => this.insert(it), add: file => this.addPicture(file), close: () => this.closePanel(), tell: words => this.tell(words),
    });
    this.open(panel);
    open();
  }

  insert({id, alt, decorative}) {
    this.rich.insertPicture(id, alt);
    if (alt || decorative) return this.closePanel();
    this.askForAlt();
  }

  // Adds a file to the library and inserts it where the cursor is.
  async addPicture(file) {
    const added = await addToLibrary(file, words => this.tell(words));
    if (added && this.rich) this.insert(added);
  }

  // Asks what the selected picture shows.
  askForAlt() {
    const {rich} = this;
    const panel = Object.assign(document.createElement('div'), {className: 'md-pictures'});
    const line = Object.assign(document.createElement('div'), {className: 'line'});
    const input = Object.assign(document.createElement('input'),
      {type: 'text', value: rich.pictureAlt ?? '', ariaLabel: 'What the picture shows, in words', placeholder: 'What the picture shows, in words', dir: 'auto', maxLength: 1000});
    const set = () => { rich.describePicture(input.value); this.closePanel(); };
    line.append(input, Object.assign(this.button({name: 'Set the alternative text', text: 'Set'}, set), {tabIndex: 0}),
      Object.assign(this.button({name: 'Remove the picture', text: 'Remove'}, () => { rich.removePicture(); this.closePanel(); }), {tabIndex: 0}),
      Object.assign(this.button({name: 'Cancel the alternative text', text: 'Cancel'}, () => this.closePanel()), {tabIndex: 0}));
    panel.append(line);
    this.open(panel);
    input.addEventListener('keydown', event => { if (event.key === 'Enter') { event.preventDefault(); set(); } });
    input.focus();
  }

  // ---- source

  // Applying the same tool again, with no other change in between, restores the text exactly.
  apply(tool) {
    const {text, last} = this;
    text.focus();
    const {value, selectionStart: start, selectionEnd: end} = text;
    const same = last && last.tool === tool && last.value === value && last.start === start && last.end === end;
    const change = same ? last.back : this.change(tool, value, start, end);
    const removed = value.slice(change.from, change.to);
    this.type(change);
    text.setSelectionRange(change.start, change.end);
    this.last = {
      tool, value: text.value, start: text.selectionStart, end: text.selectionEnd,
      back: edit(change.from, change.from + change.text.length, removed, start, end),
    };
  }

  change(tool, value, start, end) {
    if (tool.line) return prefixed(value, start, end, tool);
    if (tool.link) return linked(value, start, end, tool);
    return value.slice(start, end).trim().includes('\n')
      ? emphasisedLines(value, ...trimmed(value, start, end), tool)
      : emphasised(value, start, end, tool);
  }

  // Inserts the text as if typed, so that the browser can undo it.
  type({from, to, text}) {
    if (this.text.value.slice(from, to) === text) return;
    this.text.setSelectionRange(from, to);
    if (!document.execCommand(text ? 'insertText' : 'delete', false, text)) {
      this.text.setRangeText(text, from, to, 'end');
      this.text.dispatchEvent(new Event('input', {bubbles: true}));
    }
  }
});
