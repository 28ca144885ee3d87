import { type PlantedFault, plant } from "./planted-fault.ts";
import { createWorkingCopy, type WorkingCopy } from "./working-copy.ts";

/** The outcome of one planted fault. */
export interface FaultOutcome {
  readonly fault: PlantedFault;
  /** Undefined when the fault's test noticed it. */
  readonly problem: string | undefined;
}

/** Copies that work side by side; each test file has processes of its own anyway. */
const COPIES = 2;

/** Plants each fault alone, and runs its test. A test counts only if it passes without a fault. */
export async function runFaults(
  faults: readonly PlantedFault[],
  onOutcome: (outcome: FaultOutcome) => void = () => {},
): Promise<readonly FaultOutcome[]> {
  const outcomes: FaultOutcome[] = [];
  const waiting = [...faults];
  const sound = new Map<string, Promise<boolean>>();

  async function work(): Promise<void> {
    const copy = await createWorkingCopy();
    try {
      for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
        const outcome = { fault, problem: await problemWith(copy, fault, sound) };
        outcomes.push(outcome);
        onOutcome(outcome);
      }
    } finally {
      await copy.remove();
    }
  }
  await Promise.all(Array.from({ length: Math.min(COPIES, faults.length) }, work));
  return outcomes;
}

async function problemWith(
  copy: WorkingCopy,
  fault: PlantedFault,
  sound: Map<string, Promise<boolean>>,
): Promise<string | undefined> {
  const tests = `${fault.test} ${fault.title ?? ""}`.trim();
  if (!sound.has(tests))
    sound.set(
      tests,
      copy.run(fault).then(({ passed, failed }) => passed > 0 && failed === 0),
    );
  if (!(await sound.get(tests))) return `${tests} does not pass without the fault`;
  const takeOut = await plant(copy.root, fault);
  const { failed } = await copy.run(fault).finally(takeOut);
  return failed > 0 ? undefined : `${tests} does not notice it`;
}
