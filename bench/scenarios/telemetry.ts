import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Row, type Target, timedRow } from "../report/row.ts";
import { differenceOf, ratioOf, type Sample, shuffled, summaryOf } from "../report/sample.ts";
import { toEvent } from "../requests.ts";
import { OURS, OURS_WITH_API, OURS_WITH_OTEL, type Subject } from "../subjects.ts";
import { TELEMETRY_API, TELEMETRY_SENT } from "../targets.ts";
import { type Cell, cellRow, measureCells } from "./cells.ts";
import { startFresh } from "./fresh-process.ts";
import { CONNECTIONS, measureServers, startHttpServer } from "./http-server.ts";
import { loadedFiles } from "./loaded-files.ts";
import { firstRequest } from "./reading.ts";
import type { Bench, Finding } from "./scenario.ts";
import { absentRows } from "./telemetry-absent.ts";
import { startWorker } from "./worker.ts";

const NOTE =
  "Telemetry: beside the same server without it. A start ends with the last byte of the first answer; what `mcp-anycloud/otel` loads and sends after it is in the time of the invocation, which is the row of a warm call on Lambda: there each invocation waits for its export. In the container form, spans go every half second. The receiver is on loopback, in the process of the client. In a profile of the container form (November 2026), OpenTelemetry's SDK took 7 parts of 100 and the code of this package around it 3; most of the rest of the difference is the sending of spans: without any code of ours, ×1.39 would be ×1.35.";

/** A server that is observed, beside the same one that is not. */
export async function measureTelemetry(bench: Bench): Promise<Finding> {
  await using receiver = await startReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address };
  const rows = [
    ...absentRows(bench.artefacts.ours),
    ...(await loadedRows(bench, environment)),
    ...(await startRows(bench, environment)),
    ...(await warmRows(bench, environment)),
    ...(await invocationRows(bench, environment)),
  ];
  if (receiver.bytes === 0) throw new Error("The receiver was sent nothing: what was measured is no telemetry.");
  return { rows, notes: [NOTE] };
}

type Environment = Readonly<Record<string, string>>;

const SUBJECTS = [OURS, OURS_WITH_API, OURS_WITH_OTEL] as const;

async function loadedRows(bench: Bench, environment: Environment): Promise<Row[]> {
  const bytesOf = async (subject: Subject): Promise<number> => {
    const loaded = await loadedFiles(subject, bench, environment);
    return loaded.reduce((sum, name) => sum + (bench.artefacts[subject.source].files.get(name)?.bytes ?? 0), 0);
  };
  const before = await bytesOf(OURS);
  const rows: Row[] = [];
  for (const subject of [OURS_WITH_API, OURS_WITH_OTEL]) {
    const kilobytes = ((await bytesOf(subject)) - before) / 1000;
    const target = subject === OURS_WITH_API && TELEMETRY_API.kilobytes;
    rows.push({
      scenario: "telemetry: bytes that a call loads, beyond ours",
      subject: subject.title,
      unit: "kB",
      median: kilobytes,
      ...(target && { ours: { as: "itself", wall: kilobytes, target } }),
    });
  }
  return rows;
}

async function startRows({ artefacts, hosts, effort }: Bench, environment: Environment): Promise<Row[]> {
  const starters = SUBJECTS.map((subject) => ({ subject, samples: [] as Sample[] }));
  for (let round = 0; round < effort.starts; round++) {
    for (const { subject, samples } of shuffled(starters)) {
      const event = toEvent(firstRequest(subject));
      const options = { program: hosts.fresh, built: artefacts[subject.source], subject, event, environment };
      samples.push((await startFresh(options)).first);
    }
  }
  const before = starters.find(({ subject }) => subject === OURS)?.samples ?? [];
  const targets = new Map<Subject, Target>([
    [OURS_WITH_API, TELEMETRY_API.milliseconds],
    [OURS_WITH_OTEL, TELEMETRY_SENT.milliseconds],
  ]);
  return starters.flatMap(({ subject, samples }) => {
    const names = { subject: subject.title, unit: "ms" };
    const row = timedRow({ ...names, scenario: "telemetry: cold start" }, summaryOf(samples));
    const target = targets.get(subject);
    if (!target) return [row];
    const { wall, cpu } = differenceOf(samples, before);
    const ours = { as: "itself", wall, cpu, target } as const;
    return [row, { ...names, scenario: "telemetry: cold start, beyond ours", median: wall, cpu, ours }];
  });
}

async function warmRows({ artefacts, hosts, effort }: Bench, environment: Environment): Promise<Row[]> {
  using servers = new DisposableStack();
  const { url } = artefacts.oursContainer;
  const ours = servers.use(await startHttpServer({ title: OURS.title, program: hosts.http, url }));
  const observed = servers.use(
    await startHttpServer({
      title: OURS_WITH_OTEL.title,
      program: hosts.http,
      url: artefacts.oursWithOtelContainer.url,
      environment,
    }),
  );
  // Spans go every half second: a turn has several exports.
  await measureServers([ours, observed], { ...effort, turnMs: 2 * effort.turnMs });
  const scenario = `telemetry: tools/call over HTTP, ${CONNECTIONS} connections`;
  const row = ({ title, samples }: typeof ours, comparison?: Row["ours"]): Row =>
    timedRow({ scenario, subject: title, unit: "µs" }, summaryOf(samples), comparison);
  const ratio = ratioOf(observed.samples, ours.samples);
  return [row(ours), row(observed, { as: "times", ...ratio, target: TELEMETRY_SENT.warm })];
}

async function invocationRows({ artefacts, hosts, effort }: Bench, environment: Environment): Promise<Row[]> {
  await using workers = new AsyncDisposableStack();
  const cells: Cell[] = [];
  for (const subject of [OURS, OURS_WITH_OTEL]) {
    const sending = { ...subject, environment: { ...subject.environment, ...environment } };
    const options = { program: hosts.warm, built: artefacts[subject.source], subject: sending, tools: 2 };
    const worker = workers.use(await startWorker(options));
    cells.push({ subject, worker, method: "tools/call", tools: 2, era: "2026-07-28", samples: [] });
  }
  await measureCells(cells, effort);
  const [ours] = cells;
  return cells.map((cell) => cellRow("telemetry: warm invocation on Lambda, with its export", cell, ours));
}

interface Receiver extends AsyncDisposable {
  readonly address: string;
  /** Received so far. */
  readonly bytes: number;
}

/** Takes whatever it is sent. */
async function startReceiver(): Promise<Receiver> {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bytes() {
      return bytes;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
