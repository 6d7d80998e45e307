// SPDX-License-Identifier: Apache-2.0
// Shows the server's times in the reader's time zone, with dates in the server's format. Relative times are updated as time passes.
const MINUTE = 60_000, HOUR = 60 * MINUTE, EVERY = 10_000;
const server = Date.parse(document.querySelector('meta[name=now]')?.content ?? '');
// the difference between the server's clock and the clock of this browser
const ahead = Number.isNaN(server) ? 0 : server - Date.now();

const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = number => String(number).padStart(2, '0');
const dayOf = at => `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
export const hourOf = at => `${two(at.getHours())}:${two(at.getMinutes())}`;
export const momentOf = at => `${dayOf(at)}, ${hourOf(at)}`;

const exactly = (at, now) => dayOf(at) === dayOf(now) ? hourOf(at) : momentOf(at);

function relative(at, now) {
  const past = now - at;
  const span = Math.abs(past);
  if (dayOf(at) !== dayOf(now) && span >= HOUR) return exactly(at, now);
  // the page took a moment to arrive, so this clock may be some seconds behind the server
  if (span < MINUTE) return past < -EVERY ? 'in a moment' : 'just now';
  const words = span < HOUR ? count(Math.floor(span / MINUTE), 'minute') : count(Math.floor(span / HOUR), 'hour');
  return past < 0 ? `in ${words}` : `${words} ago`;
}

function show(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const now = new Date(Date.now() + ahead);
  // a screen reader would read a changing text within a status again and again
  const text = time.closest('[role=status]') ? exactly(at, now) : relative(at, now);
  if (time.textContent !== text) time.textContent = text;
  const title = at.toLocaleString('en-GB', {dateStyle: 'full', timeStyle: 'long'});
  if (time.title !== title) time.title = title;
}

// a schedule is entered in the time zone of the person, unless it has one
document.querySelectorAll('input[data-zone]').forEach(input => {
  input.value = Intl.DateTimeFormat().resolvedOptions().timeZone || input.value;
});

const showAll = () => document.querySelectorAll('time[data-time]').forEach(show);
showAll();
setInterval(showAll, EVERY);
new MutationObserver(changes => {
  const added = changes.flatMap(change => [...change.addedNodes]).filter(node => node.nodeType === Node.ELEMENT_NODE);
  added.flatMap(node => [...node.querySelectorAll('time[data-time]'), ...(node.matches('time[data-time]') ? [node] : [])]).forEach(show);
}).observe(document.body, {childList: true, subtree: true});
