/** `npm run simulate`: what a deployment asks of its store, in virtual time, and what a day of it costs. */
import { Console } from "node:console";
import { parseArgs } from "node:util";
import { quantile } from "../quantile.ts";
import { dollarsPerDay, PRICES } from "./prices.ts";
import { simulate, simulatePublishers } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    instances: { type: "string", default: "100" },
    streams: { type: "string", default: "1000" },
    calls: { type: "string", default: "20" },
    changes: { type: "string", default: "1" },
    seconds: { type: "string", default: "30" },
    publishers: { type: "string", default: "1000" },
  },
});
const seconds = Number(values.seconds);
const output = new Console(process.stdout);
const simulation = await simulate({
  instances: Number(values.instances),
  streams: Number(values.streams),
  callsPerSecond: Number(values.calls),
  changesPerSecond: Number(values.changes),
  seconds,
});
const { meter, busiest, throttled, heard, due, delaysMs } = simulation;
const round = (value: number): number => Math.round(value * 100) / 100;
output.log(
  `${values.instances} instances, ${values.streams} streams, ${values.calls} calls and ${values.changes} changes a second:`,
);
output.table([{ "reads a second": round(meter.reads / seconds), "writes a second": round(meter.writes / seconds) }]);
output.log(`busiest partition for reads: ${busiest.reads.partition}, ${busiest.reads.readUnits} units in a second`);
output.log(`busiest partition for writes: ${busiest.writes.partition}, ${busiest.writes.writeUnits} units in a second`);
output.log(`throttled: ${throttled}; messages that streams heard: ${heard} of ${due}`);
output.log(`from a change to a stream (ms): median ${quantile(delaysMs, 0.5)}, p99 ${quantile(delaysMs, 0.99)}`);
output.table(
  PRICES.map((prices) => ({ store: prices.store, "$ a day": round(dollarsPerDay(prices, meter, seconds)) })),
);
const publishers = await simulatePublishers(Number(values.publishers));
output.log(
  `${values.publishers} instances publish at once: ${publishers.heard} heard after ${publishers.ms} ms, ${publishers.meter.writes} writes`,
);
process.exit(0);
