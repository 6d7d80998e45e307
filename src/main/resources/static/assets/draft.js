// SPDX-License-Identifier: Apache-2.0
// The edits of one page to a draft, from the keystroke to the server's answer. It does not touch the page, so that a test can run it.
//
// A state is {values, lists}: the text of every value by its path, and the ids of the items of every list by the path of the list.
// A path names list items by their ids. `shown` is the state that the form shows. `base` is, for every place, the last state on
// which form and server agreed: edits are made from it.

const lines = text => text.replace(/\r\n?/g, '\n');
const oneLine = text => text.replace(/[\r\n]/g, '');

// Whether an input that received a text still shows it: inputs normalize line ends or remove them.
export const same = (given, shown) => {
  const text = given ?? '', now = shown ?? '';
  return text === now || lines(text) === lines(now) || oneLine(text) === now;
};

const copy = state => ({
  values: {...state.values},
  lists: Object.fromEntries(Object.entries(state.lists).map(([path, ids]) => [path, [...ids]])),
});
const parent = path => path.slice(0, path.lastIndexOf('/'));
const last = path => path.slice(path.lastIndexOf('/') + 1);
const isUnder = (path, holder) => path.startsWith(holder + '/');
export const isAt = (path, holder) => path === holder || isUnder(path, holder);
const union = (...objects) => [...new Set(objects.flatMap(Object.keys))];
const byDepth = paths => paths.sort((a, b) => a.split('/').length - b.split('/').length);
const under = (state, holder) => ({
  values: Object.fromEntries(Object.entries(state.values).filter(([path]) => isAt(path, holder))),
  lists: Object.fromEntries(Object.entries(state.lists).filter(([path]) => isAt(path, holder))),
});

function forget(state, holder) {
  for (const path of Object.keys(state.values)) if (isAt(path, holder)) delete state.values[path];
  for (const path of Object.keys(state.lists)) if (isAt(path, holder)) delete state.lists[path];
}

// The items that contain the place of a path, the outermost first.
const itemsOn = (path, lists) => byDepth(Object.keys(lists).filter(list => isUnder(path, list)))
  .map(list => list + '/' + path.slice(list.length + 1).split('/')[0]);

function place(ids, id, after) {
  const at = after === null || after === undefined ? 0 : ids.indexOf(after) + 1 || ids.length;
  ids.splice(at, 0, id);
}

// Applies the commands in `todo`, which are meant for the form, to a state.
function enact(todo, state) {
  for (const it of todo) {
    if (it.insert !== undefined) {
      place(state.lists[it.insert] ??= [], it.id, it.after);
      Object.assign(state.values, it.values);
      for (const [path, ids] of Object.entries(it.lists)) state.lists[path] = [...ids];
    } else if (it.remove !== undefined) {
      const ids = state.lists[parent(it.remove)];
      ids.splice(ids.indexOf(last(it.remove)), 1);
      forget(state, it.remove);
    } else if (it.order !== undefined) state.lists[it.order] = [...it.ids];
    else state.values[it.set] = it.text;
  }
}

// The ids that keep their order between `before` and `now`: a longest increasing subsequence.
function staying(before, now) {
  const places = now.map(id => before.indexOf(id));
  const length = [], previous = [];
  let best = -1;
  places.forEach((at, i) => {
    length[i] = 1;
    previous[i] = -1;
    for (let j = 0; j < i; j++)
      if (places[j] < at && length[j] + 1 > length[i]) { length[i] = length[j] + 1; previous[i] = j; }
    if (best < 0 || length[i] > length[best]) best = i;
  });
  const ids = new Set();
  for (let i = best; i >= 0; i = previous[i]) ids.add(now[i]);
  return ids;
}

export class Draft {
  constructor(page, state) {
    this.page = page;
    this.number = 0;
    this.base = copy(state);
    this.server = copy(state);
    this.flight = null;
    this.before = null;
    this.foreign = false;
    this.waiting = [];
    this.orphans = [];
    this.items = {};
  }

