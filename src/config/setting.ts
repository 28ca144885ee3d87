import type { Choice, List, Parsed, Text, ValueType, WholeNumber } from "./value-type.ts";

/** One variable of the environment, which sets one field of a configuration. */
export interface Setting<Value = unknown> {
  readonly variable: Variable;
  readonly type: (WholeNumber | Choice<string> | Text | List<unknown> | Parsed<unknown>) & ValueType<Value>;
  /** The value where the variable is not set. */
  readonly default?: Value | undefined;
  /** Errors do not repeat the value. */
  readonly secret?: true;
  /** The variables that set the same thing in another way. To set two is an error. */
  readonly insteadOf?: readonly Variable[];
  /** Works only with a store that all instances share. A deployment without one refuses it. */
  readonly needsStore?: true;
  /** No setting of the deployments in `stacks/` and `templates/`: they know its value, or have no use for it. */
  readonly setByDeployment?: true;
}

type Variable = `MCP_ANYCLOUD_${string}`;

/**
 * The settings of a configuration, by field. The compiler asks for one setting for each field, of the field's type, and for
 * a default where the field is not optional. The doc comment of the field is the setting's text in docs/settings.md, in the
 * CDK stack and in the Terraform modules; its `@default` says what happens where the variable is not set.
 */
export type Settings<Config> = {
  readonly [Field in keyof Config]-?: Setting<NonNullable<Config[Field]>> &
    (undefined extends Config[Field] ? { readonly default?: undefined } : { readonly default: Config[Field] });
};
