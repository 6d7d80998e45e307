// SPDX-License-Identifier: Apache-2.0
// The editor that shows Markdown as it looks. The text stays in the textarea, which it writes after each change.
import {baseKeymap, chainCommands, exitCode, setBlockType, toggleMark, wrapIn, lift} from 'prosemirror-commands';
import {closeHistory, history, redo, undo} from 'prosemirror-history';
import {InputRule, inputRules, textblockTypeInputRule, undoInputRule, wrappingInputRule} from 'prosemirror-inputrules';
import {keymap} from 'prosemirror-keymap';
import {liftListItem, sinkListItem, splitListItem, wrapInList} from 'prosemirror-schema-list';
import {EditorState, NodeSelection, Plugin, Selection, TextSelection} from 'prosemirror-state';
import {addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, isInTable, tableEditing} from 'prosemirror-tables';
import {Fragment, Slice} from 'prosemirror-model';
import {EditorView} from 'prosemirror-view';
import {assetOf, compose, isAllowed, read, schema} from './markdown-document.js';
import {cleaned, rowsOf} from './pasted.js';

const {nodes, marks} = schema;
// The textarea is written once the key has been painted, or, if that takes longer than QUICK, once the person pauses.
const QUICK = 12, PAINTED = 20, PAUSE = 150;

// ---- commands

const holder = (state, ...types) => {
  const {$from} = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) if (types.includes($from.node(depth).type)) return $from.node(depth);
  return null;
};

const hasMark = type => ({selection: {empty, $from, from, to}, storedMarks, doc}) =>
  empty ? Boolean(type.isInSet(storedMarks ?? $from.marks())) : doc.rangeHasMark(from, to, type);

// Sets the kind of the blocks, or makes them paragraphs again.
const blockType = (type, attrs = {}) => (state, dispatch) => {
  const {parent} = state.selection.$from;
  const isOn = parent.type === type && parent.hasMarkup(type, {...parent.attrs, ...attrs});
  return setBlockType(isOn ? nodes.paragraph : type, attrs)(state, dispatch);
};

const list = type => (state, dispatch) => {
  const around = holder(state, nodes.bullet_list, nodes.ordered_list);
  if (around?.type === type) return liftListItem(nodes.list_item)(state, dispatch);
  if (!around) return wrapInList(type)(state, dispatch);
  const {$from} = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth) !== around) continue;
    dispatch?.(state.tr.setNodeMarkup($from.before(depth), type, {tight: around.attrs.tight}));
    return true;
  }
  return false;
};

const quote = (state, dispatch) => holder(state, nodes.blockquote) ? lift(state, dispatch) : wrapIn(nodes.blockquote)(state, dispatch);

const tableOf = rows => nodes.table.create(null, rows.map((row, at) => nodes.table_row.create(null, row.map(words =>
  (at ? nodes.table_cell : nodes.table_header).create(null, nodes.paragraph.create(null, words ? schema.text(words) : null))))));

const insertTable = (state, dispatch) => {
  if (isInTable(state)) return false;
  const row = ['', '', ''], table = tableOf([row, row, row]);
  if (dispatch) {
    const {$from} = state.selection, at = $from.before(1);
    const isEmpty = $from.depth === 1 && !$from.parent.childCount;
    const tr = isEmpty ? state.tr.replaceWith(at, $from.after(1), table) : state.tr.insert($from.after(1), table);
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve((isEmpty ? at : $from.after(1)) + 1))).scrollIntoView());
  }
  return true;
};

const insertBreak = (state, dispatch) => {
  // Markdown has no line break within a cell
  if (isInTable(state)) return true;
  if (state.selection.$from.parent.type.spec.code) return exitCode(state, dispatch);
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
};

// After the last cell, Tab leads to a new row.
const tabInTable = (state, dispatch, view) => {
  if (!isInTable(state)) return false;
  if (dispatch && !goToNextCell(1)(state, dispatch)) {
    addRowAfter(state, dispatch);
    goToNextCell(1)(view.state, dispatch);
  }
  return true;
};

