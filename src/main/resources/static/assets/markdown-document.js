// SPDX-License-Identifier: Apache-2.0
// Markdown as a document that an editor can change, and back. A block that nobody changed is written as it stood, to the byte. A block
// that the editor cannot show faithfully is a `source` block, which holds its Markdown as text.
import MarkdownIt from 'markdown-it';
import {MarkdownParser, MarkdownSerializerState, schema as basic} from 'prosemirror-markdown';
import {Fragment, Schema} from 'prosemirror-model';
import {tableNodes} from 'prosemirror-tables';

// As on the server, links with other schemes lead nowhere.
export const isAllowed = href => !/^\s*[a-z][a-z0-9+.-]*:/i.test(href) || /^(https?|mailto|tel|sms|guide):/i.test(href);

// The id of a picture of the library in an address; undefined for other addresses.
export const assetOf = src => /^asset:([0-9a-f]{40})$/.exec(src)?.[1];
export const pictureOf = (id, width = 640) => `/studio/media/${id}/file?w=${width}`;

// ---- the schema

const chip = (name, text) => ({
  inline: true, group: 'inline', atom: true, attrs: {source: {}},
  leafText: node => node.attrs.source,
  toDOM: node => ['span', {class: `md-chip is-${name}`, title: text}, node.attrs.source],
});

const tables = tableNodes({
  tableGroup: 'block', cellContent: 'paragraph',
  cellAttributes: {align: {
    default: null,
    getFromDOM: dom => ['left', 'center', 'right'].find(it => it === (dom.dataset.align || dom.getAttribute('align'))) ?? null,
    setDOMAttr: (value, attrs) => { if (value) attrs['data-align'] = value; },
  }},
});

const withAttrs = (spec, attrs, more) => ({...spec, attrs: {...spec.attrs, ...attrs}, ...more});
const {paragraph, blockquote, horizontal_rule, heading, code_block, ordered_list, bullet_list, list_item, text, hard_break} =
  basic.spec.nodes.toObject();

export const schema = new Schema({
  nodes: {
    doc: {content: '(block | source)+'},
    paragraph, blockquote: {...blockquote, defining: true},
    horizontal_rule: withAttrs(horizontal_rule, {markup: {default: '---'}}),
    heading: withAttrs(heading, {setext: {default: false}}, {content: 'inline*'}),
    code_block: withAttrs(code_block, {fence: {default: '```'}}),
    ordered_list: withAttrs(ordered_list, {tight: {default: true}, delimiter: {default: '.'}}, {
      parseDOM: [{tag: 'ol', getAttrs: dom => ({order: Number(dom.getAttribute('start') ?? 1), tight: dom.dataset.tight !== 'false'})}],
      toDOM: ({attrs: {order, tight}}) => ['ol', {start: order === 1 ? null : order, 'data-tight': String(tight)}, 0],
    }),
    bullet_list: withAttrs(bullet_list, {tight: {default: true}, bullet: {default: '-'}}, {
      parseDOM: [{tag: 'ul', getAttrs: dom => ({tight: dom.dataset.tight !== 'false'})}],
      toDOM: ({attrs: {tight}}) => ['ul', {'data-tight': String(tight)}, 0],
    }),
    list_item: withAttrs(list_item, {checked: {default: null}}, {
      content: 'block+',
      parseDOM: [{tag: 'li', getAttrs: dom => ({checked: dom.dataset.checked ? dom.dataset.checked === 'true' : null})}],
      toDOM: ({attrs: {checked}}) => ['li', checked === null ? {} : {'data-checked': String(checked)}, 0],
    }),
    ...tables,
    source: {
      content: 'text*', marks: '', code: true, defining: true, isolating: true,
      parseDOM: [{tag: 'pre.md-source', preserveWhitespace: 'full', priority: 60}],
      toDOM: () => ['pre', {class: 'md-source'}, 0],
    },
    text, hard_break: withAttrs(hard_break, {markup: {default: '\\'}}),
    // a line break of the Markdown that readers see as a space
    soft_break: {inline: true, group: 'inline', selectable: false, leafText: () => ' ', toDOM: () => ['span', {class: 'md-soft'}, ' ']},
    footnote: {...chip('footnote', 'Footnote'), toDOM: node => ['sup', {class: 'md-chip is-footnote'}, node.attrs.source.slice(2, -1)]},
    html: chip('html', 'HTML, which readers see as text'),
    image: {
      inline: true, group: 'inline', atom: true, attrs: {src: {}, alt: {default: ''}, title: {default: null}},
      leafText: node => node.attrs.alt,
      parseDOM: [{tag: 'img[data-asset]', getAttrs: ({dataset: {asset, alt = '', title = null}}) => ({src: asset, alt, title})}],
      // the policy of the page allows pictures of this server only, so others are named
      toDOM: ({attrs: {src, alt, title}}) => assetOf(src)
        ? ['img', {src: pictureOf(assetOf(src)), alt: alt.replace(/\\(.)/g, '$1'), 'data-asset': src, 'data-alt': alt, ...title && {title, 'data-title': title}}]
        : ['span', {class: 'md-chip is-image', title: src}, alt || src],
    },
  },
  marks: {
    link: {
      ...withAttrs(basic.spec.marks.get('link'), {auto: {default: false}}),
      parseDOM: [{tag: 'a[href]', getAttrs: dom =>
        isAllowed(dom.getAttribute('href')) && {href: dom.getAttribute('href'), title: dom.getAttribute('title')}}],
      toDOM: ({attrs: {href, title}}) => ['a', isAllowed(href) ? {href, title} : {title: `Leads nowhere: ${href}`}, 0],
    },
    em: withAttrs(basic.spec.marks.get('em'), {sign: {default: '*'}}),
    strong: withAttrs(basic.spec.marks.get('strong'), {sign: {default: '**'}}),
    strike: {attrs: {sign: {default: '~~'}}, parseDOM: [{tag: 's'}, {tag: 'del'}, {tag: 'strike'}, {style: 'text-decoration=line-through'}], toDOM: () => ['s', 0]},
    code: basic.spec.marks.get('code'),
  },
});

