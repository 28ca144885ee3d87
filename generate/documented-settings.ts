import type { Setting } from "../src/config/setting.ts";
import { readDocComments } from "./doc-comments.ts";
import type { SettingTable } from "./setting-tables.ts";

/** A setting with all that the generated files say of it. */
export interface DocumentedSetting extends Setting {
  readonly field: string;
  readonly text: string;
  /** The default where the variable is not set: code, or words. */
  readonly defaultText: string;
}

/** The settings of a table, with the doc comments in its file. Throws where a field has none. */
export function documentedSettings({ file, settings }: SettingTable, source: string): readonly DocumentedSetting[] {
  const comments = readDocComments(source);
  return Object.entries(settings).map(([field, setting]) => {
    const comment = comments.get(field);
    if (!comment?.text) throw new Error(`The field ${field} in ${file} has no doc comment: say there what it sets.`);
    const defaultText = setting.default === undefined ? (comment.default ?? "none") : `\`${setting.default}\``;
    return { ...setting, field, text: comment.text, defaultText };
  });
}
