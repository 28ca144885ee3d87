import { replaceParts, type SourcePart } from "../source-part.ts";

/** V8 turns an object into a hash table when a property is deleted from it. */
const LISTED_TOOL: readonly SourcePart[] = [
  {
    from: `
		const rest = { ...tool };
		delete rest["execution"];
		return rest;
`,
    to: `
		const { execution, ...rest } = tool;
		return rest;
`,
  },
];

/** V8 adds each accessor of an object literal by itself. Here tools without an output schema inherit the accessors. */
const REGISTERED_TOOL: readonly SourcePart[] = [
  {
    from: `
			get outputSchemaJson() {
				return outputSchemaJson ??= convertOutputSchemaJson(registeredTool.outputSchema);
			},
			set outputSchemaJson(value) {
				outputSchemaJson = value;
			},
`,
    to: `
			__proto__: toolWithoutOutputSchema,
`,
  },
  {
    from: `
		this._registeredTools[name] = registeredTool;
		this.setToolRequestHandlers();
`,
    to: `
		if (outputSchema !== undefined) Object.defineProperty(registeredTool, "outputSchemaJson", {
			get: () => outputSchemaJson ??= convertOutputSchemaJson(registeredTool.outputSchema),
			set: (value) => { outputSchemaJson = value; },
			enumerable: true,
			configurable: true
		});
		this._registeredTools[name] = registeredTool;
		this.setToolRequestHandlers();
`,
  },
  {
    from: `
function convertOutputSchemaJson(outputSchema) {
`,
    to: `
const toolWithoutOutputSchema = {
	get outputSchemaJson() {
		return convertOutputSchemaJson(this.outputSchema);
	},
	set outputSchemaJson(value) {
		Object.defineProperty(this, "outputSchemaJson", { value, writable: true, enumerable: true, configurable: true });
	}
};
function convertOutputSchemaJson(outputSchema) {
`,
  },
];

/**
 * Takes two costs out of `tools/list` in SDK v2: with 50 tools, about a quarter of the time that is left when no schema is
 * converted. The list stays the same.
 */
export const withFastToolList = (source: string): string => [LISTED_TOOL, REGISTERED_TOOL].reduce(replaceParts, source);
