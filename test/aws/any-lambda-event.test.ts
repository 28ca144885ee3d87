import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toRequest } from "../../adapters/aws/request.ts";
import type { ReceivedRequest } from "../../emulators/aws/ingress/received-request.ts";
import { type RestEventOptions, toRestEvent } from "../../emulators/aws/ingress/rest-event.ts";
import { toUrlEvent } from "../../emulators/aws/ingress/url-event.ts";
import type { HttpRequest } from "../../src/adapter.ts";

const token = fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const visible = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const request = fc.record({
  method: fc.constantFrom("GET", "POST", "DELETE", "OPTIONS", "PATCH"),
  path: fc.webPath().map((path) => `/${path}`),
  query: fc.webQueryParameters(),
  headers: fc.array(fc.tuple(token, visible), { maxLength: 6 }),
  body: fc.oneof(fc.string({ unit: "grapheme" }).map(Buffer.from), fc.uint8Array().map(Buffer.from)),
  binary: fc.boolean(),
});

function received({
  body,
  binary,
  headers,
  ...rest
}: typeof request extends fc.Arbitrary<infer T> ? T : never): ReceivedRequest {
  // A Function URL passes on as text only bytes that are text.
  const text = Buffer.from(body.toString()).equals(body);
  const type = binary || !text ? "application/octet-stream" : "application/json";
  const ours = headers.filter(([name]) => !/^(content-type|x-forwarded-.*|x-amzn-trace-id)$/i.test(name));
  const sourceIp = "203.0.113.7";
  return { ...rest, body, headers: [...ours, ["Content-Type", type]], sourceIp, receivedAt: new Date(0) };
}

/** Name and values of each parameter: what a REST API leaves of a query string. */
function grouped(query: string): Record<string, string[]> {
  const parameters = new URLSearchParams(query.replaceAll(";", "&"));
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
}

/** No event has a stream. */
function bytes(body: HttpRequest["body"]): Buffer {
  return Buffer.from((body ?? "") as string | Uint8Array as string);
}

/** The options of the route for every path. */
const OPTIONS: RestEventOptions = {
  stage: undefined,
  requestId: "id",
  resource: "/{proxy+}",
  parameters: { proxy: "a%20b" },
  binaryMediaTypes: ["*/*"],
};

test("a REST API sends a body as bytes where its binary media types say so, else as text", () => {
  const sent = { method: "POST", path: "/", query: "", sourceIp: "203.0.113.7", receivedAt: new Date(0) };
  const json = { ...sent, headers: [["Content-Type", "application/json"]] as const, body: Buffer.from("{}") };
  const sentWith = (...binaryMediaTypes: readonly string[]) => toRestEvent(json, { ...OPTIONS, binaryMediaTypes });
  for (const types of ["*/*", "application/json"]) {
    expect(sentWith(types)).toMatchObject({ body: "e30=", isBase64Encoded: true });
  }
  expect(sentWith("image/png")).toMatchObject({ body: "{}", isBase64Encoded: false });
  expect(sentWith()).toMatchObject({ pathParameters: { proxy: "a b" }, resource: "/{proxy+}" });
});

describe("any request comes through", () => {
  test("an event of payload 2.0 with method, path, query and body unchanged", () => {
    fc.assert(
      fc.property(request, (fields) => {
        const sent = received(fields);
        const read = toRequest(JSON.parse(JSON.stringify(toUrlEvent(sent, "id"))));
        expect(read.method).toBe(sent.method);
        expect(read.url).toBe(sent.query ? `${sent.path}?${sent.query}` : sent.path);
        expect(bytes(read.body).equals(sent.body)).toBe(true);
      }),
    );
  });

  test("an event of payload 1.0 with method, path, parameters and body unchanged", () => {
    fc.assert(
      fc.property(request, fc.option(fc.constant("prod"), { nil: undefined }), (fields, stage) => {
        const sent = received(fields);
        const read = toRequest(JSON.parse(JSON.stringify(toRestEvent(sent, { ...OPTIONS, stage }))));
        const [path = "", query = ""] = read.url.split("?");
        expect(read.method).toBe(sent.method);
        expect(path).toBe(sent.path);
        expect(grouped(query)).toEqual(grouped(sent.query));
        expect(bytes(read.body).equals(sent.body)).toBe(true);
      }),
    );
  });

  test("either event with every header the gateway lets through", () => {
    const custom = token.map((name) => `x-${name.toLowerCase()}`);
    const lines = fc.array(fc.tuple(custom, visible), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(request, lines, (fields, headers) => {
        const sent = received({ ...fields, headers });
        const events = [toRestEvent(sent, OPTIONS), toUrlEvent(sent, "id")];
        for (const event of events) {
          const read = toRequest(JSON.parse(JSON.stringify(event)));
          for (const [name] of sent.headers.slice(0, -1)) {
            const values = sent.headers.filter(([other]) => other === name).map(([, value]) => value);
            expect(read.headers[name]?.split(/, ?/).join()).toBe(values.join().split(/, ?/).join());
          }
        }
      }),
    );
  });
});
