import { type Read, readMilliseconds, readPairs, type Tell } from "./read-values.ts";
import { readSampler, type SamplerChoice } from "./sampler.ts";

/** The standard variables, as far as they are read (OpenTelemetry specification, SDK environment variables; OTLP exporter). */
export interface OtelVariables {
  /** Where spans go; undefined where none are to be sent. */
  readonly traces: Destination | undefined;
  /** Where metrics go; undefined where none are to be sent. */
  readonly metrics: Destination | undefined;
  readonly temporality: Temporality;
  /** Milliseconds between two exports of metrics by an instance that serves many requests at a time. */
  readonly metricIntervalMs: number;
  readonly sampler: SamplerChoice;
  readonly resource: Readonly<Record<string, string>>;
}

/** Whether a data point counts since the one before it, or since the start of the process. */
type Temporality = "delta" | "cumulative";

/** A receiver of one signal. */
export interface Destination {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: "http/protobuf" | "http/json";
  /** Milliseconds that one export may take. */
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** An export that takes longer is given up, whatever the variable says. */
const LONGEST_TIMEOUT_MS = 10_000;
const DEFAULT_INTERVAL_MS = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables. `tell` gets one sentence for each that cannot be used; its default then counts, or nothing is sent. */
export function readOtelVariables(environment: Environment, tell: Tell): OtelVariables {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const isOff = read("OTEL_SDK_DISABLED")?.toLowerCase() === "true";
  // Both signals read the shared variables, and a problem in one of those is told once.
  const told = new Set<string>();
  const tellOnce = (problem: string): void => {
    if (!told.has(problem)) tell(problem);
    told.add(problem);
  };
  const traces = isOff ? undefined : readDestination(read, "TRACES", tellOnce);
  const metrics = isOff ? undefined : readDestination(read, "METRICS", tellOnce);
  const names = ["", "_TRACES", "_METRICS"].map((signal) => `OTEL_EXPORTER_OTLP${signal}_ENDPOINT`);
  const isWanted = read("OTEL_TRACES_EXPORTER") !== "none" || read("OTEL_METRICS_EXPORTER") !== "none";
  if (!isOff && isWanted && !names.some(read)) tell(NO_ENDPOINT);
  return {
    traces,
    metrics,
    temporality: readTemporality(read, metrics, tell),
    metricIntervalMs: readMilliseconds(read, "OTEL_METRIC_EXPORT_INTERVAL", tell) ?? DEFAULT_INTERVAL_MS,
    sampler: readSampler(read, tell),
    resource: readResource(read, tell),
  };
}

const NO_ENDPOINT = "No spans or metrics are sent: set OTEL_EXPORTER_OTLP_ENDPOINT to the address of an OTLP receiver.";

const WORD = { TRACES: "spans", METRICS: "metrics" } as const;

function readDestination(read: Read, signal: "TRACES" | "METRICS", tell: Tell): Destination | undefined {
  if (read(`OTEL_${signal}_EXPORTER`) === "none") return undefined;
  const url = readUrl(read, signal, tell);
  if (!url) return undefined;
  const timeout = ["OTEL_EXPORTER_OTLP_TIMEOUT", `OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`]
    .map((name) => readMilliseconds(read, name, tell))
    .findLast((found) => found !== undefined);
  const headers = ["OTEL_EXPORTER_OTLP_HEADERS", `OTEL_EXPORTER_OTLP_${signal}_HEADERS`];
  return {
    url,
    headers: readPairs(read, headers, isHeader, tell),
    protocol: readProtocol(read, signal, tell),
    timeoutMs: Math.min(LONGEST_TIMEOUT_MS, timeout ?? DEFAULT_TIMEOUT_MS),
  };
}

function readUrl(read: Read, signal: "TRACES" | "METRICS", tell: Tell): URL | undefined {
  const own = read(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
  const base = read("OTEL_EXPORTER_OTLP_ENDPOINT");
  // X-Ray takes spans alone: CloudWatch takes metrics at an address of its own ("OTLP endpoints").
  if (own === undefined && signal === "METRICS" && /^https:\/\/xray\./.test(base ?? "")) return undefined;
  const text = own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, "")}/v1/${signal.toLowerCase()}`);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Credentials in an address would be in every error about it.
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  const [what, name] =
    own === undefined
      ? ["spans or metrics", "OTEL_EXPORTER_OTLP_ENDPOINT"]
      : [WORD[signal], `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  tell(
    `No ${what} are sent: ${name} must be an http or https URL without a user name, such as https://otlp.example:4318.`,
  );
  return undefined;
}

function readProtocol(read: Read, signal: "TRACES" | "METRICS", tell: Tell): Destination["protocol"] {
  const own = read(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`);
  const protocol = own ?? read("OTEL_EXPORTER_OTLP_PROTOCOL") ?? "http/protobuf";
  if (protocol === "http/json" || protocol === "http/protobuf") return protocol;
  const name = own === undefined ? "OTEL_EXPORTER_OTLP_PROTOCOL" : `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  tell(`${name} must be http/protobuf or http/json; http/protobuf is used.`);
  return "http/protobuf";
}

/**
 * Instances are many and short-lived, and nobody sees the end of one: what each has counted since its last word adds up whoever
 * counted it. Google keeps metrics as Prometheus does, which is counted from a start on ("v1.metrics overview").
 */
function readTemporality(read: Read, metrics: Destination | undefined, tell: Tell): Temporality {
  const preset = metrics?.url.hostname === "telemetry.googleapis.com" ? "cumulative" : "delta";
  const name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
  const wanted = read(name)?.toLowerCase() ?? preset;
  if (wanted === "delta" || wanted === "cumulative") return wanted;
  tell(`${name} must be delta or cumulative; ${preset} is used.`);
  return preset;
}

const isHeader = (name: string, value: string): boolean =>
  /^[!#$%&'*+.^`|~\w-]+$/.test(name) && /^[\t -~]*$/.test(value);

function readResource(read: Read, tell: Tell): Record<string, string> {
  const attributes = readPairs(read, ["OTEL_RESOURCE_ATTRIBUTES"], (name) => name !== "", tell);
  // The names that platforms give their instances.
  const service = read("OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? platformName(read);
  const project = read("GOOGLE_CLOUD_PROJECT");
  return { ...(project && { "gcp.project_id": project }), ...attributes, "service.name": service ?? "mcp-server" };
}

const platformName = (read: Read): string | undefined =>
  read("AWS_LAMBDA_FUNCTION_NAME") ?? read("WEBSITE_SITE_NAME") ?? read("K_SERVICE");
