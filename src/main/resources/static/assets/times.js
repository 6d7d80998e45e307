// Times of the server as the reader's zone and locale have them. Relative ones go on as time passes.
const MINUTE = 60_000, HOUR = 60 * MINUTE, EVERY = 10_000;
const server = Date.parse(document.querySelector('meta[name=now]')?.content ?? '');
// how far the server's clock is ahead of this one
const ahead = Number.isNaN(server) ? 0 : server - Date.now();

const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;
const dayOf = at => at.toLocaleDateString('en-CA');

function exactly(at, now) {
  return at.toLocaleString(undefined, dayOf(at) === dayOf(now) ? {timeStyle: 'short'} : {dateStyle: 'medium', timeStyle: 'short'});
}

function told(at, now) {
  const past = now - at;
  const span = Math.abs(past);
  if (dayOf(at) !== dayOf(now) && span >= HOUR) return exactly(at, now);
  if (span < MINUTE) return past < 0 ? 'in a moment' : 'just now';
  const words = span < HOUR ? count(Math.floor(span / MINUTE), 'minute') : count(Math.floor(span / HOUR), 'hour');
  return past < 0 ? `in ${words}` : `${words} ago`;
}

function show(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const now = new Date(Date.now() + ahead);
  // within a status a text that changed by itself would be read aloud again and again
  const text = time.closest('[role=status]') ? exactly(at, now) : told(at, now);
  if (time.textContent !== text) time.textContent = text;
  const title = at.toLocaleString(undefined, {dateStyle: 'full', timeStyle: 'long'});
  if (time.title !== title) time.title = title;
}

const showAll = () => document.querySelectorAll('time[data-time]').forEach(show);
showAll();
setInterval(showAll, EVERY);
new MutationObserver(changes => {
  const added = changes.flatMap(change => [...change.addedNodes]).filter(node => node.nodeType === Node.ELEMENT_NODE);
  added.flatMap(node => [...node.querySelectorAll('time[data-time]'), ...(node.matches('time[data-time]') ? [node] : [])]).forEach(show);
}).observe(document.body, {childList: true, subtree: true});
