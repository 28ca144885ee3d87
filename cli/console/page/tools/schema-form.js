import { h } from "../dom.js";

/** A form for the arguments of a tool: a field for each property of its JSON Schema. `read` throws for what is not JSON. */
export function schemaForm(schema) {
  const required = new Set(schema?.required ?? []);
  const fields = Object.entries(schema?.properties ?? {}).map(([name, property]) =>
    field(name, property, required.has(name)),
  );
  const element = h("div", { className: "fields" }, ...fields.map(({ element }) => element));
  if (fields.length === 0) element.append(h("p", { className: "note" }, "This tool takes no arguments."));
  return {
    element,
    read() {
      const entries = fields.map(({ name, read }) => [name, read()]).filter(([, value]) => value !== undefined);
      return Object.fromEntries(entries);
    },
  };
}

function field(name, property, isRequired) {
  const id = `argument-${name}`;
  const { type, description, default: preset } = property;
  const choices = property.enum ?? (property.const === undefined ? undefined : [property.const]);
  const { input, read } = choices ? choice(id, choices, preset) : (INPUTS[type] ?? jsonInput)(id, property, name);
  if (description) input.setAttribute("aria-describedby", `${id}-help`);
  const isBoolean = input.type === "checkbox";
  if (isRequired && !isBoolean) input.required = true;
  const label = h(
    "label",
    { htmlFor: id },
    name,
    h("span", { className: "type" }, ` ${typeName(property)}${isRequired ? "" : ", optional"}`),
  );
  return {
    name,
    // A box that has to be there is a choice of two, also where nobody touched it.
    read: isBoolean && isRequired ? () => input.checked : read,
    element: h(
      "div",
      { className: isBoolean ? "field boolean" : "field" },
      label,
      input,
      description && h("p", { className: "note", id: `${id}-help` }, description),
    ),
  };
}

const INPUTS = {
  string: textInput,
  number: numberInput,
  integer: numberInput,
  boolean: booleanInput,
};

function textInput(id, { default: preset = "", minLength, maxLength, format }) {
  const isLong = maxLength === undefined || maxLength > 200;
  const input = isLong && !format ? h("textarea", { id, rows: 1 }) : h("input", { id, type: "text" });
  input.value = preset;
  if (minLength !== undefined) input.minLength = minLength;
  return { input, read: () => (input.value === "" && !input.required ? undefined : input.value) };
}

function numberInput(id, { type, default: preset, minimum, maximum }) {
  const input = h("input", { id, type: "number", step: type === "integer" ? "1" : "any" });
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) input.min = minimum;
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) input.max = maximum;
  if (preset !== undefined) input.value = preset;
  return { input, read: () => (input.value === "" ? undefined : Number(input.value)) };
}

/** A box that is left alone is no argument: false and absent can differ. */
function booleanInput(id, { default: preset = false }) {
  let isTouched = false;
  const input = h("input", { id, type: "checkbox", checked: preset });
  input.addEventListener("change", () => {
    isTouched = true;
  });
  return { input, read: () => (isTouched || input.checked ? input.checked : undefined) };
}

function choice(id, choices, preset) {
  const options = choices.map((value, index) =>
    h("option", { value: index }, typeof value === "string" ? value : JSON.stringify(value)),
  );
  const input = h("select", { id }, h("option", { value: "" }, "—"), ...options);
  if (choices.includes(preset)) input.value = String(choices.indexOf(preset));
  return { input, read: () => (input.value === "" ? undefined : choices[Number(input.value)]) };
}

function jsonInput(id, { default: preset, type }, name) {
  const placeholder = type === "array" ? "[ ]" : type === "object" ? "{ }" : "JSON";
  const input = h("textarea", { id, rows: 3, spellcheck: false, placeholder });
  if (preset !== undefined) input.value = JSON.stringify(preset, null, 2);
  const read = () => {
    if (input.value.trim() === "") return undefined;
    try {
      return JSON.parse(input.value);
    } catch (error) {
      throw new Error(`${name} is not JSON: ${error.message}`);
    }
  };
  return { input, read };
}

const typeName = ({ type, enum: choices, format }) =>
  (choices ? "one of" : [type].flat().filter(Boolean).join(" or ") || "JSON") + (format ? ` (${format})` : "");
