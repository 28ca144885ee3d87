import type { PlantedFault, PromiseFaults } from "./planted-fault.ts";

const CONSOLE = "test/console/console-guard.test.ts";
const CONSOLE_GUARD = "cli/console/guard.ts";
const INSTANCE = "test/gcp/ingress-guard.test.ts";
const INSTANCE_GUARD = "emulators/gcp/ingress-guard.ts";

const inConsole = (text: string, replacement: string): PlantedFault => ({
  file: CONSOLE_GUARD,
  text,
  replacement,
  test: CONSOLE,
  title: "refused",
});

/** Faults in what keeps web pages out of `dev`. */
export const DEV_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "web pages that find the console of `dev`, or one of its Cloud Run instances",
    faults: [
      inConsole("named !== host || ", ""),
      inConsole("origin !== undefined && ", "origin === undefined && "),
      inConsole('if (site !== "none" && site !== "same-origin") return false;', ""),
      inConsole("given.length !== secret.length || !timingSafeEqual(given, Buffer.from(secret))", "given.length === 0"),
      inConsole("return /^([/?]|$)/.test(url.slice(secret.length));", "return true;"),
      inConsole('if (incoming.headers["content-type"] !== "application/json") return undefined;', ""),
      {
        file: CONSOLE_GUARD,
        text: "frame-ancestors 'none'",
        replacement: "frame-ancestors *",
        test: CONSOLE,
        title: "page itself",
      },
      {
        file: INSTANCE_GUARD,
        text: "secret === undefined || headers[secret] === undefined",
        replacement: "secret === undefined",
        test: INSTANCE,
        title: "its ingress alone",
      },
      { file: INSTANCE_GUARD, text: "  rawHeaders.splice(", replacement: "  rawHeaders.indexOf(", test: INSTANCE },
      {
        file: INSTANCE_GUARD,
        text: "delete process.env[SECRET_VARIABLE];",
        replacement: "",
        test: INSTANCE,
        title: "neither the secret",
      },
      {
        file: "emulators/gcp/emulator.ts",
        text: "      ...(secret && { secret }),\n",
        replacement: "",
        test: INSTANCE,
        title: "its ingress alone",
      },
    ],
  },
];
