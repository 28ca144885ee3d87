/** How an emulator spreads the requests of a run over processes. */
export interface Mode {
  /** For people. */
  readonly name: string;
  readonly instances: number;
  readonly amnesia: boolean;
}

/** Each request goes to the next of several processes. */
export const inTurn = (instances: number): Mode => ({
  name: instances === 1 ? "1 instance" : `${instances} instances in turn`,
  instances,
  amnesia: false,
});

/** Each request gets a process of its own. */
export const AMNESIA: Mode = { name: "every request in a fresh process", instances: 1, amnesia: true };

/** Either alone would miss something: the first what a fresh process has not loaded, the second what an old one keeps. */
export const MODES: readonly Mode[] = [inTurn(3), AMNESIA];
