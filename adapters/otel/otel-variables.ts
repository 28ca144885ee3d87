/** The standard variables, as far as they are read (OpenTelemetry specification, SDK environment variables; OTLP exporter). */
export interface OtelVariables {
  /** Where spans go; undefined where nothing is to be sent. */
  readonly tracesUrl: URL | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: "http/protobuf" | "http/json";
  /** Milliseconds that one export may take. */
  readonly timeoutMs: number;
  readonly sampler: SamplerChoice;
  readonly resource: Readonly<Record<string, string>>;
}

export interface SamplerChoice {
  readonly kind: "always_on" | "always_off" | "traceidratio";
  /** A span whose parent is known is sampled as its parent is. */
  readonly isParentBased: boolean;
  /** Share of traces, for `traceidratio`. */
  readonly ratio: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** An export that takes longer is given up, whatever the variable says. */
const LONGEST_TIMEOUT_MS = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables. `tell` gets one sentence for each that cannot be used; its default then counts, or nothing is sent. */
export function readOtelVariables(environment: Environment, tell: (problem: string) => void): OtelVariables {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const isOff = read("OTEL_SDK_DISABLED")?.toLowerCase() === "true" || read("OTEL_TRACES_EXPORTER") === "none";
  const tracesUrl = isOff ? undefined : readTracesUrl(read, tell);
  if (!isOff && !read("OTEL_EXPORTER_OTLP_ENDPOINT") && !read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")) tell(NO_ENDPOINT);
  return {
    tracesUrl,
    headers: readPairs(read, ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"], isHeader, tell),
    protocol: readProtocol(read, tell),
    timeoutMs: Math.min(LONGEST_TIMEOUT_MS, readNumber(read, "OTEL_EXPORTER_OTLP_TIMEOUT", tell) ?? DEFAULT_TIMEOUT_MS),
    sampler: readSampler(read, tell),
    resource: readResource(read, tell),
  };
}

type Read = (name: string) => string | undefined;
type Tell = (problem: string) => void;

const NO_ENDPOINT = "No spans are sent: set OTEL_EXPORTER_OTLP_ENDPOINT to the address of an OTLP receiver.";

function readTracesUrl(read: Read, tell: Tell): URL | undefined {
  const own = read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const base = read("OTEL_EXPORTER_OTLP_ENDPOINT");
  const name = own === undefined ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  const text = own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, "")}/v1/traces`);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Credentials in an address would be in every error about it.
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  tell(
    `No spans are sent: ${name} must be an http or https URL without a user name, such as https://otlp.example:4318.`,
  );
  return undefined;
}

function readProtocol(read: Read, tell: Tell): OtelVariables["protocol"] {
  const protocol = read("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? read("OTEL_EXPORTER_OTLP_PROTOCOL") ?? "http/protobuf";
  if (protocol === "http/json" || protocol === "http/protobuf") return protocol;
  tell("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json; http/protobuf is used.");
  return "http/protobuf";
}

/** `name=value,name=value`, whose values are percent-encoded (W3C Baggage §3.3). No sentence repeats a value. */
function readPairs(
  read: Read,
  names: readonly string[],
  isValid: (name: string, value: string) => boolean,
  tell: Tell,
): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const variable of names) {
    for (const member of read(variable)?.split(",") ?? []) {
      if (member.trim() === "") continue;
      const [name = "", value] = [member.split("=", 1)[0]?.trim(), member.split("=").slice(1).join("=").trim()];
      const decoded = decode(value);
      if (member.includes("=") && decoded !== undefined && isValid(name, decoded)) pairs[name] = decoded;
      else
        tell(
          `${variable} must be name=value, separated by commas, with values in percent-encoding; one of them is left out.`,
        );
    }
  }
  return pairs;
}

const isHeader = (name: string, value: string): boolean =>
  /^[!#$%&'*+.^`|~\w-]+$/.test(name) && /^[\t -~]*$/.test(value);

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function readNumber(read: Read, name: string, tell: Tell): number | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  tell(`${name} must be a whole number of milliseconds; its default is used.`);
  return undefined;
}

const SAMPLERS: ReadonlySet<string> = new Set(["always_on", "always_off", "traceidratio"]);

function readSampler(read: Read, tell: Tell): SamplerChoice {
  const name = read("OTEL_TRACES_SAMPLER") ?? "parentbased_always_on";
  const isParentBased = name.startsWith("parentbased_");
  const kind = name.replace(/^parentbased_/, "");
  if (!SAMPLERS.has(kind)) {
    tell(
      "OTEL_TRACES_SAMPLER must be always_on, always_off, traceidratio or one of them behind parentbased_; parentbased_always_on is used.",
    );
    return { kind: "always_on", isParentBased: true, ratio: 1 };
  }
  const argument = read("OTEL_TRACES_SAMPLER_ARG");
  const ratio = argument === undefined ? 1 : Number(argument);
  if (kind === "traceidratio" && !(ratio >= 0 && ratio <= 1)) {
    tell("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1; 1 is used.");
    return { kind, isParentBased, ratio: 1 };
  }
  return { kind: kind as SamplerChoice["kind"], isParentBased, ratio };
}

function readResource(read: Read, tell: Tell): Record<string, string> {
  const attributes = readPairs(read, ["OTEL_RESOURCE_ATTRIBUTES"], (name) => name !== "", tell);
  // The names that platforms give their instances.
  const service = read("OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? platformName(read);
  const project = read("GOOGLE_CLOUD_PROJECT");
  return { ...(project && { "gcp.project_id": project }), ...attributes, "service.name": service ?? "mcp-server" };
}

const platformName = (read: Read): string | undefined =>
  read("AWS_LAMBDA_FUNCTION_NAME") ?? read("WEBSITE_SITE_NAME") ?? read("K_SERVICE");
