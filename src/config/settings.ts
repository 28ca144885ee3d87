import * as z from "zod/v4";

/** What a variable of the environment sets. */
interface Setting<Field extends string = string> {
  /** Field of the configuration. */
  readonly field: Field;
  /** Makes what reads the variable's text. Most variables are not set, and a schema takes time to make. */
  readonly schema: () => z.ZodType;
  /** What the variable must be, in the words of the error. */
  readonly must: string;
  /** Its value is not repeated in the error. */
  readonly secret?: true;
}

/** Settings by the names of their variables. */
export type Settings<Field extends string> = Readonly<Record<string, Setting<Field>>>;

/** Texts that are separated by commas. */
export const list = (): z.ZodType<string[], string> =>
  z.string().transform((text) => {
    const items = text.split(",").map((item) => item.trim());
    return items.filter((item) => item !== "");
  });

/** A whole number in decimal digits. */
export const wholeNumber = (min: number, max: number) => (): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((n) => n >= min && n <= max);
