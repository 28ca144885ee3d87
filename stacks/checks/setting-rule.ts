/** The values that the endpoint accepts for a setting, as it reads the variable. */
export interface SettingRule {
  readonly variable: string;
  /** Completes the sentence "A value, or an item of a list, must …". */
  readonly must: string;
  /** The endpoint's value where the variable is not set. */
  readonly default?: number | string;
  readonly min?: number;
  readonly max?: number;
  readonly words?: readonly string[];
  readonly pattern?: RegExp;
  /** Values that match this one are refused, although they match `pattern`. */
  readonly except?: RegExp;
  /** The text before this separator names an item of a list, and no name may be there twice. */
  readonly namedBefore?: string;
  /** The setting works only with a store. */
  readonly needsStore?: true;
}
