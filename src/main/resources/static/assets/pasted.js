// SPDX-License-Identifier: Apache-2.0
// What is pasted from a word processor, a web page or a spreadsheet: headings, emphasis, links, lists, tables, quotes and code stay, all
// else is dropped, and named.
const LINK = /^(https?:\/\/|mailto:|tel:|sms:)/i;
const BLOCK = 'p, div, h1, h2, h3, h4, h5, h6, ul, ol, table, blockquote, pre, section, article, header, footer, main, aside, figure, address, dl';
const DROPPED = {
  'img, picture, svg, canvas': 'pictures', 'video, audio, iframe, object, embed': 'media', 'input, select, textarea, button, form': 'controls',
  u: 'underlining', 'sub, sup': 'raised and lowered letters', 'script': 'scripts',
};

// What Word writes for its comments.
const COMMENTS = '[data-style*="mso-element:comment"], .MsoCommentReference, .msocomanchor, .msocomtxt, .MsoCommentText';

// An attribute with its value, in which nothing that looks like an attribute is one.
const ATTRIBUTE = /([^\s"'<>/=]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)?/g;

// Styles and scripts in attributes would be refused by the policy of the page, even in a text that is only read.
const unstyled = html => html.replace(/<style[\s\S]*?(?:<\/style\s*>|$)/gi, '')
  .replace(/<[a-z][^>]*>/gi, tag => tag.replace(ATTRIBUTE, (all, name) => /^(style|on.+)$/i.test(name) ? `data-${all}` : all));
const styleOf = (element, name) => {
  const found = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, 'i').exec(element.dataset?.style ?? '');
  return found?.[1].trim().toLowerCase() ?? '';
};

// Reads pasted HTML; returns {html, dropped}, with the names of what was dropped.
export function cleaned(pasted) {
  const html = unstyled(pasted);
  // what this editor itself has copied
  if (/data-pm-slice/.test(html)) return {html, dropped: []};
  const from = new DOMParser().parseFromString(html, 'text/html');
  const to = document.implementation.createHTMLDocument('').body;
  const dropped = new Set();
  for (const [what, name] of Object.entries(DROPPED)) if (from.body.querySelector(what)) dropped.add(name);
  for (const comment of from.body.querySelectorAll(COMMENTS)) { comment.remove(); dropped.add('comments'); }
  for (const styled of from.body.querySelectorAll('[data-style]'))
    if (styleOf(styled, 'display') === 'none' || styleOf(styled, 'visibility') === 'hidden' || styleOf(styled, 'mso-hide') === 'all') styled.remove();
  for (const gone of from.body.querySelectorAll('script, style, title, meta, link, template, noscript, [hidden]')) gone.remove();
  listsOfWord(from);
  for (const styled of from.body.querySelectorAll('[data-style], font, center'))
    if (styled.localName === 'font' || ['color', 'background(?:-color)?', 'font-family', 'font-size'].some(it => styleOf(styled, it)))
      dropped.add('colours and fonts');
  copy(from.body, to, dropped);
  for (const blank of to.querySelectorAll('p')) if (!blank.textContent.trim() && !blank.closest('td, th')) blank.remove();
  // the line break before the end of code is not a line of it
  for (const code of to.querySelectorAll('pre')) {
    let last = code;
    while (last.lastChild) last = last.lastChild;
    if (last.nodeType === Node.TEXT_NODE) last.data = last.data.replace(/\n$/, '');
  }
  return {html: to.innerHTML, dropped: [...dropped]};
}

// The number that a sign such as “5.”, “2.1.”, “iv)” or “c.” stands for.
function numberOf(marker) {
  const [, number] = /([0-9]+|[a-z]+)[.)]?\W*$/i.exec(marker) ?? [null, '1'];
  if (/^\d/.test(number)) return Number(number);
  const small = number.toLowerCase(), roman = {i: 1, v: 5, x: 10};
  if (/^[ivx]+$/.test(small))
    return [...small].reduce((sum, sign, at) => sum + (roman[sign] < roman[small[at + 1]] ? -roman[sign] : roman[sign]), 0);
  return small.length === 1 ? small.charCodeAt(0) - 96 : 1;
}

