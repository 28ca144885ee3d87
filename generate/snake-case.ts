/** The name of a field in Terraform: `maxBodyBytes` is `max_body_bytes`. */
export const snakeCase = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
