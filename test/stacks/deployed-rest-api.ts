import type {
  GatewayResponse,
  LambdaProxy,
  Mock,
  RestApiDefinition,
  RestRoute,
} from "../../emulators/aws/ingress/rest-definition.ts";
import type { Synthesis } from "./synthesis.ts";
import { type Resolve, referencesIn } from "./template-values.ts";

interface MethodProperties {
  readonly AuthorizationType: RestRoute["authorization"];
  readonly HttpMethod: string;
  readonly ResourceId: unknown;
  readonly Integration: {
    readonly Type: string;
    readonly Uri?: unknown;
    readonly TimeoutInMillis?: number;
    readonly ResponseTransferMode?: "STREAM" | "BUFFERED";
    readonly ContentHandling?: string;
    readonly IntegrationResponses?: readonly MockResponse[];
  };
}

interface MockResponse {
  readonly ContentHandling?: string;
  readonly StatusCode: string;
  readonly ResponseParameters?: Readonly<Record<string, unknown>>;
  readonly ResponseTemplates?: Readonly<Record<string, unknown>>;
}

/** The REST API of a stack, as the emulator takes it. Throws where the template says what no emulator plays. */
export function readRestApi(synthesis: Synthesis, resolve: Resolve): RestApiDefinition {
  const { BinaryMediaTypes = [] } = synthesis.only("AWS::ApiGateway::RestApi") as { BinaryMediaTypes?: string[] };
  const routes = synthesis.resources("AWS::ApiGateway::Method").map(([, { Properties }]): RestRoute => {
    const { HttpMethod: method, AuthorizationType: authorization, ...rest } = Properties as unknown as MethodProperties;
    const { ResourceId, Integration } = rest;
    const integration = Integration.Type === "MOCK" ? readMock(Integration, resolve) : readProxy(Integration);
    return { method, authorization, resource: pathOf(synthesis, ResourceId) || "/", integration };
  });
  const responses = synthesis
    .resources("AWS::ApiGateway::GatewayResponse")
    .map(([, { Properties }]): GatewayResponse => {
      const { ResponseType, StatusCode, ResponseParameters } = Properties;
      const headers = headersOf(ResponseParameters as MockResponse["ResponseParameters"], "gatewayresponse", resolve);
      return { type: String(ResponseType), headers, ...(StatusCode !== undefined && { status: Number(StatusCode) }) };
    });
  return { binaryMediaTypes: BinaryMediaTypes, routes, gatewayResponses: responses };
}

/** The name of the stage where clients have it in their paths; undefined under a domain that maps to it. */
export function readStage(synthesis: Synthesis): string | undefined {
  const isMapped = synthesis.resources("AWS::ApiGateway::BasePathMapping").length > 0;
  return isMapped ? undefined : String(synthesis.only("AWS::ApiGateway::Stage").StageName);
}

/** The path of a resource; empty for the root. */
function pathOf({ template }: Synthesis, resourceId: unknown): string {
  const [id = ""] = referencesIn(resourceId);
  const { Type, Properties } = template.Resources[id] ?? {};
  if (Type === "AWS::ApiGateway::RestApi") return "";
  const { ParentId, PathPart } = Properties ?? {};
  return `${pathOf({ template } as Synthesis, ParentId)}/${PathPart}`;
}

/** The ways of invoking differ by their paths, and API Gateway refuses one that does not go with the transfer mode. */
function readProxy(integration: MethodProperties["Integration"]): LambdaProxy {
  const { Type, Uri, TimeoutInMillis = 29_000, ResponseTransferMode } = integration;
  if (Type !== "AWS_PROXY") throw new Error(`No emulator plays the integration ${Type}.`);
  const streaming = ResponseTransferMode === "STREAM";
  const invocation = streaming ? "/response-streaming-invocations" : "/invocations";
  if (!JSON.stringify(Uri).includes(`"${invocation}"`)) {
    throw new Error(`${ResponseTransferMode} goes with ${invocation}, not with ${JSON.stringify(Uri)}.`);
  }
  return { kind: "AWS_PROXY", streaming, timeoutMs: TimeoutInMillis };
}

function readMock(
  { ContentHandling, IntegrationResponses = [] }: MethodProperties["Integration"],
  resolve: Resolve,
): Mock {
  const [first = { StatusCode: "500" }] = IntegrationResponses;
  const { StatusCode, ResponseParameters, ResponseTemplates } = first;
  const convertsToText = {
    request: ContentHandling === "CONVERT_TO_TEXT",
    response: first.ContentHandling === "CONVERT_TO_TEXT",
  };
  const headers = headersOf(ResponseParameters, "method.response", resolve);
  const body = resolve(ResponseTemplates?.["application/json"] ?? "");
  return { kind: "MOCK", status: Number(StatusCode), headers, body, convertsToText };
}

/** Fixed values stand in single quotes; expressions, which no emulator evaluates, do not. */
function headersOf(
  parameters: Readonly<Record<string, unknown>> = {},
  prefix: string,
  resolve: Resolve,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [parameter, value] of Object.entries(parameters)) {
    const [, fixed] = /^'(.*)'$/.exec(resolve(value)) ?? [];
    if (!parameter.startsWith(`${prefix}.header.`) || fixed === undefined) {
      throw new Error(`No emulator evaluates ${parameter}.`);
    }
    headers[parameter.slice(prefix.length + ".header.".length)] = fixed;
  }
  return headers;
}
