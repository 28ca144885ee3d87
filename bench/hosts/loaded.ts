/** Serves one request and prints which files of the artefact were loaded for it, as a JSON array of names. */
import { registerHooks } from "node:module";
import { type Form, loadHandler } from "./lambda-host.ts";

const [url = "", form = "", name = "", event = "{}"] = process.argv.slice(2);
const folder = new URL(".", url).href;
const loaded = new Set<string>();
registerHooks({
  load(file, context, nextLoad) {
    if (file.startsWith(folder)) loaded.add(file.slice(folder.length));
    return nextLoad(file, context);
  },
});
const invoke = await loadHandler(url, form as Form, name);
const { statusCode, body } = await invoke(JSON.parse(event));
if (statusCode !== 200 || body.includes('"error"') || body.includes('"isError"')) throw new Error(body);
process.getBuiltinModule("node:fs").writeSync(1, JSON.stringify([...loaded]));
process.exit(0);
