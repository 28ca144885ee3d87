import { createServer } from "@modelcontextprotocol/server-everything/dist/server/index.js";

export default {
  createServer() {
    const { server, cleanup } = createServer();
    // Its timers end with the request that the server was built for.
    server.server.onclose = () => cleanup();
    return server;
  },
};
