/** The arguments that one command of a cloud's tool takes. */
export interface Takes {
  /** Words that name the command, such as `run deploy`. */
  readonly words: readonly string[];
  /** Number of arguments behind them that are no flags. */
  readonly positionals?: number;
  /** Flags with a value. */
  readonly values?: readonly string[];
  /** Flags without one. */
  readonly switches?: readonly string[];
  /** Flags that must be there. */
  readonly needs?: readonly string[];
}

export interface Read {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/** Reads arguments as a tool does: whatever it does not know, or misses, is an error. */
export function readArguments(args: readonly string[], takes: Takes): Read {
  const { words, positionals: wanted = 0, values = [], switches = [], needs = [] } = takes;
  const told = args.join(" ");
  if (words.some((word, index) => args[index] !== word)) throw new Error(`unknown command: ${told}`);
  const rest = args.slice(words.length);
  const flags: Record<string, string> = {};
  const positionals: string[] = [];
  while (rest.length > 0) {
    const arg = rest.shift() as string;
    if (!arg.startsWith("-")) positionals.push(arg);
    else if (arg in flags) throw new Error(`given twice: ${arg} in ${told}`);
    else if (switches.includes(arg)) flags[arg] = "";
    else if (values.includes(arg)) {
      const value = rest.shift();
      if (value === undefined || value.startsWith("--")) throw new Error(`${arg} needs a value in ${told}`);
      flags[arg] = value;
    } else throw new Error(`unknown flag ${arg} in ${told}`);
  }
  if (positionals.length !== wanted) throw new Error(`${positionals.length} arguments, not ${wanted}, in ${told}`);
  const missing = needs.find((flag) => !(flag in flags));
  if (missing) throw new Error(`${missing} is missing in ${told}`);
  return { positionals, flags };
}
