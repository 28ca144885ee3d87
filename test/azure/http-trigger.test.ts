import { HttpRequest, InvocationContext } from "@azure/functions";
import { expect, test, vi } from "vitest";
import { toAzureFunction } from "../../adapters/azure/entry.ts";
import type { Invocation, HttpRequest as Seen } from "../../src/adapter.ts";

test("without the host's proxy, path and query are cut from the URL and nothing is attested", async () => {
  // The library says so when there is no Functions runtime around it.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const seen: [Seen, Invocation][] = [];
  const serve = toAzureFunction(async (...call) => {
    seen.push(call);
    return { status: 200, headers: {} };
  });
  const url = "https://app.example//evil.example/x?y=//z";
  const native = new HttpRequest({ url, method: "GET", headers: { "client-ip": "6.6.6.6:1" } });
  await serve(native, new InvocationContext({ invocationId: "7" }));
  const [[request, invocation] = []] = seen;
  expect(request).toMatchObject({ method: "GET", url: "//evil.example/x?y=//z" });
  expect(invocation).toMatchObject({ requestId: "7", canStream: false });
  expect(invocation?.clientIp).toBeUndefined();
});
