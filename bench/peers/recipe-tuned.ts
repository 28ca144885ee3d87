/** The same with one validator of JSON Schema for all servers, which by default each of them makes for itself. */
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { createRecipe } from "./recipe.ts";

export const handler = createRecipe({ jsonSchemaValidator: new AjvJsonSchemaValidator() });
