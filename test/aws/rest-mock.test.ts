import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createRestApi } from "../../emulators/aws/ingress/rest-api.ts";
import type { Mock } from "../../emulators/aws/ingress/rest-definition.ts";
import type { LambdaFunction } from "../../emulators/aws/runtime/lambda-function.ts";

test.each([
  [["*/*"], true, true, 200, '{"a":1}'],
  [["*/*"], true, false, 200, "eyJhIjoxfQ=="],
  [["*/*"], false, true, 500, '{"message":"Internal server error"}'],
  [["image/png"], false, false, 200, '{"a":1}'],
])(
  "with %j, a mock integration that converts %s, %s answers %d",
  async (binaryMediaTypes, request, response, ...wanted) => {
    const integration: Mock = {
      kind: "MOCK",
      convertsToText: { request, response },
      status: 200,
      headers: {},
      body: '{"a":1}',
    };
    const api = createRestApi({
      // A mock integration invokes nothing.
      lambda: undefined as unknown as LambdaFunction,
      stage: undefined,
      definition: {
        binaryMediaTypes,
        gatewayResponses: [],
        routes: [{ resource: "/", method: "GET", authorization: "NONE", integration }],
      },
      timeScale: 1,
      log: () => {},
    });
    const server = createServer(api);
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      expect([answer.status, await answer.text()]).toEqual(wanted);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);
