import type { HclType } from "../schemas/slice.ts";
import { standIn } from "./stand-ins.ts";
import type { WireValue } from "./wire-values.ts";

type Exported = { [name: string]: string | Exported };

/**
 * The `output` of azapi's resources: the paths of Azure's answer that `response_export_values` lists, each with a text in
 * place of the value. Other kinds of lists, and queries, have no stand-in.
 */
export function exportedValues(paths: WireValue | undefined, seed: string): WireValue {
  const [, listed] = Array.isArray(paths) ? (paths as readonly WireValue[]) : [];
  if (!Array.isArray(listed)) return null;
  const exported: Exported = {};
  for (const path of listed) {
    if (typeof path !== "string" || !/^[\w.]+$/.test(path)) continue;
    const names = path.split(".");
    const last = names.pop() as string;
    let object = exported;
    for (const name of names) {
      object[name] ??= {};
      object = object[name] as Exported;
    }
    object[last] = standIn("string", `${seed}.${path}`) as string;
  }
  return [Buffer.from(JSON.stringify(typeOf(exported))), exported];
}

const typeOf = (value: string | Exported): HclType =>
  typeof value === "string"
    ? "string"
    : ["object", Object.fromEntries(Object.entries(value).map(([name, one]) => [name, typeOf(one)]))];