// ---- reading

const markdown = new MarkdownIt({html: true});
markdown.validateLink = () => true;
markdown.normalizeLink = markdown.normalizeLinkText = href => href;

const NOTE = /^ {0,3}\[\^[^\]\s]+\]:/;
const labelOf = reference => reference.toLowerCase();

markdown.block.ruler.before('reference', 'footnote_definition', (state, start, end, silent) => {
  const line = at => state.src.slice(state.bMarks[at], state.eMarks[at]);
  if (state.level || !NOTE.test(line(start))) return false;
  if (silent) return true;
  const rules = state.md.block.ruler.getRules('paragraph'), {parentType} = state;
  state.parentType = 'paragraph';
  let last = start;
  for (let at = start + 1; at < end; at++) {
    if (!line(at).trim()) continue;
    const isIndented = /^(?: {4}|\t)/.test(line(at));
    if (!isIndented && (last < at - 1 || rules.some(rule => rule(state, at, end, true)))) break;
    last = at;
  }
  state.parentType = parentType;
  state.line = last + 1;
  state.push('footnote_definition', '', 0).map = [start, last + 1];
  return true;
}, {alt: ['paragraph']});

markdown.inline.ruler.before('link', 'footnote', (state, silent) => {
  const found = /^\[\^[^\]\s]+\]/.exec(state.src.slice(state.pos, state.pos + 200));
  if (!found || !state.env.notes?.has(labelOf(found[0]))) return false;
  if (!silent) state.push('footnote', '', 0).content = found[0];
  state.pos += found[0].length;
  return true;
});

// One or two tildes strike out, as on the server; more of them are text.
const ONE_TILDE = 0x1007e;
markdown.inline.ruler.at('strikethrough', (state, silent) => {
  if (silent || state.src[state.pos] !== '~') return false;
  const {length, can_open: open, can_close: close} = state.scanDelims(state.pos, true);
  state.push('text', '', 0).content = '~'.repeat(length);
  if (length < 3)
    state.delimiters.push({marker: length === 1 ? ONE_TILDE : 0x7e, length: 0, token: state.tokens.length - 1, end: -1, open, close});
  state.pos += length;
  return true;
});
markdown.inline.ruler2.after('strikethrough', 'one_tilde', ({delimiters, tokens, tokens_meta: within}) => {
  for (const all of [delimiters, ...within.map(it => it?.delimiters ?? [])])
    for (const {marker, end, token} of all) {
      if (marker !== ONE_TILDE || end < 0) continue;
      Object.assign(tokens[token], {type: 's_open', tag: 's', nesting: 1, markup: '~', content: ''});
      Object.assign(tokens[all[end].token], {type: 's_close', tag: 's', nesting: -1, markup: '~', content: ''});
    }
});

