import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";

/** A Redis or Valkey server that you have. */
export interface RedisProps {
  /** The secret whose text is the server's URL, `rediss://user:password@host:6380/0`. The function reads it when it starts to need it. */
  readonly urlSecret: ISecret;
}

/** The ARN of a secret in a policy: of one that was imported by its name, the last characters are unknown. */
export const policyArnOf = ({ secretFullArn, secretArn }: ISecret): string => secretFullArn ?? `${secretArn}-??????`;