// The task after a task that is done is not done.
const splitItem = (state, dispatch) => {
  const isTask = (holder(state, nodes.list_item)?.attrs.checked ?? null) !== null;
  return splitListItem(nodes.list_item, isTask ? {checked: false} : undefined)(state, dispatch);
};

// Beside a table, or a block that is shown as its source, the keys that delete lead into it. It would be selected as a whole otherwise,
// and the next letter would replace it.
const stepInto = step => (state, dispatch, view) => {
  const {$cursor} = state.selection;
  if (!$cursor?.parent.childCount || !view?.endOfTextblock(step > 0 ? 'forward' : 'backward', state)) return false;
  for (let depth = $cursor.depth - 1; depth >= 0; depth--) {
    const parent = $cursor.node(depth), beside = parent.maybeChild($cursor.index(depth) + step);
    if (parent.type.spec.isolating) return false;
    if (!beside) continue;
    if (beside.type !== nodes.table && beside.type !== nodes.source) return false;
    const at = step > 0 ? $cursor.after(depth + 1) + 1 : $cursor.before(depth + 1) - 1;
    dispatch?.(state.tr.setSelection(Selection.near(state.doc.resolve(at), step)).scrollIntoView());
    return true;
  }
  return false;
};

// Enter in a cell leads to the cell below, or out of the table.
const enterInTable = (state, dispatch) => {
  if (!isInTable(state)) return false;
  const {$from} = state.selection;
  let depth = $from.depth;
  while ($from.node(depth).type !== nodes.table) depth--;
  const table = $from.node(depth), row = $from.index(depth), column = $from.index(depth + 1);
  let at = $from.before(depth) + 1;
  for (let it = 0; it <= row; it++) at += table.child(it).nodeSize;
  if (row + 1 < table.childCount) {
    const below = table.child(row + 1);
    at += 1;
    for (let it = 0; it < Math.min(column, below.childCount - 1); it++) at += below.child(it).nodeSize;
    at += 1;
  }
  dispatch?.(state.tr.setSelection(TextSelection.near(state.doc.resolve(Math.min(at + 1, state.doc.content.size)))).scrollIntoView());
  return true;
};

// The selected picture of the library.
const pictureIn = ({selection: {node}}) => node?.type === nodes.image && assetOf(node.attrs.src) ? node : null;