markdown.core.ruler.push('tasks', ({tokens}) => {
  tokens.forEach((token, at) => {
    const words = tokens[at + 2];
    if (token.type !== 'list_item_open' || tokens[at + 1].type !== 'paragraph_open') return;
    const first = words.children[0];
    const task = first?.type === 'text' && /^\[([ xX])\] +(?=\S)/.exec(first.content);
    if (!task) return;
    token.meta = {checked: task[1] !== ' '};
    first.content = first.content.slice(task[0].length);
  });
});

// A list is tight if the paragraphs of its items are.
function isTight(tokens, at) {
  const {level} = tokens[at];
  for (let next = at + 1; tokens[next].level > level; next++)
    if (tokens[next].type === 'paragraph_open' && tokens[next].level === level + 2) return tokens[next].hidden;
  return true;
}
const aligned = token => ({align: /text-align:(\w+)/.exec(token.attrGet('style') ?? '')?.[1] ?? null});

const parser = new MarkdownParser(schema, {parse: tokens => tokens}, {
  blockquote: {block: 'blockquote'},
  paragraph: {block: 'paragraph'},
  list_item: {block: 'list_item', getAttrs: token => ({checked: token.meta?.checked ?? null})},
  bullet_list: {block: 'bullet_list', getAttrs: (token, tokens, at) => ({tight: isTight(tokens, at), bullet: token.markup})},
  ordered_list: {block: 'ordered_list', getAttrs: (token, tokens, at) => ({
    order: Number(token.attrGet('start') ?? 1), tight: isTight(tokens, at), delimiter: token.markup,
  })},
  heading: {block: 'heading', getAttrs: token => ({level: Number(token.tag.slice(1)), setext: token.markup[0] !== '#'})},
  code_block: {block: 'code_block', noCloseToken: true},
  fence: {block: 'code_block', getAttrs: token => ({params: token.info, fence: token.markup}), noCloseToken: true},
  hr: {node: 'horizontal_rule', getAttrs: token => ({markup: token.markup})},
  table: {block: 'table'}, thead: {ignore: true}, tbody: {ignore: true}, tr: {block: 'table_row'},
  th: {block: 'table_header', getAttrs: aligned}, td: {block: 'table_cell', getAttrs: aligned},
  image: {node: 'image', getAttrs: token => ({src: token.attrGet('src'), alt: token.content, title: token.attrGet('title')})},
  hardbreak: {node: 'hard_break', getAttrs: token => ({markup: token.markup || '\\'})},
  softbreak: {node: 'soft_break'},
  footnote: {node: 'footnote', getAttrs: token => ({source: token.content})},
  html_inline: {node: 'html', getAttrs: token => ({source: token.content})},
  em: {mark: 'em', getAttrs: token => ({sign: token.markup})},
  strong: {mark: 'strong', getAttrs: token => ({sign: token.markup})},
  s: {mark: 'strike', getAttrs: token => ({sign: token.markup})},
  link: {mark: 'link', getAttrs: token => ({
    href: token.attrGet('href'), title: token.attrGet('title'), auto: token.markup === 'autolink',
  })},
  code_inline: {mark: 'code', noCloseToken: true},
});

// cells hold a paragraph, as the editor wants it
function withParagraphs(tokens) {
  return tokens.flatMap((token, at) => {
    const cell = token.type === 'inline' && /^t[hd]_open$/.test(tokens[at - 1]?.type);
    return cell ? [{type: 'paragraph_open'}, token, {type: 'paragraph_close'}] : [token];
  });
}

// Whether the document has a way to hold these: no emphasis in itself, no link without words, no code that is an empty line.
function isHeld(tokens) {
  return tokens.every(({type, content, children}) => {
    if (type === 'fence') return content !== '\n';
    const open = [];
    return !children || children.every((token, at) => {
      if (token.nesting === 1 && open.includes(token.type)) return false;
      if (token.nesting === 1) open.push(token.type);
      if (token.nesting === -1) open.pop();
      return token.type !== 'link_close' || children[at - 1].type !== 'link_open';
    });
  });
}

function nodesOf(tokens) {
  if (!isHeld(tokens)) return [];
  try {
    const content = parser.parse(withParagraphs(tokens)).content;
    return Array.from({length: content.childCount}, (_, at) => content.child(at));
  } catch {
    return [];
  }
}

