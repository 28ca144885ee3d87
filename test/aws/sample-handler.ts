/**
 * Source of a handler that shows each thing an ingress can do to it, by path. It waits for files in its folder instead
 * of the clock, so that a test decides what happens when.
 */
export const SAMPLE_HANDLER: string = `async (request, invocation) => {
  const { existsSync, writeFileSync } = await import("node:fs");
  const { setTimeout: sleep } = await import("node:timers/promises");
  const { pathname, searchParams } = new URL(request.url, "http://sample");
  const file = (name) => process.env.BARRIERS + "/" + name;
  const opened = async (name) => { while (!existsSync(file(name))) await sleep(5); };
  const barrier = searchParams.get("barrier");
  const text = (body, headers = {}) => ({ status: 200, headers: { "content-type": "text/plain", ...headers }, body });
  switch (pathname) {
    case "/echo": {
      const { url, method, headers, body } = request;
      const { requestId, clientIp, canStream, signal, deadline } = invocation;
      const bytes = body === undefined ? undefined : Buffer.from(body).toString("base64");
      return text(JSON.stringify({
        url, method, headers, bytes, bodyType: typeof body, requestId, clientIp, canStream,
        signal: signal !== undefined, deadline: deadline.aborted,
      }));
    }
    case "/pid": return text(String(process.pid));
    case "/environment": return text(JSON.stringify(process.env));
    case "/status": return { status: Number(searchParams.get("status")), headers: {}, body: "x" };
    case "/empty": return { status: 202, headers: {} };
    case "/large": return text("x".repeat(Number(searchParams.get("bytes"))));
    case "/count": return text(String(request.body.length));
    case "/throw": throw new Error("secret detail");
    case "/hang": await sleep(600_000); return text("late");
    case "/exit": process.exit(7);
    case "/held": await opened(barrier); return text(String(process.pid));
    case "/background":
      invocation.waitUntil(opened(barrier).then(() => writeFileSync(file(barrier + "-seen"), "")));
      return text(String(process.pid));
    case "/deadline":
      await new Promise((resolve) => invocation.deadline.addEventListener("abort", resolve));
      return text("in time");
    case "/headers": return text("x", {
      "WWW-Authenticate": "Bearer", "Date": "yesterday", "Via": "1.1 function", "X-Custom": "kept", "set-cookie": "a=1",
    });
    case "/stream": return text((async function* () {
      yield process.pid + ";";
      await opened(barrier);
      if (existsSync(file(barrier + "-throw"))) throw new Error("secret detail");
      if (existsSync(file(barrier + "-exit"))) process.exit(7);
      // More than the buffers on the way hold: a client that does not read it stops the function.
      if (existsSync(file(barrier + "-flood"))) for (let kilobytes = 0; kilobytes < 16_384; kilobytes += 64) yield "x".repeat(65_536);
      yield "end";
      writeFileSync(file(barrier + "-done"), "");
    })());
    default: return { status: 404, headers: {} };
  }
}`;
