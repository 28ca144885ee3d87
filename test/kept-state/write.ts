/** Writes `versions/<version>.json`: what this version of the toolkit leaves in a store. */
import { writeFileSync } from "node:fs";
import manifest from "../../package.json" with { type: "json" };
import { leaveState } from "./leave-state.ts";
import { createRecordedStore } from "./recorded-store.ts";

const { store, items } = createRecordedStore();
const facts = await leaveState(store);
const state = { at: Date.now(), facts, items: await items() };
const file = new URL(`./versions/${manifest.version}.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify(state, undefined, 2)}\n`);
