/** The same recipe with one JSON Schema validator for all servers. By default, each server makes its own. */
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { createRecipe } from "./recipe.ts";

export const handler = createRecipe({ jsonSchemaValidator: new AjvJsonSchemaValidator() });
