// SPDX-License-Identifier: Apache-2.0
import { cms, now, TYPE } from "../cms";
import { GuideList } from "./guide";

export const revalidate = 3600;

export default async function Roles() {
  const guides = [];
  for await (const guide of cms.all(TYPE, { ...now(), fields: ["title", "summary"] })) guides.push(guide);
  return <GuideList heading="Roles" guides={guides} />;
}
