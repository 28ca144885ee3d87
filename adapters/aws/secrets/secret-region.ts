const SECRET_ARN = /^arn:[^:]+:secretsmanager:([^:]+):/;

/**
 * The region that an ARN names, undefined for a name: a secret is asked for where it lies, whatever region the function is
 * in.
 */
export const secretRegion = (secret: string): string | undefined => SECRET_ARN.exec(secret)?.[1];
