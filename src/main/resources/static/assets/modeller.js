// SPDX-License-Identifier: Apache-2.0
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

/** Writes the drawing into the form. */
async function write() {
  field.value = (await modeler.saveXML({ format: true })).xml;
}

try {
  await modeler.importXML(field.value);
  modeler.get('canvas').zoom('fit-viewport');
  modeler.on('selection.changed', selected);
  modeler.on('commandStack.changed', write);
  selected();
  status.textContent = 'Choose an element to set what it has.';
} catch (failed) {
  status.textContent = `The file cannot be drawn: ${failed.message}`;
}