// Word writes lists as paragraphs, with the level in a style and the sign as text.
function listsOfWord(page) {
  const levelOf = element => Number(/mso-list:[^;]*level(\d+)/i.exec(element?.dataset?.style ?? '')?.[1] ?? 0);
  let open = [];
  for (const item of [...page.body.querySelectorAll('[data-style*="mso-list"]')].filter(it => levelOf(it))) {
    const sign = [...item.querySelectorAll('[data-style*="Ignore"]')].find(it => /mso-list:\s*Ignore/i.test(it.dataset.style));
    const marker = sign?.textContent.trim() ?? '';
    sign?.remove();
    // a numbered heading stays a heading
    if (/^h[1-6]$/.test(item.localName)) { open = []; continue; }
    const kind = /^\s*\(?[0-9a-z]{1,4}[.)]/i.test(marker) ? 'ol' : 'ul';
    const follows = open.length > 0 && item.previousElementSibling === open[0].list;
    if (!follows) open = [];
    const level = Math.min(levelOf(item), open.length + 1);
    open.length = Math.min(open.length, level);
    if (open.length === level && level === 1 && open[0].kind !== kind) open = [];
    if (open.length < level) {
      const list = page.createElement(kind);
      if (kind === 'ol' && numberOf(marker) !== 1) list.setAttribute('start', numberOf(marker));
      if (open.length) open.at(-1).list.lastElementChild.append(list); else item.before(list);
      open.push({list, kind});
    }
    const made = page.createElement('li');
    made.append(...item.childNodes);
    open.at(-1).list.append(made);
    item.remove();
  }
}

function copy(from, to, dropped) {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) { to.append(child.data); continue; }
    if (child.nodeType !== Node.ELEMENT_NODE) continue;
    const name = child.localName;
    if (name === 'table') {
      if (child.caption) copy(child.caption, to.appendChild(document.createElement('p')), dropped);
      if (child.rows.length) to.append(tableOf(child, dropped));
      continue;
    }
    if (/^(img|picture|svg|canvas|video|audio|iframe|object|embed|input|select|textarea|button)$/.test(name)) continue;
    const made = elementFor(child, name, dropped);
    if (made === null) { copy(child, to, dropped); continue; }
    to.append(made.outer);
    copy(child, made.inner, dropped);
    if (made.inner.localName === 'a' && !made.inner.textContent.trim()) made.outer.remove();
  }
}