// The blocks of a text: [{tokens, from, to}], with the numbers of their first line and of the line after their last.
function blocks(tokens) {
  const found = [];
  for (let at = 0; at < tokens.length; at++) {
    const first = at;
    if (tokens[at].nesting === 1) while (tokens[++at].level !== 0 || tokens[at].nesting !== -1);
    found.push({tokens: tokens.slice(first, at + 1), from: tokens[first].map[0], to: tokens[first].map[1]});
  }
  return found;
}

const parsed = (text, {references, notes}) => nodesOf(markdown.parse(text, {references: {...references}, notes}));

const emphasis = ['em', 'strong', 'strike'];
const isInlineCode = node => node.marks.some(mark => mark.type.name === 'code');
const isBreak = node => !node || node.type.name === 'hard_break' || node.type.name === 'soft_break';

// What readers get to see of a block, without what is only a way of writing it.
const WAYS = ['fence', 'bullet', 'delimiter', 'markup', 'setext', 'sign', 'auto', 'colspan', 'rowspan', 'colwidth'];
const meant = attrs => Object.entries(attrs).filter(([name]) => !WAYS.includes(name)).map(([, value]) => value);
function meaning(node) {
  const {name, spec} = node.type;
  if (node.isText || spec.code) return [name, meant(node.attrs), node.textContent];
  if (!node.inlineContent) return [name, meant(node.attrs), Array.from({length: node.childCount}, (_, at) => meaning(node.child(at)))];
  const runs = [];
  const add = (what, marks) => {
    const key = JSON.stringify(marks.map(mark => [mark.type.name, meant(mark.attrs)]));
    if (runs.at(-1)?.key === key && !runs.at(-1).isBreak) runs.at(-1).what += what; else runs.push({what, key});
  };
  node.forEach(child => {
    if (isBreak(child) && node.type.name === 'heading') add(' ', []);
    else if (isBreak(child)) runs.push({what: child.type.name, key: '', isBreak: true});
    else if (!child.isText) add(JSON.stringify([child.type.name, meant(child.attrs)]), child.marks);
    // a space is the same with and without emphasis
    else for (const run of child.text.match(/\s+|\S+/g))
      add(run, child.marks.filter(mark => /\S/.test(run) || !emphasis.includes(mark.type.name)));
  });
  while (runs.at(-1)?.isBreak) runs.pop();
  runs.forEach((run, at) => {
    if (at === 0 || runs[at - 1].isBreak) run.what = run.what.replace(/^[ \t]+/, '');
    if (at === runs.length - 1 || runs[at + 1].isBreak) run.what = run.what.replace(/[ \t]+$/, '');
  });
  return [node.type.name, meant(node.attrs), runs.filter(it => it.what).map(({what, key}) => [what, key])];
}
const isSame = (one, other) => one.length === other.length && one.every((node, at) => node === other[at]
  || JSON.stringify(meaning(node)) === JSON.stringify(meaning(other[at])));
const NOTES = /^ {0,3}(\[\^[^\]\s]+\]):/gm;

// Whether the editor can show the block, and write it so that it means the same.
function isFaithful(node, source, context) {
  if (/^[ \t>*+\-\d.)]*\[[^\]]+\]:/m.test(source)) {
    const env = {notes: context.notes};
    markdown.parse(source, env);
    if (Object.keys(env.references ?? {}).length || /^[ \t>*+\-\d.)]*\[\^/m.test(source)) return false;
  }
  return isSame(parsed(source, context), [node]) && faithful(node, context) !== null;
}

const sourceBlock = text => schema.node('source', null, text ? [schema.text(text)] : []);

