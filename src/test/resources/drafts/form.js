// SPDX-License-Identifier: Apache-2.0
// A simulated form for the model test: it holds the values of inputs and executes the commands of the draft.
const FIELDS = ['/title', '/count', '/flag', '/note', '/group/body'];
const LISTS = {'/tags': [''], '/group/items': [''], '/bands': ['/level', '/low', '/open']};
const MULTILINE = /\/(note|body)$/;
const pages = {};

const given = (path, text) => text === undefined ? '' : MULTILINE.test(path) ? lines(text)
  : path.endsWith('/open') || path === '/flag' ? (text === 'true' || text === 'false' ? text : '') : oneLine(text);

function openPage(id, state) {
  state = JSON.parse(state);
  const form = {values: {}, lists: {}};
  for (const path of FIELDS) form.values[path] = given(path, state.values[path]);
  for (const [list, fields] of Object.entries(LISTS)) {
    form.lists[list] = [...state.lists[list] ?? []];
    for (const item of form.lists[list])
      for (const field of fields) form.values[`${list}/${item}${field}`] = given(field, state.values[`${list}/${item}${field}`]);
  }
  pages[id] = {draft: new Draft(id, state), form, questions: []};
}

const shown = page => JSON.parse(JSON.stringify(page.form));
const busy = page => path => page.focus !== undefined && (page.focus === path || page.focus.startsWith(path + '/'));

function perform(page, todo) {
  const {form} = page;
  for (const it of todo) {
    if (it.insert !== undefined) {
      place(form.lists[it.insert], it.id, it.after);
      for (const field of LISTS[it.insert]) form.values[`${it.insert}/${it.id}${field}`] = given(field, it.values[`${it.insert}/${it.id}${field}`]);
    } else if (it.remove !== undefined) drop(form, it.remove);
    else if (it.order !== undefined) form.lists[it.order] = it.ids;
    else if (it.set in form.values) form.values[it.set] = given(it.set, it.text);
  }
}

function drop(form, path) {
  const list = parent(path);
  form.lists[list] = form.lists[list].filter(id => id !== last(path));
  forget(form, path);
}

const formOf = id => JSON.stringify(pages[id].form);
const write = (id, path, text) => { pages[id].form.values[path] = text; };
const focus = (id, path) => { pages[id].focus = path; };
function leave(id) {
  const page = pages[id];
  page.focus = undefined;
  perform(page, page.draft.catchUp(shown(page), busy(page)));
}
function addItem(id, list, item, after) {
  const {form} = pages[id];
  place(form.lists[list], item, after);
  for (const field of LISTS[list]) form.values[`${list}/${item}${field}`] = '';
}
const removeItem = (id, path) => drop(pages[id].form, path);
function moveItem(id, path, after) {
  const ids = pages[id].form.lists[parent(path)];
  ids.splice(ids.indexOf(last(path)), 1);
  place(ids, last(path), after);
}
const take = id => JSON.stringify(pages[id].draft.take(shown(pages[id])));
const hasPending = id => pages[id].draft.pending(shown(pages[id])).length > 0 || pages[id].draft.waiting.length > 0;
const kept = id => JSON.stringify(pages[id].draft.kept(shown(pages[id])));
function answered(id, answer) {
  const page = pages[id];
  answer = JSON.parse(answer);
  perform(page, page.draft.answered(answer, shown(page), busy(page)));
  page.questions = answer.outcomes.map(it => it.question).filter(Boolean);
  return JSON.stringify(page.questions);
}
function decide(id, question, choice) {
  const page = pages[id];
  perform(page, page.draft.decide(JSON.parse(question), choice.startsWith('text:') ? {text: choice.slice(5)} : choice, shown(page)));
}
const adopt = (id, record) => pages[id].draft.adopt(JSON.parse(record));
const close = id => { delete pages[id]; };
