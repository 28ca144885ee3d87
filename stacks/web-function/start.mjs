// The entry point of a Lambda Web Function. Lambda names the address to listen on, host:port, in AWS_LAMBDA_HTTP_ENDPOINT
// (Lambda Developer Guide, "Web Functions"); the container's server takes the port from PORT, as on Cloud Run.
const address = process.env.AWS_LAMBDA_HTTP_ENDPOINT ?? "";
const port = /:(\d+)\/?$/.exec(address)?.[1];
if (!port) throw new Error(`AWS_LAMBDA_HTTP_ENDPOINT is "${address}": an address with a port was expected.`);
process.env.PORT = port;
await import("./server.mjs");
