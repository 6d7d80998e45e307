// SPDX-License-Identifier: Apache-2.0
import {account} from './signed.js';

// Draws a workflow with bpmn-js, and sets in a small panel what our elements have: roles, outcomes, due dates and reminders.
const GROUPS = ['EDITOR', 'REVIEWER', 'PUBLISHER', 'ADMIN'];
const EFFECTS = ['none', 'approve', 'request-changes', 'confirm', 'revise'];
const text = (name, type = 'String') => ({ name, type, isAttr: true });
const EXTENSIONS = {
  flowable: {
    name: 'Flowable', uri: 'http://flowable.org/bpmn', prefix: 'flowable', xml: { tagAlias: 'lowerCase' },
    types: [
      { name: 'Assigned', extends: ['bpmn:UserTask'], properties: [text('candidateGroups'), text('dueDate')] },
      { name: 'Delegated', extends: ['bpmn:ServiceTask'], properties: [text('delegateExpression')] },
    ],
  },
  imprimatur: {
    name: 'Imprimatur', uri: 'https://imprimatur.dev/bpmn', prefix: 'imprimatur', xml: { tagAlias: 'lowerCase' },
    types: [
      { name: 'Told', extends: ['bpmn:ServiceTask'], properties: [text('group')] },
      { name: 'Outcome', superClass: ['Element'], properties: [text('id'), text('name'), text('effect'), text('needsMessage', 'Boolean'), text('meaning')] },
    ],
  },
};

const field = document.getElementById('bpmn');
const panel = document.getElementById('panel');
const status = document.getElementById('drawn');
const steps = panel.dataset.steps.split(' ');
const modeler = new BpmnJS({ container: '#canvas', keyboard: { bindTo: document }, moddleExtensions: EXTENSIONS });
const modeling = () => modeler.get('modeling');
const create = (type, properties) => modeler.get('bpmnFactory').create(type, properties);

// What the check refuses is not offered.
const HIDDEN = ['create.intermediate-event', 'create.task', 'create.data-object', 'create.data-store', 'create.participant-expanded'];
const APPENDED = ['append.end-event', 'append.gateway', 'append.text-annotation', 'connect', 'delete', 'replace'];
const REPLACEMENTS = /^replace-with-(user-task|service-task|(exclusive|parallel)-gateway|none-(start|end)|terminate-end|(non-interrupting-)?(timer|message)-boundary|(timer|message)-intermediate-catch|(conditional|default|sequence)-flow|expanded-subprocess)$/;
const TASKS = [
  ['user-task', 'bpmn:UserTask', 'bpmn-icon-user-task', 'Task for people'],
  ['service-task', 'bpmn:ServiceTask', 'bpmn-icon-service-task', 'Step'],
];

const shaped = attributes => modeler.get('elementFactory').createShape(attributes);

function created(attributes, className, title) {
  const start = event => modeler.get('create').start(event, shaped(attributes));
  return { group: 'activity', className, title, action: { dragstart: start, click: start } };
}

function appended(type, className, title) {
  const start = (event, element) => modeler.get('create').start(event, shaped({ type }), { source: element });
  return { group: 'model', className, title, action: { dragstart: start, click: (event, element) => modeler.get('autoPlace').append(element, shaped({ type })) } };
}

