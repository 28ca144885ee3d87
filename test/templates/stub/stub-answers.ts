import type { BlockSchema, ProviderSlice } from "../schemas/slice.ts";
import { configProblems } from "./config-problems.ts";
import { applied, planned } from "./planned-values.ts";
import { providerSchemaMessage } from "./schema-messages.ts";
import { type DynamicValue, fromWire, toWire, type WireValue } from "./wire-values.ts";

/** The fields of all requests that the stub reads. */
export interface StubRequest {
  readonly type_name: string;
  readonly config?: DynamicValue;
  readonly prior_state?: DynamicValue;
  readonly proposed_new_state?: DynamicValue;
  readonly planned_state?: DynamicValue;
  readonly current_state?: DynamicValue;
  readonly raw_state?: { readonly json: Uint8Array };
  readonly private?: Uint8Array;
}

/** A stub's answer to each of Terraform's requests, by the request's name. */
export function stubAnswers(slice: ProviderSlice): Record<string, (request: StubRequest) => object> {
  const schemaOf = (schemas: Readonly<Record<string, BlockSchema>>, type: string): BlockSchema => {
    const schema = schemas[type];
    if (!schema) throw new Error(`The slice of ${slice.provider} has no ${type}.`);
    return schema;
  };
  // How many of the same have been made: what tells them apart, such as their name in HCL, a provider never hears.
  const made = new Map<string, number>();
  const nothing = (): object => ({});
  return {
    GetProviderSchema: () => providerSchemaMessage(slice),
    ValidateProviderConfig: nothing,
    ConfigureProvider: nothing,
    StopProvider: nothing,
    ValidateResourceConfig: ({ type_name, config }) => ({
      diagnostics: configProblems(schemaOf(slice.resources, type_name), fromWire(config)),
    }),
    ValidateDataResourceConfig: ({ type_name, config }) => ({
      diagnostics: configProblems(schemaOf(slice.dataSources, type_name), fromWire(config)),
    }),
    UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: { json: raw_state?.json } }),
    ReadResource: (request) => ({ new_state: request.current_state, private: request.private }),
    PlanResourceChange({ type_name, config, prior_state, proposed_new_state }) {
      if (fromWire(proposed_new_state) === null) return { planned_state: proposed_new_state };
      const plan = planned(schemaOf(slice.resources, type_name), fromWire(config), fromWire(prior_state));
      // As providers on the older SDK say, which those of all three clouds are.
      return { planned_state: toWire(plan), legacy_type_system: true };
    },
    ApplyResourceChange({ type_name, planned_state }) {
      const plan = fromWire(planned_state);
      if (plan === null) return { new_state: planned_state };
      const seed = seedOf(type_name, plan);
      const earlier = made.get(seed) ?? 0;
      made.set(seed, earlier + 1);
      const state = applied(schemaOf(slice.resources, type_name), plan, `${seed} ${earlier}`);
      return { new_state: toWire(state), legacy_type_system: true };
    },
    ReadDataSource({ type_name, config }) {
      const schema = schemaOf(slice.dataSources, type_name);
      const read = planned(schema, fromWire(config));
      return { state: toWire(applied(schema, read, seedOf(type_name, read))) };
    },
  };
}

// The stand-ins of two resources must differ, so that a test sees when one is mistaken for the other.
const seedOf = (type: string, plan: WireValue): string => `${type} ${JSON.stringify(plan)}`;
