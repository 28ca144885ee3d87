import { randomUUID } from "node:crypto";

/** Variable that tells an instance the name of the secret header. */
export const SECRET_VARIABLE = "EMULATED_INGRESS_SECRET";

/** Name of a header that no client knows, by which an instance knows its ingress. */
export const secretHeader = (): string => `x-emulated-ingress-${randomUUID()}`;
