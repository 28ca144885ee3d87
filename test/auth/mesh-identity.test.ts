import { describe, expect, test } from "vitest";
import { platformIdentities as awsIdentities } from "../../adapters/aws/identity.ts";
import { platformIdentities as azureIdentities } from "../../adapters/azure/identity.ts";
import { platformIdentities } from "../../adapters/gcp/container.ts";
import { platformIdentities as gcpIdentities } from "../../adapters/gcp/identity.ts";
import { joinHeaders } from "../../adapters/shared/join-headers.ts";
import { createMcpEndpoint, type FactoryContext, type McpEndpointOptions } from "../../src/index.ts";
import { instanceOf } from "../protocol-2026/instances.ts";
import { type Caller, legacyRequest } from "../support/messages.ts";
import { createV2Server } from "../support/servers.ts";

const callers: FactoryContext["caller"][] = [];

function createServer(context: FactoryContext): ReturnType<typeof createV2Server> {
  callers.push(context.caller);
  return createV2Server(context);
}

function open(options: McpEndpointOptions = {}): Caller {
  const trustDomains = ["cluster.local", "prod.example"];
  return instanceOf(createServer, {
    ...{ platformIdentity: "mesh-spiffe", platformIdentities, trustDomains, audit: "off" },
    ...options,
  });
}

const call = open();

/** The SPIFFE ID that the server learns of; undefined where the request is refused. */
async function callerWith(...headers: readonly string[]): Promise<FactoryContext["caller"] | undefined> {
  callers.splice(0);
  const sent = joinHeaders(headers.map((value) => ["X-Forwarded-Client-Cert", value] as const));
  const { status } = await call(legacyRequest("tools/list"), { headers: sent });
  expect([200, 403]).toContain(status);
  expect(callers).toHaveLength(status === 200 ? 1 : 0);
  return callers[0];
}

const HASH = "468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688";
const ID = "spiffe://cluster.local/ns/shop/sa/web";
const ADMIN = "spiffe://cluster.local/ns/shop/sa/admin";
const BY = "By=spiffe://cluster.local/ns/notes/sa/notes";
/** As Istio's proxy writes it beside a server. */
const element = (id: string): string => `${BY};Hash=${HASH};Subject="";URI=${id}`;

