// SPDX-License-Identifier: Apache-2.0
import { guides } from "./cms.mjs";

export default function (eleventy) {
  eleventy.addGlobalData("guides", guides);
  return { dir: { input: "src" } };
}
