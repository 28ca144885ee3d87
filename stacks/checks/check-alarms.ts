import type { Construct } from "constructs";
import type { McpServerProps } from "../mcp-server-props.ts";
import { checkWholeNumber } from "./check-whole-number.ts";
import { refuse, refuseUnknown } from "./refuse.ts";

/** Each takes two of the 100 metric filters that a log group may have ("CloudWatch Logs quotas"). */
const MOST_TOOLS = 40;

/** Refuses alarms that could not go off, or that CloudWatch would not make. */
export function checkAlarms(scope: Construct, { alarms = {}, ingress, tasks }: McpServerProps): void {
  const { tools = [], ...thresholds } = alarms;
  if (ingress === "web-function" && (alarms.errors ?? alarms.throttles) !== undefined) {
    const given = alarms.errors === undefined ? "throttles" : "errors";
    refuse(scope, `alarms.${given}`, 'is not for ingress "web-function", which has no such metric here.');
  }
  if (!tasks && (alarms.jobAgeMilliseconds ?? alarms.lostJobs) !== undefined) {
    const given = alarms.lostJobs === undefined ? "jobAgeMilliseconds" : "lostJobs";
    refuse(scope, `alarms.${given}`, "is for servers with tasks: set tasks to true.");
  }
  for (const [name, threshold] of Object.entries(thresholds)) {
    const max = name === "failedCallPercent" ? 100 : Number.MAX_SAFE_INTEGER;
    checkWholeNumber(scope, `alarms.${name}`, threshold, { min: 1, max });
  }
  if (tools.length > MOST_TOOLS) refuse(scope, "alarms.tools", `must be at most ${MOST_TOOLS}, not ${tools.length}.`);
  for (const [index, tool] of tools.entries()) {
    refuseUnknown(scope, "alarms.tools", tool);
    if (!/^[\w.-]{1,128}$/.test(tool))
      refuse(scope, "alarms.tools", `must be names of tools, such as search_notes, not ${JSON.stringify(tool)}.`);
    if (tools.indexOf(tool) < index) refuse(scope, "alarms.tools", `has ${tool} twice.`);
  }
}
