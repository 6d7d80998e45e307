// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.setup;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * The page that the one-time setup link opens. The link carries its token in the fragment, which browsers do not send, so no log contains
 * it.
 */
@RestController
class SetupPage {
    private final Setup setup;

    SetupPage(Setup setup) {
        this.setup = setup;
    }

    record Completion(String token, String username, String displayName, String password) {
        @Override
        public String toString() {
            return "Completion[" + username + "]";
        }
    }

    record Completed(String username) {}

    @PostMapping(path = "/setup", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    Completed complete(@RequestBody Completion completion) {
        return new Completed(setup.complete(
                        completion.token(), completion.username(), completion.displayName(), completion.password())
                .username());
    }

    @GetMapping(path = "/setup", produces = "text/html;charset=UTF-8")
    String page() {
        return """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>Set up Imprimatur</title>
                <script src="/setup.js" defer></script>
                <main>
                  <h1>Make the first administrator</h1>
                  <p>One person alone can never publish here: afterwards, make accounts for an editor and a reviewer.</p>
                  <form id="setup">
                    <p><label>Username <input name="username" autocomplete="username" required></label>
                    <p><label>Name as others see it <input name="displayName" autocomplete="name" required></label>
                    <p><label>Password, 12 characters or more
                      <input name="password" type="password" minlength="12" autocomplete="new-password" required></label>
                    <p><button>Make the account</button>
                    <p role="status" id="status">
                  </form>
                  <noscript>This page needs JavaScript; without it, POST the same as JSON to /setup.</noscript>
                </main>
                """;
    }

    @GetMapping(path = "/setup.js", produces = "text/javascript;charset=UTF-8")
    String script() {
        return """
                const form = document.getElementById('setup'), status = document.getElementById('status');
                form.addEventListener('submit', async event => {
                  event.preventDefault();
                  const body = Object.fromEntries(new FormData(form));
                  body.token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
                  const answer = await fetch('/setup', {
                    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
                  const told = await answer.json();
                  status.textContent = answer.ok
                    ? `The account ${told.username} is made. This page is closed for good.`
                    : [told.detail, ...(told.errors ?? []).map(e => e.pointer + ': ' + e.detail)].join(' ');
                  if (answer.ok) { history.replaceState(null, '', '/setup'); form.querySelector('button').disabled = true; }
                });
                """;
    }
}
