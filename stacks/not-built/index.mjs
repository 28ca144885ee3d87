throw new Error("This is no server: run `mcp-anycloud build` and deploy again.");
