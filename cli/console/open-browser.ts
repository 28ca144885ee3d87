import { spawn } from "node:child_process";

/** Opens a page in the user's browser, where there is one. */
export function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  if (command === undefined) return;
  // The page's address was printed, for systems without this command.
  spawn(command, args, { stdio: "ignore", detached: true })
    .once("error", () => {})
    .unref();
}
