import { afterAll, beforeAll } from "vitest";

/** Whose requests reach AWS: ours where the environment says all there is to know, else those of AWS's client. */
export type Client = "our requests" | "AWS's client";

export const CLIENTS: readonly Client[] = ["our requests", "AWS's client"];

/** By client, settings that make it the one. AWS's client alone reads a shared configuration file, be it an empty one. */
export const CLIENT_SETTINGS: Readonly<Record<Client, Readonly<Record<string, string>>>> = {
  "our requests": { AWS_CONFIG_FILE: "/nonexistent", AWS_SHARED_CREDENTIALS_FILE: "/nonexistent" },
  "AWS's client": { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/nonexistent" },
};

/** How a client names itself to AWS. */
export const USER_AGENTS: Readonly<Record<Client, RegExp>> = {
  "our requests": /^mcp-anycloud$/,
  "AWS's client": /^aws-sdk-js\//,
};

/** For the tests of a group, whatever the machine that they run on is configured with. */
export function setUpClient(client: Client): void {
  const settings: Record<string, string | undefined> = { ...CLIENT_SETTINGS[client], AWS_PROFILE: undefined };
  const before = Object.fromEntries(Object.keys(settings).map((name) => [name, process.env[name]]));
  beforeAll(() => setAll(settings));
  afterAll(() => setAll(before));
}

function setAll(settings: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