const LAST = 500;
modeler.get('palette').registerProvider(LAST, {
  getPaletteEntries: () => entries => {
    for (const name of HIDDEN) delete entries[name];
    for (const [name, type, className, title] of TASKS) entries[`create.${name}`] = created({ type }, className, title);
    entries['create.timer'] = created({ type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' }, 'bpmn-icon-intermediate-event-catch-timer', 'Wait for an instant');
    return entries;
  },
});
modeler.get('contextPad').registerProvider(LAST, {
  getContextPadEntries: () => entries => {
    const goesOn = 'append.append-task' in entries;
    for (const name of Object.keys(entries)) if (!APPENDED.includes(name)) delete entries[name];
    if (goesOn) for (const [name, type, className, title] of TASKS) entries[`append.${name}`] = appended(type, className, `Append: ${title.toLowerCase()}`);
    return entries;
  },
});
modeler.get('popupMenu').registerProvider('bpmn-replace', LAST, {
  getPopupMenuEntries: () => entries => Object.fromEntries(Object.entries(entries).filter(([name]) => REPLACEMENTS.test(name))),
  getPopupMenuHeaderEntries: () => () => ({}),
});

/** Adds a labelled control to the panel. */
function control(into, name, element) {
  const label = document.createElement('label');
  label.append(name, element);
  const around = document.createElement('div');
  around.className = 'field';
  around.append(label);
  into.append(around);
  return element;
}

function input(into, name, value, changed, hint = '') {
  const element = control(into, name, document.createElement('input'));
  element.value = value ?? '';
  element.placeholder = hint;
  element.addEventListener('change', () => changed(element.value.trim() || undefined));
}

function choice(into, name, value, options, changed) {
  const element = control(into, name, document.createElement('select'));
  for (const option of value && !options.includes(value) ? ['', value, ...options] : ['', ...options]) element.add(new Option(option, option));
  element.value = value ?? '';
  element.addEventListener('change', () => changed(element.value || undefined));
}

function button(into, name, clicked) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = name;
  element.addEventListener('click', clicked);
  into.append(element);
}

const set = (shape, properties) => modeling().updateProperties(shape, properties);

function outcomesOf(task) {
  return (task.extensionElements?.values ?? []).filter(it => it.$type === 'imprimatur:Outcome');
}

function setOutcomes(shape, outcomes) {
  const extensions = create('bpmn:ExtensionElements', { values: outcomes });
  outcomes.forEach(it => { it.$parent = extensions; });
  extensions.$parent = shape.businessObject;
  set(shape, { extensionElements: outcomes.length ? extensions : undefined });
  show(shape);
}

function outcome(from, changes) {
  const { id, name, effect, needsMessage, meaning } = { ...from, id: from.id, name: from.name, effect: from.effect, needsMessage: from.needsMessage, meaning: from.meaning, ...changes };
  return modeler.get('moddle').create('imprimatur:Outcome', { id, name, effect, needsMessage, meaning });
}

function userTask(shape, task) {
  choice(panel, 'For the role', task.candidateGroups, GROUPS, value => set(shape, { candidateGroups: value }));
  input(panel, 'Due after', task.dueDate, value => set(shape, { dueDate: value }), 'P5D');
  const outcomes = outcomesOf(task);
  outcomes.forEach((it, at) => {
    const group = document.createElement('fieldset');
    const legend = document.createElement('legend');
    legend.textContent = `Outcome ${at + 1}`;
    group.append(legend);
    const change = changes => setOutcomes(shape, outcomes.map((other, i) => (i === at ? outcome(other, changes) : other)));
    input(group, 'Words on the button', it.name, name => change({ name }));
    input(group, 'Id', it.id, id => change({ id }));
    choice(group, 'Effect', it.effect, EFFECTS, effect => change({ effect }));
    const box = control(group, 'Needs a message ', document.createElement('input'));
    box.type = 'checkbox';
    box.checked = it.needsMessage === true;
    box.addEventListener('change', () => change({ needsMessage: box.checked || undefined }));
    input(group, 'Signed with the words', it.meaning, meaning => change({ meaning }));
    button(group, 'Remove this outcome', () => setOutcomes(shape, outcomes.filter((_, i) => i !== at)));
    panel.append(group);
  });
  const next = outcomes.length + 1;
  button(panel, 'Add an outcome', () => setOutcomes(shape, [...outcomes, outcome({}, { id: `outcome-${next}`, name: `Outcome ${next}`, effect: 'none' })]));
  button(panel, 'Add a reminder', () => remind(shape));
}

/** Draws a timer on the edge of the task that leads to a reminder. */
function remind(shape) {
  const bottom = shape.y + shape.height;
  const timer = modeler.get('elementFactory').createShape({ type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false });
  const attached = modeling().createShape(timer, { x: shape.x + 20, y: bottom }, shape, { attach: true });
  set(attached, { cancelActivity: false });
  duration(attached, 'P4D');
  const told = modeling().appendShape(attached, { type: 'bpmn:ServiceTask' }, { x: shape.x + 40, y: bottom + 120 });
  set(told, { name: 'Remind', delegateExpression: '${remind}' });
  modeling().appendShape(told, { type: 'bpmn:EndEvent' }, { x: shape.x + 40, y: bottom + 230 });
}

function duration(shape, value) {
  const definition = shape.businessObject.eventDefinitions[0];
  const time = create('bpmn:FormalExpression', { body: value });
  time.$parent = definition;
  definition.timeDuration = time;
  set(shape, {});
}

function condition(shape, value) {
  const expression = value && create('bpmn:FormalExpression', { body: value });
  if (expression) expression.$parent = shape.businessObject;
  set(shape, { conditionExpression: expression });
}

function show(shape) {
  panel.replaceChildren();
  const it = shape.businessObject;
  const title = document.createElement('h2');
  title.textContent = it.name || it.id;
  panel.append(title);
  input(panel, 'Id', it.id, id => id && set(shape, { id }));
  input(panel, 'Name', it.name, name => set(shape, { name }));
  switch (it.$type) {
    case 'bpmn:UserTask': userTask(shape, it); break;
    case 'bpmn:ServiceTask':
      choice(panel, 'Step', it.delegateExpression, steps.map(step => '${' + step + '}'), value => set(shape, { delegateExpression: value }));
      choice(panel, 'Role that is told', it.group, GROUPS, value => set(shape, { group: value }));
      break;
    case 'bpmn:SequenceFlow':
      input(panel, 'Condition', it.conditionExpression?.body, value => condition(shape, value), "${outcome == 'approve'}");
      break;
    case 'bpmn:BoundaryEvent':
      if (it.eventDefinitions?.[0]?.timeDuration || it.eventDefinitions?.[0]?.$type === 'bpmn:TimerEventDefinition')
        input(panel, 'After', it.eventDefinitions[0].timeDuration?.body, value => value && duration(shape, value), 'P4D');
      break;
    default:
  }
}

function selected() {
  const chosen = modeler.get('selection').get();
  show(chosen.length === 1 ? chosen[0].labelTarget ?? chosen[0] : modeler.get('canvas').getRootElement());
}

const form = field.form;
const seen = form.elements.seen.value;
const KEPT = `imprimatur.drawn.${account}.${seen}`;
let unsaved = false;

/** Keeps the drawing in this tab; storage may be full or forbidden. */
function keep(xml) {
  try {
    if (xml) sessionStorage.setItem(KEPT, xml);
    else sessionStorage.removeItem(KEPT);
  } catch { /* the browser still asks before the page is left */ }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Writes the drawing into the form. */
async function write() {
  unsaved = true;
  field.value = (await modeler.saveXML({ format: true })).xml;
  keep(field.value);
}

/** Shows the whole drawing beside the palette, and not below it. */
const MARGIN = 16;
function fit() {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport');
  const { inner, outer } = canvas.viewbox();
  const palette = document.querySelector('.djs-palette');
  const room = palette.offsetLeft + palette.offsetWidth + MARGIN;
  const scale = Math.min((outer.width - room - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
  if (scale > 0) canvas.viewbox({ x: inner.x - room / scale, y: inner.y - MARGIN / scale, width: outer.width / scale, height: outer.height / scale });
}

async function draw(xml) {
  await modeler.importXML(xml);
  fit();
  selected();
}

/** Offers another drawing of the same version, which was left in this tab. */
function offer(left) {
  const notice = document.getElementById('left');
  notice.hidden = false;
  notice.querySelector('[data-take]').addEventListener('click', async () => {
    notice.hidden = true;
    await draw(left);
    await write();
  });
  notice.querySelector('[data-drop]').addEventListener('click', () => {
    notice.hidden = true;
    keep(unsaved ? field.value : null);
  });
}

addEventListener('beforeunload', event => { if (unsaved) event.preventDefault(); });
form.addEventListener('submit', () => { unsaved = false; });
const ZOOMS = { in: () => modeler.get('zoomScroll').stepZoom(1), out: () => modeler.get('zoomScroll').stepZoom(-1), fit };
for (const zoom of document.querySelectorAll('[data-zoom]')) zoom.addEventListener('click', () => ZOOMS[zoom.dataset.zoom]());

try {
  const left = kept();
  await draw(field.value);
  if (left && left !== field.value) offer(left);
  modeler.on('selection.changed', selected);
  modeler.on('commandStack.changed', write);
  status.textContent = 'Choose an element to set what it has.';
} catch (failed) {
  status.textContent = `The file cannot be drawn: ${failed.message}`;
}