// The elements that a pasted element becomes, or null if only its content stays.
function elementFor(child, name, dropped) {
  const make = (...names) => {
    const made = names.map(it => document.createElement(it));
    made.reduce((outer, inner) => (outer.append(inner), inner));
    return {outer: made[0], inner: made.at(-1)};
  };
  if (/^(h[1-6]|ul|ol|li|blockquote|pre|code|s|del|strike|br|hr|p)$/.test(name)) {
    const made = make({strike: 's', del: 's'}[name] ?? name);
    if (name === 'ol') {
      const start = child.querySelector(':scope > li')?.getAttribute('value') ?? child.getAttribute('start') ?? '1';
      if (/^\d{1,9}$/.test(start)) made.outer.setAttribute('start', start); else dropped.add('numbers of lists');
      if (child.querySelector(':scope > li ~ li[value]')) dropped.add('numbers of lists');
    }
    const language = name === 'pre' && /\blanguage-([\w+#.-]+)/.exec(child.className + ' ' + (child.querySelector('code')?.className ?? ''));
    if (language) made.outer.dataset.params = language[1];
    return made;
  }
  if (name === 'a') {
    const href = (child.getAttribute('href') ?? '').trim();
    if (href.startsWith('#') && child.textContent.trim()) dropped.add('links within the page');
    if (!href || href.startsWith('#')) return null;
    if (!LINK.test(href)) { dropped.add('links that lead nowhere from here'); return null; }
    const made = make('a');
    made.inner.setAttribute('href', href);
    return made;
  }
  // word processors emphasise by style, and take back what an element says
  const weight = styleOf(child, 'font-weight'), slant = styleOf(child, 'font-style');
  const strong = weight ? weight === 'bold' || weight === 'bolder' || Number(weight) >= 600 : name === 'b' || name === 'strong';
  const em = slant ? slant !== 'normal' : name === 'i' || name === 'em';
  const strike = /line-through/.test(styleOf(child, 'text-decoration(?:-line)?'));
  const marks = [strong && 'strong', em && 'em', strike && 's'].filter(Boolean);
  const isWords = /^(b|strong|i|em|span|font)$/.test(name) && child.textContent.trim() && !child.querySelector(BLOCK);
  if (isWords && marks.length) return make(...marks);
  // a line of its own
  const isLine = /^(div|section|article|header|footer|main|aside|figure|address|dt|dd|figcaption)$/.test(name);
  if (isLine && !child.querySelector(BLOCK)) return make('p');
  return null;
}

// A table of simple cells in which each row is as wide as the widest; the first row is its head.
function tableOf(table, dropped) {
  const made = document.createElement('table'), rows = [...table.rows].map(row => [...row.cells]);
  if (rows.flat().some(cell => cell.colSpan > 1 || cell.rowSpan > 1)) dropped.add('merged cells');
  const grid = rows.map(() => []);
  rows.forEach((row, at) => {
    let column = 0;
    for (const cell of row) {
      while (grid[at][column] !== undefined) column++;
      for (let down = 0; down < Math.min(cell.rowSpan || 1, rows.length - at); down++)
        for (let right = 0; right < Math.min(cell.colSpan, 100); right++) grid[at + down][column + right] = down || right ? null : cell;
    }
  });
  const width = Math.max(1, ...grid.map(row => row.length));
  // Markdown aligns columns, and a spreadsheet its figures
  const alignOf = cell => ['center', 'right'].find(it => it === (cell && (styleOf(cell, 'text-align') || cell.getAttribute('align'))));
  grid.forEach((cells, at) => {
    const row = made.insertRow();
    for (let column = 0; column < width; column++) {
      const into = document.createElement(at ? 'td' : 'th'), words = document.createElement('p'), cell = cells[column];
      const align = alignOf((grid[1] ?? grid[0])[column]);
      if (align) into.dataset.align = align;
      if (cell) {
        const inner = document.createElement('div');
        copy(cell, inner, dropped);
        if (cell.querySelector('table')) dropped.add('tables within tables');
        for (const block of inner.querySelectorAll(`${BLOCK}, li, thead, tbody, tr, td, th, hr`)) block.replaceWith(' ', ...block.childNodes, ' ');
        for (const line of inner.querySelectorAll('br')) line.replaceWith(' ');
        if (inner.textContent.trim()) words.append(...inner.childNodes);
        words.normalize();
      }
      into.append(words);
      row.append(into);
    }
  });
  return made;
}

// The rows of cells that a spreadsheet gives as plain text: [[text]], or null if the text is none of these.
export function rowsOf(text) {
  if (!text.includes('\t')) return null;
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/gy;
  for (let found = cell.exec(text); found; found = cell.exec(text)) {
    const [, quoted, plain, end] = found;
    rows.at(-1).push((quoted?.replace(/""/g, '"') ?? plain).replace(/\s+/g, ' ').trim());
    if (!end || end !== '\t' && cell.lastIndex === text.length) break;
    if (end !== '\t') rows.push([]);
  }
  const isTable = cell.lastIndex >= text.length && rows.length > 1 && rows.every(row => row.length > 1 && row.length === rows[0].length);
  return isTable ? rows : null;
}
