// Markdown in a textarea with a toolbar: the browser's own undo, spelling, search and reading aloud stay what they are.
const TOOLS = [
  {name: 'Bold (Ctrl B)', key: 'b', text: 'B', wrap: ['**', '**'], blank: 'bold'},
  {name: 'Italic (Ctrl I)', key: 'i', text: 'I', wrap: ['_', '_'], blank: 'italic'},
  {name: 'Link (Ctrl K)', key: 'k', text: 'Link', wrap: ['[', '](https://)'], blank: 'words'},
  {name: 'Heading', text: 'H', line: '### '},
  {name: 'List', text: '•', line: '- '},
  {name: 'Quote', text: '❝', line: '> '},
];

customElements.define('md-editor', class extends HTMLElement {
  connectedCallback() {
    if (this.querySelector('[role=toolbar]')) return;
    this.text = this.querySelector('textarea');
    const bar = document.createElement('div');
    bar.setAttribute('role', 'toolbar');
    bar.setAttribute('aria-label', 'Markdown');
    bar.setAttribute('aria-controls', this.text.id);
    TOOLS.forEach((tool, at) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.title = tool.name;
      button.setAttribute('aria-label', tool.name);
      button.textContent = tool.text;
      button.tabIndex = at === 0 ? 0 : -1;
      button.addEventListener('click', () => this.apply(tool));
      bar.append(button);
    });
    bar.addEventListener('keydown', event => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!by) return;
      const buttons = [...bar.querySelectorAll('button')];
      const next = buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length];
      buttons.forEach(button => { button.tabIndex = button === next ? 0 : -1; });
      next.focus();
    });
    this.count = document.createElement('output');
    bar.append(this.count);
    this.prepend(bar);
    this.text.addEventListener('input', () => this.words());
    this.text.addEventListener('keydown', event => {
      const tool = (event.ctrlKey || event.metaKey) && TOOLS.find(it => it.key === event.key.toLowerCase());
      if (!tool) return;
      event.preventDefault();
      this.apply(tool);
    });
    this.words();
  }

  words() {
    const count = this.text.value.match(/[\p{L}\p{N}][\p{L}\p{N}’'.-]*/gu)?.length ?? 0;
    this.count.textContent = count + (count === 1 ? ' word' : ' words');
  }

  apply(tool) {
    const text = this.text;
    text.focus();
    let {selectionStart: start, selectionEnd: end} = text;
    let chosen = text.value.slice(start, end);
    if (tool.line) {
      start = text.value.lastIndexOf('\n', start - 1) + 1;
      chosen = text.value.slice(start, end);
      text.setSelectionRange(start, end);
      this.type(chosen.split('\n').map(line => line.startsWith(tool.line) ? line.slice(tool.line.length) : tool.line + line).join('\n'));
      return;
    }
    const [open, close] = tool.wrap;
    const inner = chosen || tool.blank;
    this.type(open + inner + close);
    text.setSelectionRange(start + open.length, start + open.length + inner.length);
  }

  // As if typed, so that the browser's undo knows it.
  type(text) {
    if (!document.execCommand('insertText', false, text)) {
      this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, 'end');
      this.text.dispatchEvent(new Event('input', {bubbles: true}));
    }
  }
});
