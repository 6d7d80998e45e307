// SPDX-License-Identifier: Apache-2.0
// markdown-it as a module; its one file defines a global name.
import 'markdown-it/script';

export default globalThis.markdownit;