  // The edits that were not sent yet, in an order in which the server can apply them.
  pending(shown) {
    const {base} = this, edits = [], gone = [];
    const isGone = path => gone.some(item => isAt(path, item));
    const isBlank = item => !Object.entries(shown.values).some(([path, text]) => isAt(path, item) && text !== '');
    for (const list of byDepth(union(base.lists, shown.lists))) {
      const now = shown.lists[list];
      if (!now || isGone(list)) continue;
      const before = base.lists[list] ?? [];
      for (const id of before.filter(id => !now.includes(id))) {
        const path = list + '/' + id;
        gone.push(path);
        const from = {};
        for (const [at, text] of Object.entries(under(base, path).values)) from[at.slice(path.length)] = text;
        edits.push({op: 'remove', path, from});
      }
      const present = now.filter(id => before.includes(id) || !isBlank(list + '/' + id));
      const stay = staying(before, present.filter(id => before.includes(id)));
      let after = null;
      for (const id of present) {
        if (!before.includes(id)) edits.push({op: 'insert', path: list, item: id, after});
        else if (!stay.has(id)) edits.push({op: 'move', path: list + '/' + id, after});
        after = id;
      }
    }
    for (const [path, text] of Object.entries(shown.values)) {
      if (same(base.values[path], text)) continue;
      const isItem = parent(path) in shown.lists;
      edits.push({op: 'replace', path, from: base.values[path] ?? null, to: text === '' && !isItem ? null : text});
    }
    return edits;
  }

  // The edits to send next. Until they are answered, the same edits are returned again.
  take(shown) {
    if (this.flight) return this.flight;
    this.foreign = this.waiting.length > 0;
    const edits = (this.foreign ? this.waiting.shift() : this.pending(shown))
      .map(edit => edit.id ? edit : {...edit, id: this.page + ':' + ++this.number});
    this.before = copy(this.base);
    if (!this.foreign) for (const edit of edits) this.assume(edit);
    this.flight = edits;
    return edits;
  }

  assume(edit) {
    const {base} = this;
    if (edit.op === 'replace') {
      if (edit.to === null) delete base.values[edit.path];
      else base.values[edit.path] = edit.to;
    } else if (edit.op === 'insert') place(base.lists[edit.path] ??= [], edit.item, edit.after);
    else {
      const ids = base.lists[parent(edit.path)];
      ids.splice(ids.indexOf(last(edit.path)), 1);
      if (edit.op === 'move') place(ids, last(edit.path), edit.after);
      else forget(base, edit.path);
    }
  }

  // Processes the answer to the edits that were sent: {values, lists, outcomes}, one outcome for each edit. Returns commands for the
  // form.
  answered(answer, shown, busy) {
    const edits = this.flight ?? [];
    const refused = edits.filter((edit, i) => !answer.outcomes[i]?.saved);
    const {foreign} = this;
    this.flight = null;
    this.foreign = false;
    this.server = copy(answer);
    if (!foreign) for (const edit of refused.reverse()) this.revert(edit);
    const todo = this.catchUp(shown, busy);
    if (foreign) this.back(refused, shown, todo);
    return todo;
  }

  revert(edit) {
    const {base, before} = this;
    if (edit.op === 'replace') {
      if (before.values[edit.path] === undefined) delete base.values[edit.path];
      else base.values[edit.path] = before.values[edit.path];
    } else if (edit.op === 'insert') {
      const ids = base.lists[edit.path];
      if (ids?.includes(edit.item)) ids.splice(ids.indexOf(edit.item), 1);
      forget(base, edit.path + '/' + edit.item);
    } else if (edit.op === 'remove') {
      const list = parent(edit.path), ids = base.lists[list] ??= [], id = last(edit.path);
      const old = before.lists[list];
      if (!ids.includes(id)) place(ids, id, old.slice(0, old.indexOf(id)).reverse().find(it => ids.includes(it)) ?? null);
      const was = under(before, edit.path);
      Object.assign(base.values, was.values);
      Object.assign(base.lists, was.lists);
    }
  }

