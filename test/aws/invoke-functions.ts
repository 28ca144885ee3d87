/** Sources of `index.mjs` for functions that are no MCP servers, or bad ones: what they do is what they are called. */

const streaming = (body: string): string => `
  export const handler = awslambda.streamifyResponse(async (event, stream) => { ${body} });`;

const withHead = (type: string, body: string): string =>
  streaming(`
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "content-type": "${type}" } });
    ${body}`);

export const THROWS: string = streaming('throw new RangeError("the table\\n is closed");');

export const NEVER_ANSWERS: string = streaming("await new Promise(() => setInterval(() => {}, 1_000));");

export const NOT_HTTP: string = streaming('stream.write("Hello, world!"); stream.end();');

export const NOT_MCP: string = withHead("text/html", 'stream.write("<h1>Hello</h1>"); stream.end();');

export const BROKEN_JSON: string = withHead("application/json", "stream.write('{\"jsonrpc\":'); stream.end();");

export const BUFFERS: string = 'export const handler = async (event) => ({ statusCode: 200, body: "{}" });';

/** An SSE stream that fails after its first comment. */
export const THROWS_LATE: string = withHead(
  "text/event-stream",
  'stream.write(": hello\\n\\n"); await new Promise((go) => setTimeout(go, 50)); throw new RangeError("half way");',
);

/** An SSE stream that never says anything. */
export const STALLS: string = withHead(
  "text/event-stream",
  'stream.write(": hello\\n\\n"); await new Promise(() => setInterval(() => {}, 1_000));',
);

/** Answers with the event it got, as an HTTP response. */
export const ECHOES: string = withHead("application/json", "stream.write(JSON.stringify(event)); stream.end();");

/** Answers without a body, with the status that the query names. */
export const ANSWERS_STATUS: string = streaming(`
  const statusCode = Number(event.rawQueryString);
  stream = awslambda.HttpResponseStream.from(stream, { statusCode, headers: { "x-a": "1" }, cookies: ["c=1", "d=2"] });
  stream.write("");
  stream.end();`);
