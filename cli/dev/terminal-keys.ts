import { openBrowser } from "../console/open-browser.ts";
import {
  type ClientConfiguration,
  clientConfigurations,
  inspectorCommand,
  serverName,
} from "./client-configurations.ts";
import type { Key } from "./keys.ts";
import { colored } from "./output-line.ts";

export interface TerminalKeyOptions {
  /** URLs of the MCP endpoints. */
  readonly urls: readonly string[];
  readonly consoleUrl: string | undefined;
  readonly say: (text: string) => void;
  readonly restart: () => void;
  readonly quit: () => void;
}

/** The keys of `dev`, in the order in which they are told. */
export function terminalKeys(options: TerminalKeyOptions): Readonly<Record<string, Key>> {
  const { urls, consoleUrl, say, restart, quit } = options;
  const configurations = (): string =>
    clientConfigurations(urls[0] ?? "", serverName())
      .map(shown)
      .join("");
  return {
    ...(consoleUrl && {
      o: {
        does: "console",
        press() {
          say(`${consoleUrl}\n`);
          openBrowser(consoleUrl);
        },
      },
    }),
    i: { does: "Inspector", press: () => say(urls.map((url) => `${inspectorCommand(url)}\n`).join("")) },
    c: { does: "client configurations", press: () => say(configurations()) },
    r: { does: "restart", press: restart },
    q: { does: "quit", press: quit },
  };
}

const shown = ({ client, file, text }: ClientConfiguration): string =>
  `\n${colored("bold", client)}${file ? ` (${file})` : ""}\n${text}\n`;