// Text as Markdown writes it between the brackets of a picture, and back.
const asAlt = text => text.trim().replace(/\s+/g, ' ').replace(/[\\[\]`*_<>&~!|]/g, '\\$&');
const asText = alt => alt.replace(/\\(.)/g, '$1');

const isList = type => state => holder(state, nodes.bullet_list, nodes.ordered_list)?.type === type;
const kind = (type, attrs) => state => {
  const {parent} = state.selection.$from;
  return parent.type === type && Object.entries(attrs ?? {}).every(([name, value]) => parent.attrs[name] === value);
};
const heading = level => ({
  name: `Heading ${level} (Ctrl Alt ${level})`, key: `Mod-Alt-${level}`, text: `H${level}`,
  run: blockType(nodes.heading, {level}), isOn: kind(nodes.heading, {level}),
});

export const TOOLS = [
  {name: 'Bold (Ctrl B)', key: 'Mod-b', text: 'B', run: toggleMark(marks.strong), isOn: hasMark(marks.strong)},
  {name: 'Italic (Ctrl I)', key: 'Mod-i', text: 'I', run: toggleMark(marks.em), isOn: hasMark(marks.em)},
  {name: 'Struck out', text: 'S', run: toggleMark(marks.strike), isOn: hasMark(marks.strike)},
  {name: 'Code (Ctrl E)', key: 'Mod-e', text: '<>', run: toggleMark(marks.code), isOn: hasMark(marks.code)},
  {name: 'Link (Ctrl K)', text: 'Link', link: true, isOn: hasMark(marks.link)},
  {name: 'Picture', text: 'Picture', picture: true, isOn: state => Boolean(pictureIn(state))},
  heading(2), heading(3), heading(4),
  {name: 'List (Ctrl Shift 8)', key: 'Mod-Shift-8', text: '•', run: list(nodes.bullet_list), isOn: isList(nodes.bullet_list)},
  {name: 'Numbered list (Ctrl Shift 7)', key: 'Mod-Shift-7', text: '1.', run: list(nodes.ordered_list), isOn: isList(nodes.ordered_list)},
  {name: 'Quote', text: '❝', run: quote, isOn: state => Boolean(holder(state, nodes.blockquote))},
  {name: 'Block of code', text: '{ }', run: blockType(nodes.code_block), isOn: kind(nodes.code_block)},
  {name: 'Table', text: '▦', run: insertTable, isOn: state => isInTable(state)},
  {name: 'Row below', text: '+ row', run: addRowAfter, inTable: true},
  {name: 'Column after', text: '+ column', run: addColumnAfter, inTable: true},
  {name: 'Remove the row', text: '− row', run: deleteRow, inTable: true},
  {name: 'Remove the column', text: '− column', run: deleteColumn, inTable: true},
  {name: 'Remove the table', text: '− table', run: deleteTable, inTable: true},
];

// ---- plugins

// Marks words that were typed between Markdown's signs. The last sign is not in the document yet.
const markRule = (pattern, type) => new InputRule(pattern, (state, match, start, end) => {
  const [whole, signed, words] = match, begin = start + whole.length - signed.length;
  if (!state.doc.resolve(begin).parent.type.allowsMarkType(type)) return null;
  const inside = state.doc.slice(begin + (signed.length - words.length) / 2, begin + (signed.length + words.length) / 2);
  const tr = state.tr.replace(begin, end, inside);
  return tr.addMark(begin, begin + inside.size, type.create()).removeStoredMark(type);
});

const rules = inputRules({rules: [
  wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
  wrappingInputRule(/^(\d{1,9})\.\s$/, nodes.ordered_list, match => ({order: Number(match[1])}),
    (match, node) => node.childCount + node.attrs.order === Number(match[1])),
  wrappingInputRule(/^\s*([-+*])\s$/, nodes.bullet_list),
  textblockTypeInputRule(/^```$/, nodes.code_block),
  textblockTypeInputRule(/^(#{1,6})\s$/, nodes.heading, match => ({level: match[1].length})),
  markRule(/(?:^|[\s(])(\*\*([^*\s](?:[^*]*[^*\s])?)\*\*)$/, marks.strong),
  markRule(/(?:^|[\s(])(\*([^*\s](?:[^*]*[^*\s])?)\*)$/, marks.em),
  markRule(/(?:^|[\s(])(_([^_\s](?:[^_]*[^_\s])?)_)$/, marks.em),
  markRule(/(?:^|[\s(])(`([^`]+)`)$/, marks.code),
]});

// The first row of a table is its head, and there is always a place to write after the last block.
const shape = new Plugin({
  appendTransaction(transactions, before, state) {
    if (!transactions.some(it => it.docChanged)) return null;
    const {tr} = state;
    state.doc.descendants((node, at) => {
      if (node.type !== nodes.table) return !node.isTextblock;
      let inside = at + 1;
      node.forEach((row, _, number) => {
        let place = inside + 1;
        row.forEach(cell => {
          const type = number ? nodes.table_cell : nodes.table_header;
          if (cell.type !== type) tr.setNodeMarkup(place, type, cell.attrs);
          place += cell.nodeSize;
        });
        inside += row.nodeSize;
      });
      return false;
    });
    if (state.doc.lastChild.type !== nodes.paragraph) tr.insert(state.doc.content.size, nodes.paragraph.create());
    return tr.docChanged ? tr : null;
  },
});

const keys = [
  keymap({
    'Mod-z': undo, 'Mod-y': redo, 'Shift-Mod-z': redo,
    Backspace: chainCommands(undoInputRule, stepInto(-1)), 'Mod-Backspace': stepInto(-1), 'Shift-Backspace': stepInto(-1),
    Delete: stepInto(1), 'Mod-Delete': stepInto(1),
    'Shift-Enter': insertBreak, 'Mod-Enter': insertBreak,
    Enter: chainCommands(enterInTable, splitItem),
    Tab: chainCommands(tabInTable, sinkListItem(nodes.list_item)),
    'Shift-Tab': chainCommands(goToNextCell(-1), liftListItem(nodes.list_item)),
    'Mod-Alt-0': setBlockType(nodes.paragraph),
    ...Object.fromEntries(TOOLS.filter(it => it.key).map(it => [it.key, it.run])),
  }),
  keymap(baseKeymap),
];

// ---- the editor

// The editor of one textarea. `tell(words)` shows a message under the field, `changed()` is called when the selection or the text changed.
export class RichText {
  constructor(textarea, place, {tell, changed, labelledBy, addFile}) {
    this.text = textarea;
    this.addFile = addFile;
    this.changed = changed;
    const lang = textarea.getAttribute('lang');
    this.view = new EditorView(place, {
      state: this.stateOf(textarea.value),
      editable: () => !textarea.readOnly && !textarea.disabled,
      attributes: {
        class: 'prose', role: 'textbox', 'aria-multiline': 'true', 'aria-labelledby': labelledBy, spellcheck: 'true',
        'aria-describedby': textarea.getAttribute('aria-describedby') ?? '', dir: textarea.getAttribute('dir') ?? 'auto', ...lang && {lang},
      },
      transformPastedHTML(html) {
        const {html: clean, dropped} = cleaned(html);
        tell(dropped.length ? `Pasted without ${dropped.join(', ').replace(/, ([^,]*)$/, ' and $1')}.` : '');
        return clean;
      },
      // the cells of a spreadsheet, pasted as plain text
      clipboardTextParser: (text, $context) => {
        const rows = $context.parent.type.spec.code ? null : rowsOf(text);
        return rows && new Slice(Fragment.from(tableOf(rows)), 0, 0);
      },
      dispatchTransaction: transaction => {
        this.view.updateState(this.view.state.apply(transaction));
        if (transaction.docChanged) this.write();
        changed();
      },
      // a picture that a program copies beside its text is only a picture of that text
      handlePaste: (view, {clipboardData}) => !clipboardData?.types.includes('text/html') && this.take(clipboardData),
      handleDrop: (view, event) => {
        const at = view.posAtCoords({left: event.clientX, top: event.clientY});
        if (!this.take(event.dataTransfer)) return false;
        if (at) view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at.pos))));
        event.preventDefault();
        return true;
      },
      handleDOMEvents: {blur: () => { this.flush(); return false; }},
    });
    addEventListener('beforeunload', () => this.flush(), true);
  }

  // Whether the document says what the Markdown says, to the byte.
  get isWhole() { return this.composed === this.text.value; }

  stateOf(text) {
    this.reading = read(text);
    this.value = text;
    this.composed = compose(this.reading.doc, this.reading);
    const {doc} = this.reading;
    const open = doc.lastChild.type === nodes.paragraph ? doc : doc.copy(doc.content.addToEnd(nodes.paragraph.create()));
    return EditorState.create({doc: open, plugins: [rules, ...keys, history(), tableEditing(), shape]});
  }

  // Shows the textarea's value, if somebody else than this editor has written it.
  refresh() {
    if (this.isPending || this.value === this.text.value) return;
    this.view.updateState(this.stateOf(this.text.value));
    this.changed();
  }

  write() {
    this.isPending = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.isSlow ? PAUSE : PAINTED);
  }

  // Writes the textarea, and tells the form.
  flush() {
    if (!this.isPending) return;
    this.isPending = false;
    clearTimeout(this.timer);
    const began = performance.now();
    const value = compose(this.view.state.doc, this.reading);
    this.isSlow = performance.now() - began > QUICK;
    if (value === this.text.value) return;
    this.value = this.text.value = value;
    this.text.dispatchEvent(new Event('input', {bubbles: true}));
  }

  focus() { this.view.focus(); }

  run(tool) {
    // one undo takes back the tool alone
    tool.run(this.view.state, transaction => this.view.dispatch(closeHistory(transaction)), this.view);
    this.view.focus();
  }

  // The address of the link at the cursor; '' if there is none.
  get href() {
    const {$from, from, to, empty} = this.view.state.selection;
    let found = marks.link.isInSet($from.marks()) || $from.nodeAfter && marks.link.isInSet($from.nodeAfter.marks);
    if (!empty && !found) this.view.state.doc.nodesBetween(from, to, node => { found ||= marks.link.isInSet(node.marks); });
    return found ? found.attrs.href : '';
  }

  // Passes on the pictures among these files; returns whether there are any.
  take(data) {
    const pictures = [...data?.files ?? []].filter(it => it.type.startsWith('image/'));
    if (!pictures.length || !this.view.editable) return false;
    this.addFile(pictures[0]);
    return true;
  }

  // The alternative text of the selected picture; null if none is selected.
  get pictureAlt() {
    const picture = pictureIn(this.view.state);
    return picture && asText(picture.attrs.alt);
  }

  // Inserts a picture of the library at the cursor, and selects it.
  insertPicture(id, alt) {
    const {tr} = this.view.state;
    tr.replaceSelectionWith(nodes.image.create({src: `asset:${id}`, alt: asAlt(alt)}), false);
    const at = tr.selection.from - 1;
    if (at >= 0 && tr.doc.nodeAt(at)?.type === nodes.image) tr.setSelection(NodeSelection.create(tr.doc, at));
    this.view.dispatch(closeHistory(tr).scrollIntoView());
  }

  // Sets the alternative text of the selected picture.
  describePicture(alt) {
    const {tr, selection} = this.view.state;
    if (!pictureIn(this.view.state)) return;
    tr.setNodeMarkup(selection.from, null, {...selection.node.attrs, alt: asAlt(alt)});
    this.view.dispatch(closeHistory(tr.setSelection(NodeSelection.create(tr.doc, selection.from))));
  }

  removePicture() { if (pictureIn(this.view.state)) this.view.dispatch(closeHistory(this.view.state.tr.deleteSelection())); }

  // Links the selection, or the link or the word at the cursor; with no address, removes the link.
  link(href) {
    if (href && !isAllowed(href)) return false;
    const {state} = this.view;
    let {from, to, $from, empty} = state.selection;
    if (empty) {
      const base = $from.start();
      let begin = from, end = from;
      $from.parent.forEach((node, offset) => {
        const start = base + offset;
        if (from < start || from > start + node.nodeSize || !node.isText) return;
        if (marks.link.isInSet(node.marks)) [begin, end] = [start, start + node.nodeSize];
        else if (begin === end) {
          begin -= /[\p{L}\p{N}\p{M}]*$/u.exec(node.text.slice(0, from - start))[0].length;
          end += /^[\p{L}\p{N}\p{M}]*/u.exec(node.text.slice(from - start))[0].length;
        }
      });
      [from, to] = [begin, end];
    }
    const tr = state.tr;
    if (from === to && href) tr.insertText(href, from).addMark(from, from + href.length, marks.link.create({href}));
    else {
      tr.removeMark(from, to, marks.link);
      if (href) tr.addMark(from, to, marks.link.create({href}));
    }
    this.view.dispatch(tr.removeStoredMark(marks.link));
    this.view.focus();
    return true;
  }
}