// Reads a text. The result knows the source of its blocks, for compose().
export function read(text) {
  const context = {references: {}, notes: new Set([...text.matchAll(NOTES)].map(it => labelOf(it[1])))};
  const env = {references: context.references, notes: context.notes};
  const lines = text.split('\n');
  const spans = [];
  let line = 0;
  const add = (from, to, node) => {
    while (from < to && !lines[from].trim()) from++;
    while (to > from && !lines[to - 1].trim()) to--;
    if (from < to) spans.push({from, to, node, source: lines.slice(from, to).join('\n')});
  };
  const all = blocks(markdown.parse(text, env));
  for (const {tokens, from, to} of all) {
    add(line, from, null);
    const nodes = tokens[0].type === 'html_block' || tokens[0].type === 'footnote_definition' ? [] : nodesOf(tokens);
    add(Math.max(line, from), to, nodes.length === 1 ? nodes[0] : null);
    line = Math.max(line, to);
  }
  add(line, lines.length, null);
  const starts = [0];
  for (const it of lines) starts.push(starts.at(-1) + it.length + 1);
  const origins = [];
  let end = 0, before = null;
  for (const {from, node: shown, source} of spans) {
    const node = shown && isFaithful(shown, source, context) ? shown : sourceBlock(source);
    origins.push({node, source, before, gap: text.slice(end, starts[from])});
    end = starts[from] + source.length;
    before = node;
  }
  const doc = schema.node('doc', null, origins.length ? origins.map(it => it.node) : [schema.node('paragraph')]);
  const origin = new Map(origins.map(it => [it.node, it]));
  return {doc, origins, origin, context, tail: text.slice(end), tried: new WeakMap(), seams: new WeakMap()};
}

// ---- writing

// An empty paragraph is nothing in Markdown.
const isFiller = node => node.type.name === 'paragraph' && !node.childCount;

const edgeChar = char => `&#${char.codePointAt(0)};`;
const opens = (node, other) => other?.isInline && other.marks.some(mark => emphasis.includes(mark.type.name) && !mark.isInSet(node.marks));

const ADDRESS = /(https?:\/\/[^\s<>]+)/;

class Writer extends MarkdownSerializerState {
  // Signs that would mean something are escaped; so is what means something at the start of a line.
  esc(text) {
    if (this.options.bare) return text.split(ADDRESS).map((part, at) => at % 2 ? part : this.escaped(part)).join('');
    return this.escaped(text);
  }

