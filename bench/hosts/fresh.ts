/** A new instance: it answers one request and says so, then as many more as it is told to. */
import { loadHandler } from "./lambda-host.ts";

/** What a line of its output says. */
export interface FreshReport {
  /** Milliseconds since the process began. */
  readonly cpuMs: number;
  /** Each of the further requests; absent in the first line. */
  readonly meanMs?: number;
  readonly meanCpuMs?: number;
}

/** Before each line, because servers may write lines of their own. */
const MARK = "bench ";

const [url = "", form = "", name = "", event = "{}", further = "0"] = process.argv.slice(2);
const invoke = await loadHandler(url, form as "buffered" | "streamed", name);
const parsed = JSON.parse(event);
const serve = async (): Promise<void> => {
  const { statusCode, body } = await invoke(parsed);
  if (statusCode !== 200 || body.includes('"error"') || body.includes('"isError"')) throw new Error(body);
};
const report = (text: FreshReport): void => {
  process.getBuiltinModule("node:fs").writeSync(1, `${MARK}${JSON.stringify(text)}\n`);
};
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

await serve();
const firstCpuMs = cpuMs();
report({ cpuMs: firstCpuMs });
const count = Number(further);
if (count > 0) {
  const startedAt = performance.now();
  for (let number = 0; number < count; number++) await serve();
  const meanMs = (performance.now() - startedAt) / count;
  report({ cpuMs: firstCpuMs, meanMs, meanCpuMs: (cpuMs() - firstCpuMs) / count });
}
process.exit(0);
