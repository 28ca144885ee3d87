import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { synthesize } from "../stacks/synthesis.ts";
import { attributesIn, objectsIn } from "./module-text.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const ALARM =
  /^resource "(?:aws_cloudwatch_metric_alarm|azurerm_monitor_\w*alert\w*|google_monitoring_alert_policy)" .*\n/gm;

/** The alarms that the files of the modules name, without the server's name before them. */
function alarmsOfModules(): Set<string> {
  const names = new Set<string>();
  for (const file of globSync("templates/*/*.tf", { cwd: ROOT })) {
    const text = read(file);
    for (const [name, attributes] of objectsIn(text))
      if (attributes.has("description") && (attributes.has("threshold") || attributes.has("query"))) names.add(name);
    for (const { index } of text.matchAll(ALARM)) {
      const alarm = text.slice(index, text.indexOf("\n}\n", index));
      if (!alarm.includes("local.runbook")) throw new Error(`An alarm of ${file} does not name the page: ${alarm}`);
      const attributes = attributesIn(alarm, 2);
      const written = attributes.get("alarm_name") ?? attributes.get("display_name") ?? attributes.get("name") ?? "";
      const [, name] = /^"\$\{var\.name\}-(.+)"$/.exec(written) ?? [];
      if (name === undefined) throw new Error(`An alarm of ${file} has no name of the server's: ${written}`);
      // The keys are those of the objects above.
      if (!name.startsWith("$")) names.add(name);
    }
  }
  return names;
}

/** The alarms of the CDK stack, in the words of the modules. */
function alarmsOfStack(): Set<string> {
  const alarms = synthesize({ ingress: "rest-api", tasks: true }).resources("AWS::CloudWatch::Alarm");
  for (const [, { Properties }] of alarms) expect(Properties.AlarmDescription).toContain("docs/alarms.md");
  const ids = alarms.map(([id]) => /^Server(\w+)Alarm[0-9A-F]{8}$/.exec(id)?.[1] ?? id);
  return new Set(ids.map((id) => id.replaceAll(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase()));
}

test("every alarm has a part of the page that says what to do, and there is no other", () => {
  const modules = alarmsOfModules();
  expect([...modules]).toEqual(expect.arrayContaining(["slow", "down", "failing-jobs", "table-throttles", "restarts"]));
  const parts = [...read("docs/alarms.md").matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  const alarms = [...new Set([...modules, ...alarmsOfStack()])].sort();
  expect(parts.slice(1).sort()).toEqual(alarms);
});
