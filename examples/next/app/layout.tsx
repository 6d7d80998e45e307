// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";

export const metadata = { title: { default: "Roles", template: "%s | Roles" } };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header>
          <a href="/">Roles</a>
          <form action="/search">
            <input type="search" name="q" aria-label="Search roles" maxLength={200} required /> <button>Search</button>
          </form>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
