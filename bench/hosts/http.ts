/** Runs a server that listens on `PORT`, and answers every message of its parent with the CPU time it has used. */
const [url = ""] = process.argv.slice(2);
await import(url);

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
process.send?.(0);
