/** A new instance. It serves one request, reports, and then serves as many more as its last argument says. */
import { type Form, loadHandler } from "./lambda-host.ts";

/** One line of the instance's output. */
export interface FreshReport {
  /** Milliseconds since the process started. */
  readonly cpuMs: number;
  /** Over the further requests; absent in the first line. */
  readonly meanMs?: number;
  readonly meanCpuMs?: number;
}

/** Marks the reports, because servers may write lines of their own. */
const MARK = "bench ";

const [url = "", form = "", name = "", event = "{}", further = "0"] = process.argv.slice(2);
const invoke = await loadHandler(url, form as Form, name);
const parsed = JSON.parse(event);
const serve = async (onAnswer?: () => void): Promise<void> => {
  const { statusCode, body } = await invoke(parsed, onAnswer);
  if (statusCode !== 200 || body.includes('"error"') || body.includes('"isError"')) throw new Error(body);
};
const report = (text: FreshReport): void => {
  process.getBuiltinModule("node:fs").writeSync(1, `${MARK}${JSON.stringify(text)}\n`);
};
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let firstCpuMs = 0;
await serve(() => {
  firstCpuMs = cpuMs();
  report({ cpuMs: firstCpuMs });
});
const count = Number(further);
if (count > 0) {
  const startedAt = performance.now();
  for (let number = 0; number < count; number++) await serve();
  const meanMs = (performance.now() - startedAt) / count;
  report({ cpuMs: firstCpuMs, meanMs, meanCpuMs: (cpuMs() - firstCpuMs) / count });
}
process.exit(0);
