import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { about, buildArtefact, echo, FORMS, send, startService, temporaryFolder } from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

describe.each(FORMS)("an instance, as %s", (form) => {
  test("answers its ingress alone, whatever a page that finds its port sends", async () => {
    await using service = await startService(folder.path, { form, openInstances: false });
    const { env } = await about(service.port);
    const port = Number(env.PORT);
    expect(port).not.toBe(service.port);
    const rebound = ["host", `rebind.example:${port}`];
    for (const headers of [[], rebound, ["x-emulated-ingress", "1"], ["expect", "100-continue"]]) {
      const answer = await send(port, { path: "/about", headers });
      expect(answer.statusCode).toBe(403);
      expect(answer.resume().headers["content-type"]).toBeUndefined();
    }
    expect((await send(service.port, { path: "/status?code=200" })).statusCode).toBe(200);
  });

  test("sees neither the secret nor the variable that told it", async () => {
    await using service = await startService(folder.path, { form, openInstances: false });
    const { env } = await about(service.port);
    expect(Object.keys(env).filter((name) => /ingress/i.test(name))).toEqual([]);
    const { headers } = await echo(service.port, { path: "/x", headers: ["x-emulated-ingress", "mine"] });
    expect(Object.keys(headers).filter((name) => name.startsWith("x-emulated"))).toEqual(["x-emulated-ingress"]);
    expect(headers["x-emulated-ingress"]).toBe("mine");
  });
});
