#!/usr/bin/env node
// Nothing is imported before this check: older versions of Node.js could not even load the rest.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`mcp-anycloud needs Node.js 22.18 or later; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  const { run } = await import("./run.ts");
  process.exitCode = await run(process.argv.slice(2));
}

export {};