  // Edits of an earlier page that the server refused become edits of this form, as if the earlier page had never been closed. An item
  // that was removed meanwhile is inserted as it was, so that it can be put back.
  back(edits, shown, todo) {
    const now = copy(shown), {base} = this;
    enact(todo, now);
    const doNow = it => { todo.push(it); enact([it], now); };
    const hasPlace = path => itemsOn(path, now.lists).every(item => {
      const list = parent(item), id = last(item);
      if (!(list in now.lists)) return false;
      if (now.lists[list].includes(id)) return true;
      const was = this.items[item];
      if (!was || base.lists[list]?.includes(id)) return false;
      place(base.lists[list] ??= [], id, was.after);
      Object.assign(base.values, was.values);
      for (const [sub, ids] of Object.entries(was.lists)) base.lists[sub] = [...ids];
      doNow({insert: list, id, after: was.after, values: was.values, lists: was.lists});
      return true;
    });
    for (const edit of edits) {
      if (edit.op === 'insert') {
        if (hasPlace(edit.path) && edit.path in now.lists && !now.lists[edit.path].includes(edit.item))
          doNow({insert: edit.path, id: edit.item, after: edit.after, lists: {}, values: {}});
      } else if (edit.op === 'replace') {
        const isHere = hasPlace(edit.path) && same(base.values[edit.path], now.values[edit.path]);
        if (isHere) {
          if (edit.from !== null) base.values[edit.path] = edit.from;
          else delete base.values[edit.path];
          doNow({set: edit.path, text: edit.to ?? ''});
        } else if (edit.to) this.orphans.push(edit);
      } else if (edit.op === 'remove' && now.lists[parent(edit.path)]?.includes(last(edit.path)) && !this.isDirty(edit.path, now)) {
        // the removal is sent again as long as the form shows the item as removed; editing the item cancels the removal
        forget(base, edit.path);
        for (const [sub, text] of Object.entries(edit.from)) base.values[edit.path + sub] = text;
        doNow({remove: edit.path});
      }
    }
  }

  isDirty(holder, shown) {
    const values = union(under(this.base, holder).values, under(shown, holder).values);
    if (values.some(path => !same(this.base.values[path], shown.values[path]))) return true;
    return Object.keys(under(shown, holder).lists)
      .some(list => String(shown.lists[list]) !== String(this.base.lists[list] ?? []));
  }

  // Returns the commands that make the form show the server's state, except for places that the person changed or is editing.
  catchUp(shown, busy = () => false) {
    // while edits are under way, the base is newer than the known state of the server; the answer brings the new state
    if (this.flight) return [];
    const {base, server} = this, todo = [], settled = [];
    for (const list of byDepth(union(server.lists, base.lists))) {
      const inForm = shown.lists[list];
      if (!inForm || settled.some(item => isAt(list, item))) continue;
      const theirs = server.lists[list] ?? [], mine = base.lists[list] ??= [];
      const moved = String(inForm.filter(id => mine.includes(id))) !== String(mine.filter(id => inForm.includes(id)));
      let now = [...inForm];
      theirs.forEach((id, i) => {
        const path = list + '/' + id;
        if (mine.includes(id)) return;
        const after = theirs.slice(0, i).reverse();
        place(mine, id, after.find(it => mine.includes(it)) ?? null);
        if (now.includes(id)) return;
        const behind = after.find(it => now.includes(it)) ?? null;
        place(now, id, behind);
        const whole = under(server, path);
        Object.assign(base.values, whole.values);
        for (const [sub, ids] of Object.entries(whole.lists)) base.lists[sub] = [...ids];
        todo.push({insert: list, id, after: behind, ...whole});
        settled.push(path);
      });
      for (const id of mine.filter(id => !theirs.includes(id))) {
        const path = list + '/' + id;
        if (now.includes(id)) {
          if (this.isDirty(path, shown) || busy(path)) {
            // the whole item stays as it is until the person has decided
            settled.push(path);
            continue;
          }
          todo.push({remove: path});
          now = now.filter(it => it !== id);
        }
        mine.splice(mine.indexOf(id), 1);
        forget(base, path);
        settled.push(path);
      }
      if (moved) continue;
      const order = theirs.filter(id => now.includes(id));
      now.forEach((id, i) => {
        if (!order.includes(id)) place(order, id, now.slice(0, i).reverse().find(it => order.includes(it)) ?? null);
      });
      if (String(order) !== String(now)) todo.push({order: list, ids: order});
      base.lists[list] = [...theirs, ...mine.filter(id => !theirs.includes(id))]
        .sort((a, b) => (order.indexOf(a) + 1 || Infinity) - (order.indexOf(b) + 1 || Infinity));
    }
    for (const path of union(server.values, base.values, shown.values)) {
      if (!(path in shown.values) || settled.some(item => isAt(path, item)) || busy(path)) continue;
      const theirs = server.values[path], mine = base.values[path], now = shown.values[path];
      if (theirs === mine) continue;
      if (!same(mine, now) && !same(theirs, now)) continue;
      if (!same(theirs, now)) todo.push({set: path, text: theirs ?? ''});
      if (theirs === undefined) delete base.values[path];
      else base.values[path] = theirs;
    }
    return todo;
  }

