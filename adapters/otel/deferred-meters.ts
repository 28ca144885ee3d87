import type {
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
  MeterProvider,
  Observable,
} from "@opentelemetry/api";

/** Meters that keep measurements until an SDK is there. */
export interface DeferredMeters {
  readonly provider: MeterProvider;
  /** Hands what was kept, and everything from now on, to the SDK. */
  replay(sdk: MeterProvider): void;
  /** Drops what was kept, and everything from now on. */
  drop(): void;
}

type Scope = Parameters<MeterProvider["getMeter"]>;
type Create = Exclude<keyof Meter, `${string}BatchObservableCallback`>;
/** An instrument of any kind. */
type Instrument = Readonly<Record<string, (...given: unknown[]) => void>>;

/** The most measurements that are kept: those of the first requests of a process. */
const MOST_KEPT = 1_000;

export function createDeferredMeters(): DeferredMeters {
  let sdk: MeterProvider | "none" | undefined;
  const kept: Array<(provider: MeterProvider) => void> = [];
  const reals = new WeakMap<object, (provider: MeterProvider) => Instrument>();

  function run(work: (provider: MeterProvider) => void): void {
    if (sdk === undefined && kept.length < MOST_KEPT) kept.push(work);
    else if (sdk !== undefined && sdk !== "none") work(sdk);
  }

  function create(scope: Scope, kind: Create, given: unknown[]): never {
    let real: Instrument | undefined;
    const make = (provider: MeterProvider): Instrument => {
      const meter = provider.getMeter(...scope) as unknown as Readonly<
        Record<Create, (...args: unknown[]) => Instrument>
      >;
      return meter[kind](...given);
    };
    const find = (provider: MeterProvider): Instrument => {
      real ??= make(provider);
      return real;
    };
    const forward =
      (method: string) =>
      (...args: unknown[]): void =>
        run((provider) => find(provider)[method]?.(...args));
    const methods = ["add", "record", "addCallback", "removeCallback"];
    const instrument = Object.fromEntries(methods.map((method) => [method, forward(method)]));
    reals.set(instrument, find);
    return instrument as never;
  }

  function meterOf(scope: Scope): Meter {
    const wrapped = new WeakMap<BatchObservableCallback, BatchObservableCallback>();
    const realsOf = (provider: MeterProvider, observables: Observable[]): Observable[] =>
      observables.map((one) => (reals.get(one)?.(provider) ?? one) as unknown as Observable);
    return {
      createHistogram: (...given) => create(scope, "createHistogram", given),
      createCounter: (...given) => create(scope, "createCounter", given),
      createUpDownCounter: (...given) => create(scope, "createUpDownCounter", given),
      createGauge: (...given) => create(scope, "createGauge", given),
      createObservableGauge: (...given) => create(scope, "createObservableGauge", given),
      createObservableCounter: (...given) => create(scope, "createObservableCounter", given),
      createObservableUpDownCounter: (...given) => create(scope, "createObservableUpDownCounter", given),
      addBatchObservableCallback: (callback, observables) =>
        run((provider) => {
          // The SDK takes values for instruments of its own alone.
          const own = (result: BatchObservableResult): unknown =>
            callback({
              observe: (metric, ...rest) => result.observe(realsOf(provider, [metric])[0] as Observable, ...rest),
            });
          wrapped.set(callback, own as BatchObservableCallback);
          const real = realsOf(provider, observables);
          provider.getMeter(...scope).addBatchObservableCallback(own as BatchObservableCallback, real);
        }),
      removeBatchObservableCallback: (callback, observables) =>
        run((provider) => {
          const real = realsOf(provider, observables);
          provider.getMeter(...scope).removeBatchObservableCallback(wrapped.get(callback) ?? callback, real);
        }),
    };
  }

  return {
    provider: { getMeter: (...scope) => meterOf(scope) },
    replay(provider) {
      sdk = provider;
      for (const work of kept.splice(0)) work(provider);
    },
    drop() {
      sdk = "none";
      kept.length = 0;
    },
  };
}
