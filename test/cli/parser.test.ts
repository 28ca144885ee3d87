import { expect, test } from "vitest";
import { parseCommand } from "../../cli/command.ts";
import { exitCodeOf, sentenceOf } from "../../cli/failure.ts";

const REFUSED: ReadonlyArray<[args: string[], sentence: string]> = [
  [[], "Nothing was asked for: use init, dev, build, smoke, deploy, diff, lock or audit, or see mcp-anycloud --help."],
  [["audit"], "audit has one command: write audit verify FILE, or see mcp-anycloud --help."],
  [["audit", "verify"], "audit verify needs an exported log: name its file"],
  [["audit", "verify", "--fast", "a"], "mcp-anycloud audit has no flag --fast: leave it out"],
  [["build", "--fast"], "mcp-anycloud build has no flag --fast: leave it out, or see mcp-anycloud --help."],
  [["dev", "--out", "x"], "mcp-anycloud dev has no flag --out: leave it out, or see mcp-anycloud --help."],
  [
    ["build", "--target", "ibm"],
    '--target cannot be "ibm": give aws, azure, gcp or container, or see mcp-anycloud --help.',
  ],
  [["dev", "--port", "web"], '--port cannot be "web": give a whole number from 0 to 65533'],
  [["dev", "--port", "65534"], '--port cannot be "65534": give a whole number from 0 to 65533'],
  [["dev", "--port"], "--port needs a value"],
  [["dev", "--amnesia=yes"], "--amnesia takes no value"],
  [["dev", "--no-store=yes"], "--no-store takes no value"],
  [["dev", "--no-store", "--reset"], "--no-store keeps nothing that --reset could remove: leave out one"],
  [["dev", "--inspect", "--amnesia"], "--inspect debugs one instance that stays: leave out --instances and --amnesia"],
  [["build", "--no-store"], "mcp-anycloud build has no flag --no-store"],
  [["dev", "--instances", "0"], '--instances cannot be "0": give a whole number from 1 to 50'],
  [["dev", "--call", "greet={"], '--call cannot be "greet={": give a tool and its arguments'],
  [["build", "a.ts", "b.ts"], "There is one entry, not 2: leave out b.ts"],
];

test.each(REFUSED)("mcp-anycloud %j is refused in words", (args, sentence) => {
  const error = errorOf(() => parseCommand(args));
  expect(exitCodeOf(error)).toBe(2);
  expect(sentenceOf(error)).toContain(sentence);
  expect(sentenceOf(error)).not.toContain("\n");
});

test.each([["init"], ["dev"], ["build"], ["smoke"], ["deploy"], ["diff"], ["lock"], ["audit"]])(
  "%s asks for the help, and for the version",
  (verb) => {
    expect(parseCommand([verb, "--help"])).toEqual({ verb: "help" });
    expect(parseCommand([verb, "-h"])).toEqual({ verb: "help" });
    expect(parseCommand([verb, "--version"])).toEqual({ verb: "version" });
    expect(parseCommand([verb, "-v"])).toEqual({ verb: "version" });
  },
);

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return expect.unreachable("It was not refused.");
}
