// SPDX-License-Identifier: Apache-2.0
// Who is signed in, as far as this page knows. Signing in again, in whatever tab, is enough for an old page to go on: the
// token of the new session is asked for here.
const token = document.querySelector('meta[name=csrf]');
export const account = document.querySelector('meta[name=account]')?.content;
export const ownName = document.querySelector('meta[name=account-name]')?.content ?? account;

// A name within a sentence, whatever direction it is written in.
export const isolated = name => `\u2068${name}\u2069`;

// Who wrote what a script sends, and that this page may send it.
export const headers = () => ({'X-Requested-With': 'words', 'X-CSRF-TOKEN': token?.content ?? '', 'Imprimatur-Account': account});

// Who this browser is signed in as now, {account, name}, or null. If it is still this page's account, the page has its token.
export async function signedInAs() {
  const answer = await fetch('/studio/session', {credentials: 'same-origin', headers: {'X-Requested-With': 'words'}, redirect: 'manual'});
  if (!answer.ok) return null;
  const now = await answer.json();
  if (now.account === account) {
    token.content = now.csrf.token;
    for (const field of document.querySelectorAll('input[name=_csrf]')) field.value = now.csrf.token;
  }
  return now;
}