describe("mesh-spiffe", () => {
  test("is the workload of the nearest element", async () => {
    const expected = {
      principal: JSON.stringify(["spiffe://cluster.local", ID]),
      issuer: "spiffe://cluster.local",
      subject: ID,
      scopes: [],
      claims: { certificateHash: HASH },
    };
    expect(await callerWith(element(ID))).toEqual(expected);
    // Before it are those of the connections before.
    expect(await callerWith(`${element(ADMIN)},${element(ID)}`)).toEqual(expected);
  });

  test.each([
    ["keys in another case", `hash=${HASH};uri=${ID}`],
    ["a subject with quotes, commas and semicolons", `Hash=${HASH};Subject="CN=\\"a,b\\";c,O=x\\\\";URI=${ID}`],
    ["a certificate, a chain and names", `Hash=${HASH};Cert="-----BEGIN%20";Chain="a%2B";URI=${ID};DNS=a;DNS=b`],
    ["quotes around the ID", `Hash=${HASH};URI="${ID}"`],
    ["several names of the proxy", `${BY};By=https://proxy.example;Hash=${HASH};URI=${ID}`],
    ["keys that are new", `Hash=${HASH};Novelty=1;URI=${ID}`],
    ["an element before it whose values are quoted", `Hash=${HASH};Subject="CN=x,URI=${ADMIN}",Hash=${HASH};URI=${ID}`],
  ])("is found beside %s", async (_what, header) => {
    expect((await callerWith(header))?.subject).toBe(ID);
  });

  /** Headers of a client, to which the proxy appends what it knows. */
  const APPENDED: readonly (readonly [what: string, forged: string])[] = [
    ["another workload", element(ADMIN)],
    ["half a quotation", `Hash=${HASH};URI=${ADMIN};Subject="`],
    ["half a quotation that the proxy's subject would close", `Hash=${HASH};URI=${ADMIN};X="a`],
    ["a quotation that ends in a backslash", `Hash=${HASH};URI=${ADMIN};Subject="\\`],
    ["a backslash", `Hash=${HASH};URI=${ADMIN};X=\\`],
    ["a semicolon that wants the proxy's pairs", `Hash=${HASH};URI=${ADMIN};`],
    ["an equals sign", `Hash=${HASH};URI=${ADMIN};X=`],
    ["garbage", "\u0001%%%"],
    ["empty elements", ",,"],
  ];
  test.each(APPENDED)("is never whom a client names before the proxy, with %s", async (_what, forged) => {
    const caller = await callerWith(`${forged},${element(ID)}`);
    expect([undefined, ID]).toContain(caller?.subject);
  });

  test.each([
    ["no header"],
    ["an empty header", ""],
    ["two headers: one was no proxy's", element(ADMIN), element(ID)],
    ["two headers, the other way round", element(ID), element(ADMIN)],
    ["two IDs", `Hash=${HASH};URI=${ID};URI=${ADMIN}`],
    ["two IDs in other cases", `Hash=${HASH};URI=${ID};uri=${ADMIN}`],
    ["the same ID twice", `Hash=${HASH};URI=${ID};URI=${ID}`],
    ["two hashes", `Hash=${HASH};Hash=${HASH};URI=${ID}`],
    ["no hash", `${BY};URI=${ID}`],
    ["a hash that is none", `Hash=abc;URI=${ID}`],
    ["no ID", `${BY};Hash=${HASH};Subject="CN=web"`],
    ["an ID of an earlier element", `${element(ID)},${BY};Hash=${HASH}`],
    ["an ID that names the proxy", `By=${ID};Hash=${HASH}`],
    ["an ID inside of a subject", `Hash=${HASH};Subject="CN=a;URI=${ID}"`],
    ["a trust domain that is not named", element("spiffe://other.example/ns/shop/sa/web")],
    ["a trust domain that begins like one", element("spiffe://cluster.local.evil.example/ns/a")],
    ["a trust domain in another case", element("spiffe://CLUSTER.LOCAL/ns/a")],
    ["a port", element("spiffe://cluster.local:443/ns/a")],
    ["a user", element("spiffe://evil@cluster.local/ns/a")],
    ["a trust domain alone", element("spiffe://cluster.local")],
    ["an empty path", element("spiffe://cluster.local/")],
    ["a path that goes up", element("spiffe://cluster.local/ns/x/../admin")],
    ["an empty segment", element("spiffe://cluster.local/ns//a")],
    ["an escape in the path", element("spiffe://cluster.local/ns/%61")],
    ["a query", `Hash=${HASH};URI="${ID}?a=b"`],
    ["another scheme", element("https://cluster.local/ns/a")],
    ["an ID that is too long", element(`spiffe://cluster.local/${"a".repeat(2_048)}`)],
    ["a blank behind a separator", `Hash=${HASH}; URI=${ID}`],
    ["a separator at the end", `${element(ID)};`],
    ["a comma at the end", `${element(ID)},`],
    ["text behind a quotation", `Hash=${HASH};Subject="a"b;URI=${ID}`],
    ["a quotation within a value", `Hash=${HASH};Subject=a"b";URI=${ID}`],
    ["an ID in JSON", `{"URI":"${ID}"}`],
  ])("is nobody with %s", async (_what, ...headers) => {
    expect(await callerWith(...headers)).toBeUndefined();
  });

  test("needs the trust domains that count", () => {
    const start = () => createMcpEndpoint(createV2Server, { platformIdentity: "mesh-spiffe", platformIdentities });
    expect(start).toThrow("mesh-spiffe needs MCP_ANYCLOUD_TRUST_DOMAINS");
    expect(() => open({ trustDomains: [] })).toThrow("mesh-spiffe needs MCP_ANYCLOUD_TRUST_DOMAINS");
  });

  test("is offered in a container alone: no proxy stands beside a function", () => {
    for (const elsewhere of [awsIdentities, azureIdentities, gcpIdentities])
      expect(() => open({ platformIdentities: elsewhere })).toThrow("MCP_ANYCLOUD_PLATFORM_IDENTITY is mesh-spiffe");
  });

  test("believes no header where it is not configured", async () => {
    callers.splice(0);
    const anybody = instanceOf(createServer, { platformIdentities, audit: "off" });
    await anybody(legacyRequest("tools/list"), { headers: { "x-forwarded-client-cert": element(ADMIN) } });
    expect(callers).toEqual([{ principal: "anonymous", scopes: [], claims: {} }]);
  });
});