  // Applies the person's decision about a conflict. Returns commands for the form.
  decide(question, choice, shown) {
    const {base, server} = this, {path} = question, list = parent(path), id = last(path);
    if (question.kind === 'BOTH_CHANGED') {
      // the person has removed the item since: the server will ask about the removal, with the current content of the item
      if (itemsOn(path, base.lists).some(item => !shown.lists[parent(item)]?.includes(last(item)))) return [];
      if (question.theirs === null) delete base.values[path];
      else base.values[path] = question.theirs;
      return choice === 'mine' ? [] : [{set: path, text: choice === 'theirs' ? question.theirs ?? '' : choice.text}];
    }
    const known = base.lists[list]?.indexOf(id) ?? -1;
    forget(base, path);
    if (question.kind === 'THEY_REMOVED') {
      // without a base, it is a new item, which is inserted as a whole
      if (known >= 0) base.lists[list].splice(known, 1);
      return choice === 'mine' ? [] : [{remove: path}];
    }
    const whole = under(server, path);
    if (!server.lists[list]?.includes(id)) return [];
    Object.assign(base.values, whole.values);
    for (const [sub, ids] of Object.entries(whole.lists)) base.lists[sub] = [...ids];
    if (known < 0) place(base.lists[list] ??= [], id, null);
    const isShown = shown.lists[list]?.includes(id);
    if (choice === 'mine') return isShown ? [{remove: path}] : [];
    if (isShown) return [];
    const before = server.lists[list].slice(0, server.lists[list].indexOf(id)).reverse();
    return [{insert: list, id, after: before.find(it => shown.lists[list]?.includes(it)) ?? null, ...whole}];
  }

  // The record that must outlive the page, or null: edits that are sent but not answered, not sent yet, or without a place, and the
  // previous state of the items that contain their places.
  kept(shown) {
    const record = {flight: this.flight ?? [], waiting: this.waiting, pending: this.pending(shown), orphans: this.orphans};
    const edits = Object.values(record).flat(2);
    if (!edits.length) return null;
    const before = this.flight && !this.foreign ? this.before : this.base, items = {};
    for (const {path} of edits)
      for (const item of itemsOn(path, before.lists)) {
        const ids = before.lists[parent(item)], at = ids.indexOf(last(item));
        if (at >= 0) items[item] = {after: ids[at - 1] ?? null, ...under(before, item)};
      }
    for (const [item, was] of Object.entries(this.items))
      if (!items[item] && edits.some(({path}) => isAt(path, item))) items[item] = was;
    return {...record, items};
  }

  // Adopts the record of an earlier page of the same person.
  adopt({flight, waiting, pending, orphans, items = {}}) {
    for (const edits of [flight, ...waiting, pending]) if (edits.length) this.waiting.push(edits);
    this.orphans.push(...orphans);
    Object.assign(this.items, items);
  }
}