  escaped(text) {
    let safe = text.replace(/[`*\\~\[\]_]/g, (sign, at) =>
      sign === '_' && /[\p{L}\p{N}]/u.test(text[at - 1] ?? '') && /[\p{L}\p{N}]/u.test(text[at + 1] ?? '') ? sign : '\\' + sign)
      .replace(/<(?=[a-z/!?])/gi, '\\<')
      .replace(/&(?=#?\w+;)/g, '\\&')
      .replace(/!$/, '\\!');
    if (this.inTable) safe = safe.replace(/\|/g, '\\|');
    if (this.atLineStart) safe = safe.replace(/^(?:[-+>=|:]|#{1,6}(?=\s|$))/, '\\$&').replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
    return safe;
  }

  text(text, escape) {
    super.text(this.inTable && escape === false ? text.replace(/\|/g, '\\|') : text, escape);
  }

  // The sign of a list; lists side by side need different signs.
  sign(node, parent, index, name, signs) {
    const beside = step => {
      let at = index + step;
      while (parent?.maybeChild(at) && isFiller(parent.child(at))) at += step;
      const other = parent?.maybeChild(at);
      return other?.type === node.type ? [other, at] : [null, at];
    };
    const {isKept} = this.options, [before, place] = beside(-1), [after] = beside(1);
    if (isKept?.(node)) return node.attrs[name];
    const taken = [before && this.sign(before, parent, place, name, signs), isKept?.(after) && after?.attrs[name]];
    return [node.attrs[name], ...signs].find(it => !taken.includes(it)) ?? signs.find(it => it !== taken[0]);
  }

  // Writes inline content without the spaces at the ends of lines, which mean nothing.
  renderInline(node, fromBlockStart) {
    const shown = [];
    node.forEach((child, _, at) => {
      if (!child.isText || isInlineCode(child)) return shown.push(child);
      let {text} = child;
      if (isBreak(shown.at(-1))) text = text.replace(/^[ \t]+/, '');
      if (isBreak(node.maybeChild(at + 1))) text = text.replace(/[ \t]+$/, '');
      return text && shown.push(child.withText(text));
    });
    super.renderInline(node.copy(Fragment.from(shown)), fromBlockStart);
  }

  // Writes inline content on one line.
  line(node) {
    const from = this.out.length;
    this.isOneLine = true;
    this.renderInline(node, false);
    this.isOneLine = false;
    return from;
  }
}

const writers = {
  paragraph(state, node) {
    state.renderInline(node);
    if (!node.childCount) state.write();
    state.closeBlock(node);
  },
  blockquote(state, node) { state.wrapBlock('> ', null, node, () => state.renderContent(node)); },
  heading(state, node) {
    if (node.attrs.setext && node.attrs.level < 3 && node.textContent.trim()) {
      state.renderInline(node);
      state.ensureNewLine();
      state.write(node.attrs.level === 1 ? '===' : '---');
      return state.closeBlock(node);
    }
    state.write('#'.repeat(node.attrs.level));
    if (node.childCount) state.write(' ');
    const from = state.line(node);
    // hashes at the end would be taken as the end of the heading
    state.out = state.out.slice(0, from)
      + state.out.slice(from).replace(/(^|[ \t])(#+)$/, (_, space, signs) => space + signs.slice(1) + '\\#');
    state.closeBlock(node);
  },
  horizontal_rule(state, node) { state.write(node.attrs.markup); state.closeBlock(node); },
  code_block(state, node) {
    const {fence, params} = node.attrs;
    const sign = params.includes('`') ? '~' : fence[0];
    const within = (node.textContent.match(sign === '~' ? /~{3,}/g : /`{3,}/g) ?? []).map(it => it.length);
    const marks = sign.repeat(Math.max(fence.length, 3, ...within.map(it => it + 1)));
    state.write(marks + params + '\n');
    if (node.childCount) {
      state.text(node.textContent, false);
      state.write('\n');
    }
    state.write(marks);
    state.closeBlock(node);
  },
  bullet_list(state, node, parent, index) {
    const bullet = state.sign(node, parent, index, 'bullet', ['-', '*', '+']) + ' ';
    listOf(state, node, '  ', () => bullet);
  },
  ordered_list(state, node, parent, index) {
    const {order} = node.attrs, delimiter = state.sign(node, parent, index, 'delimiter', ['.', ')']);
    const width = String(order + node.childCount - 1).length + 2;
    listOf(state, node, ' '.repeat(width), at => `${order + at}${delimiter} `.padEnd(width));
  },
  list_item(state, node) {
    if (node.attrs.checked !== null) state.write(node.attrs.checked ? '[x] ' : '[ ] ');
    node.forEach((block, _, at) => {
      if (at && state.inTightList && !state.options.isAiry) state.flushClose(1);
      state.render(block, node, at);
    });
  },
  table(state, node) {
    const columns = Math.max(...Array.from({length: node.childCount}, (_, row) => node.child(row).childCount));
    node.forEach((row, _, at) => {
      if (at) state.ensureNewLine();
      state.write('|');
      for (let column = 0; column < columns; column++) {
        state.out += ' ';
        const cell = column < row.childCount ? row.child(column).firstChild : null;
        if (cell?.childCount) {
          state.inTable = true;
          state.line(cell);
          state.inTable = false;
          state.out += ' ';
        }
        state.out += '|';
      }
      if (at) return;
      state.ensureNewLine();
      state.write('|');
      for (let column = 0; column < columns; column++) {
        const align = column < row.childCount ? row.child(column).attrs.align : null;
        state.out += {left: ' :-- |', center: ' :-: |', right: ' --: |'}[align] ?? ' --- |';
      }
    });
    state.closeBlock(node);
  },
  source(state, node) { state.text(node.textContent, false); state.closeBlock(node); },
  hard_break(state, node, parent, index) {
    // at the end of a paragraph a break means nothing
    if (state.isOneLine || index === parent.childCount - 1) return state.isOneLine ? state.write(' ') : undefined;
    state.write(node.attrs.markup === '\\' ? '\\\n' : '  \n');
  },
  soft_break(state, node, parent, index) {
    if (index < parent.childCount - 1) state.write(state.isOneLine ? ' ' : '\n');
  },
  footnote(state, node) { state.write(node.attrs.source); },
  html(state, node) { state.write(state.isOneLine ? node.attrs.source.replace(/\s*\n\s*/g, ' ') : node.attrs.source); },
  image(state, {attrs: {src, alt, title}}) { state.write(`![${alt}](${target(src, title)})`); },
  text(state, node, parent, index) {
    let {text} = node;
    const before = index > 0 ? parent.child(index - 1) : null, after = index < parent.childCount - 1 ? parent.child(index + 1) : null;
    if (state.inAutolink) return state.text(text, false);
    state.atLineStart = isBreak(before) && !(state.isOneLine && index === 0 && state.inTable);
    let first = '', last = '';
    const [head] = text, tail = [...text].at(-1);
    const isEdge = char => /[\p{L}\p{N}\p{P}\p{S}]/u.test(char ?? '');
    if (state.options.edges && opens(node, before) && isEdge(head)) { first = edgeChar(head); text = text.slice(head.length); }
    if (state.options.edges && text && opens(node, after) && isEdge(tail)) { last = edgeChar(tail); text = text.slice(0, -tail.length); }
    if (isBreak(before) && /^\p{Zs}/u.test(text)) { first = edgeChar(text[0]); text = text.slice(1); }
    if (isBreak(after) && /\p{Zs}$/u.test(text)) { last = edgeChar(text.at(-1)); text = text.slice(0, -1); }
    state.write(first);
    text.split(/\n/).forEach((line, at) => {
      state.write(at ? (state.isOneLine ? ' ' : '\n') : '');
      state.write(state.esc(line));
      state.atLineStart = false;
    });
    state.write(last);
  },
};

// Like renderList of the library, which also writes the box of a task.
function listOf(state, node, indent, sign) {
  if (state.closed && state.inTightList) state.flushClose(1);
  const outer = state.inTightList;
  state.inTightList = node.attrs.tight;
  node.forEach((item, _, at) => {
    if (at && node.attrs.tight) state.flushClose(1);
    state.wrapBlock(indent, sign(at), node, () => state.render(item, node, at));
  });
  state.inTightList = outer;
}

function target(href, title) {
  const isPlain = /^[^\s<>()\\]+$/.test(href), safe = href.replace(/[\\<>]|&(?=#?\w+;)/g, '\\$&').replace(/\n/g, '%0A');
  const address = isPlain ? safe : `<${safe}>`;
  return title === null || title === undefined ? address : `${address} "${title.replace(/["\\]/g, '\\$&').replace(/&(?=#?\w+;)/g, '\\&')}"`;
}

const isAlone = (parent, index, mark) => {
  const only = parent.child(index);
  return only.isText && only.marks.length === 1 && (index === parent.childCount - 1 || !mark.isInSet(parent.child(index + 1).marks))
    && (only.text === mark.attrs.href || `mailto:${only.text}` === mark.attrs.href);
};

const signed = name => {
  const sign = (state, {attrs}) => name === 'em' && state.options.em ? state.options.em
    : state.options.edges ? attrs.sign.replace(/_/g, '*').replace(/^~$/, '~~') : attrs.sign;
  return {open: sign, close: sign, mixable: true, expelEnclosingWhitespace: true};
};

const tickMarks = (text, open) => {
  const within = (text.match(/`+/g) ?? []).map(it => it.length);
  let needed = '`';
  while (within.includes(needed.length)) needed += '`';
  const space = /^`|`$/.test(text) || /^ .* $/.test(text) && text.trim() ? ' ' : '';
  return open ? needed + space : space + needed;
};

const marks = {
  em: signed('em'), strong: signed('strong'), strike: signed('strike'),
  link: {
    open(state, mark, parent, index) {
      state.inAutolink = mark.attrs.auto && isAlone(parent, index, mark);
      return state.inAutolink ? '<' : '[';
    },
    close(state, mark) {
      const auto = state.inAutolink;
      state.inAutolink = undefined;
      return auto ? '>' : `](${target(mark.attrs.href, mark.attrs.title)})`;
    },
    mixable: true,
  },
  code: {
    open: (state, mark, parent, index) => tickMarks(parent.child(index).text, true),
    close: (state, mark, parent, index) => tickMarks(parent.child(index - 1).text, false),
    escape: false,
  },
};

const MANNERS = [{}, {edges: true}, {em: '_'}, {edges: true, em: '_'}, {isAiry: true}, {edges: true, isAiry: true}];

// The Markdown of a block, or null if no manner of writing means the same.
function faithful(node, context, parent = null, index = 0, isKept = null) {
  const manners = ADDRESS.test(node.textContent) ? [{bare: true}, ...MANNERS] : MANNERS;
  for (const manner of manners) {
    const text = rendered(node, parent, index, {...manner, isKept});
    if (isSame(parsed(text, context), [node])) return text;
  }
  return null;
}

const written = (node, context, parent, index, isKept) => node.type.name === 'source' ? node.textContent
  : faithful(node, context, parent, index, isKept) ?? faithful(loosened(node), context, parent, index, isKept)
    ?? rendered(loosened(node), parent, index, {isKept});

// The block with the lists loose that cannot be tight: only an empty line separates two paragraphs of one item.
function loosened(node) {
  if (!node.childCount || node.isTextblock) return node;
  const inner = Array.from({length: node.childCount}, (_, at) => loosened(node.child(at)));
  const isSplit = node.attrs.tight && inner.some(item => item.childCount > 1 && !/_list$/.test(item.child(1).type.name) || item.childCount > 2);
  return node.type.create(isSplit ? {...node.attrs, tight: false} : node.attrs, inner, node.marks);
}

// Options: `bare` writes addresses without escapes; `edges` writes letters beside emphasis as numbers, where the emphasis would not begin
// or end; `em` is the sign of emphasis;
// `isAiry` separates blocks within a list's item by empty lines;
// `isKept(node)` tells which lists beside it keep their signs.
function rendered(node, parent, index, options) {
  const state = new Writer(writers, marks, options);
  state.render(node, parent, index);
  return state.out.replace(/[ \t]+$/, '');
}

// Code without an end ends with the text only.
const isOpenCode = ({node, source}, {origins, context}) => node.type.name === 'code_block' && origins.at(-1).node === node
  && parsed(source + '\n\nx', context).length === 1;

// A list or code takes up an indented block after it, and a list the next list of its kind.
const takesUp = node => /_list$|^code_block$/.test(node.type.name);

// Writes a document: blocks of `reading` as they stood, others anew.
export function compose(doc, reading) {
  const {origins, origin, tail} = reading;
  const present = new Set();
  doc.forEach(node => present.add(node));
  const lost = origins.filter(it => !present.has(it.node));
  const stood = node => origin.get(node) ?? lost.find(it => it.node.type === node.type && it.node.eq(node));
  let last = doc.childCount - 1;
  while (last > 0 && isFiller(doc.child(last))) last--;
  const kept = new Map();
  doc.forEach((node, _, at) => {
    const own = stood(node);
    if (own && (at >= last || !isOpenCode(own, reading))) kept.set(node, own);
  });
  for (;;) {
    const parts = partsOf(doc, reading, stood, kept);
    const moved = misplaced(parts, reading, kept);
    if (moved) kept.delete(moved);
    else {
      const out = parts.map(({gap, text}) => gap + text).join('');
      return out + (out || origins.length === 0 ? tail : '');
    }
  }
}

// What is written, in order: [{node, gap, text}], with the gap before each text.
function partsOf(doc, {origins, origin, context, tried}, stood, kept) {
  const parts = [];
  doc.forEach((node, _, at) => {
    const before = at ? doc.child(at - 1) : null, after = at < doc.childCount - 1 ? doc.child(at + 1) : null;
    const own = kept.get(node);
    let known = tried.get(node);
    if (!own && (known?.before !== before || known?.after !== after || known?.among !== kept.size))
      tried.set(node, known = {before, after, among: kept.size, text: isFiller(node) ? '' : written(node, context, doc, at, it => kept.has(it))});
    const text = own ? own.source : known.text;
    if (!text) return;
    if (!before) return parts.push({node, text, gap: own && !own.before ? own.gap : ''});
    const isAtItsPlace = own && own.before && stood(before) === origin.get(own.before);
    const next = () => origins.find(it => it.before && stood(before)?.node === it.before);
    const wish = own?.before ? own.gap : next()?.gap ?? '\n\n';
    parts.push({node, text, isAtItsPlace, gap: !parts.length ? '' : isAtItsPlace || /\n[ \t]*\n/.test(wish) ? wish : '\n\n'});
  });
  return parts;
}

const isSeam = (one, other, both, context) => isSame(parsed(both, context), [...parsed(one, context), ...parsed(other, context)]);

// A block that must be written anew, because its source would mean something else after what is before it now, or undefined.
function misplaced(parts, {context, seams}, kept) {
  for (let at = 1; at < parts.length; at++) {
    const {node, gap, text, isAtItsPlace} = parts[at], before = parts[at - 1];
    if (isAtItsPlace && kept.has(before.node) || !takesUp(before.node)) continue;
    const moved = [node, before.node].find(it => kept.has(it) && it.type.name !== 'source');
    if (!moved || node.type.name === 'source') continue;
    const both = before.text + gap + text;
    let seam = seams.get(node);
    if (seam?.both !== both) seams.set(node, seam = {both, holds: isSeam(before.text, text, both, context)});
    if (!seam.holds) return moved;
  }
  return undefined;
}
