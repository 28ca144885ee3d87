import { expect, test } from "vitest";
import { typeSchema } from "./schema-source/type-schema.ts";

// In the shape that the generator of CDK for Terraform writes; `refresh-schemas.ts` reads some 80 of them.
const entry = (name: string, value: string, isBlock: boolean, type: string, storage: string): string => `
            ${name}: {
                value: ${value},
                isBlock: ${isBlock},
                type: "${type}",
                storageClassType: "${storage}",
            },`;
const attrs = (...entries: string[]): string => `        const attrs = {${entries.join("")}\n        };\n`;
const struct = (name: string, ...entries: string[]): string =>
  `function ${name}ToHclTerraform(struct) {\n${attrs(...entries)}}\n`;

const JAVASCRIPT = `
${struct("thingPart", entry("label", "cdktn.stringToHclTerraform(struct.label)", false, "simple", "string"))}
${struct("thingRule", entry("port", "cdktn.numberToHclTerraform(struct.port)", false, "simple", "number"))}
${struct("thingTimeouts", entry("create", "cdktn.stringToHclTerraform(struct.create)", false, "simple", "string"))}
class ThingPartOutputReference extends cdktn.ComplexObject {
    // state - computed: true, optional: false, required: false
    get state() {
        return this.getStringAttribute('state');
    }
}
class ThingPartList extends cdktn.ComplexList {
}
class ThingStatusOutputReference extends cdktn.ComplexObject {
    get code() {
        return this.getNumberAttribute('code');
    }
}
class Thing extends cdktn.TerraformResource {
    // arn - computed: true, optional: false, required: false
    get arn() {
        return this.getStringAttribute('arn');
    }
    // zone - computed: true, optional: true, required: false
    // size - computed: false, optional: true, required: false
    get names() {
        return cdktn.Fn.tolist(this.getListAttribute('names'));
    }
    _status = new ThingStatusList(this, "status", false);
    _labels = new cdktn.StringMap(this, "labels");
    synthesizeHclAttributes() {
${attrs(
  entry("display_name", "cdktn.stringToHclTerraform(this._displayName)", false, "simple", "string"),
  entry("id", "cdktn.stringToHclTerraform(this._id)", false, "simple", "string"),
  entry("size", "cdktn.numberToHclTerraform(this._size)", false, "simple", "number"),
  entry("zone", "cdktn.stringToHclTerraform(this._zone)", false, "simple", "string"),
  entry("modes", "cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._modes)", false, "set", "stringList"),
  entry("settings", "cdktn.listMapperHcl(cdktn.anyToHcl, false)(this._settings)", false, "list", "booleanMapList"),
  entry("rules", "cdktn.listMapperHcl(thingRuleToHclTerraform, false)(this._rules)", false, "set", "ThingRuleList"),
  entry(
    "part",
    "cdktn.listMapperHcl(thingPartToHclTerraform, true)(this._part.internalValue)",
    true,
    "set",
    "ThingPartList",
  ),
  entry("only_part", "thingPartToHclTerraform(this._onlyPart.internalValue)", true, "list", "ThingPartList"),
  entry("timeouts", "thingTimeoutsToHclTerraform(this._timeouts.internalValue)", true, "struct", "ThingTimeouts"),
)}
    }
}
`;

const DECLARATIONS = `
export interface ThingConfig extends cdktn.TerraformMetaArguments {
    readonly displayName: string;
    readonly id?: string;
    /**
    * How large it is.
    */
    readonly size?: number;
    /**
    * Where it is. Possible values: ["here",
    * "there"]
    *
    * Docs at Terraform Registry
    */
    readonly zone?: string;
    readonly modes?: string[];
    readonly part?: ThingPart[] | cdktn.IResolvable;
    readonly onlyPart: ThingPart;
}
export interface ThingPart {
    readonly label: string;
}
`;

test("the schema of a type is read from what CDK for Terraform generated of it", () => {
  const part = {
    attributes: { label: { type: "string", required: true }, state: { type: "string", computed: true } },
    blocks: {},
  };
  expect(typeSchema(JAVASCRIPT, DECLARATIONS)).toEqual({
    attributes: {
      display_name: { type: "string", required: true },
      id: { type: "string", optional: true, computed: true },
      size: { type: "number", optional: true },
      zone: { type: "string", optional: true, computed: true, values: ["here", "there"] },
      modes: { type: ["set", "string"], optional: true, computed: true },
      settings: { type: ["list", ["map", "bool"]], optional: true, computed: true },
      rules: { type: ["set", ["object", { port: "number" }]], optional: true, computed: true },
      arn: { type: "string", computed: true },
      names: { type: ["set", "string"], computed: true },
      status: { type: ["list", ["object", { code: "number" }]], computed: true },
      labels: { type: ["map", "string"], computed: true },
    },
    blocks: {
      part: { nesting: "SET", min: 0, max: 0, block: part },
      only_part: { nesting: "LIST", min: 1, max: 1, block: part },
      timeouts: {
        nesting: "SINGLE",
        min: 0,
        max: 0,
        block: { attributes: { create: { type: "string", optional: true, computed: true } }, blocks: {} },
      },
    },
  });
});

test("code of another kind is refused", () => {
  expect(() => typeSchema("class Thing extends cdktn.Construct {\n}\n", "")).toThrow(
    "The generated code holds no resource, data source or provider",
  );
  const odd = JAVASCRIPT.replace('"booleanMapList"', '"tupleList"');
  expect(() => typeSchema(odd, DECLARATIONS)).toThrow('the unknown storage "tupleList"');
});
