// SPDX-License-Identifier: Apache-2.0
// The account of this page. After a new sign-in in any tab, an old page can continue: it fetches the token of the new session here.
const token = document.querySelector('meta[name=csrf]');
export const account = document.querySelector('meta[name=account]')?.content;
export const ownName = document.querySelector('meta[name=account-name]')?.content ?? account;

// A name within a sentence, isolated from the direction of the text around it.
export const isolated = name => `\u2068${name}\u2069`;

// Headers that name the account of this page and prove that the request comes from it.
export const headers = () => ({'X-Requested-With': 'words', 'X-CSRF-TOKEN': token?.content ?? '', 'Imprimatur-Account': account});

// The account that this browser is signed in with now, {account, name}, or null. If it is the account of this page, the page gets its
// token.
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
