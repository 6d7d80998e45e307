// SPDX-License-Identifier: Apache-2.0
export * from "./client.js";
export * from "./documents.js";
export * from "./proof.js";
