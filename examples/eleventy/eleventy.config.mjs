import { guides } from "./cms.mjs";

export default function (eleventy) {
  eleventy.addGlobalData("guides", guides);
  return { dir: { input: "src" } };
}
