import type { FactoryContext } from "../../server/server-factory.ts";
import type { Naming } from "./naming.ts";

/**
 * A factory's context as one source of a gateway sees it: keys of `once` and `rateLimiter` are its own, and resources that
 * it tells of get the gateway's URIs. Getters, because a service costs nothing until it is used.
 */
export class SourceContext implements FactoryContext {
  readonly #outer: FactoryContext;
  readonly #naming: Naming;

  constructor(outer: FactoryContext, naming: Naming) {
    this.#outer = outer;
    this.#naming = naming;
  }

  get era(): FactoryContext["era"] {
    return this.#outer.era;
  }

  // A context without a token has no such field, which exact optional types ask for.
  get authInfo(): NonNullable<FactoryContext["authInfo"]> {
    return this.#outer.authInfo as NonNullable<FactoryContext["authInfo"]>;
  }

  get requestInfo(): NonNullable<FactoryContext["requestInfo"]> {
    return this.#outer.requestInfo as NonNullable<FactoryContext["requestInfo"]>;
  }

  get caller(): FactoryContext["caller"] {
    return this.#outer.caller;
  }

  get handles(): FactoryContext["handles"] {
    return this.#outer.handles;
  }

  get requestState(): FactoryContext["requestState"] {
    return this.#outer.requestState;
  }

  get notify(): FactoryContext["notify"] {
    const { notify } = this.#outer;
    const { uriPrefix } = this.#naming;
    return { ...notify, resourceUpdated: (uri, audience) => notify.resourceUpdated(`${uriPrefix}${uri}`, audience) };
  }

  get once(): FactoryContext["once"] {
    const { once } = this.#outer;
    return (key, life, work) => once(`${this.#naming.source}/${key}`, life, work);
  }

  get rateLimiter(): FactoryContext["rateLimiter"] {
    const { rateLimiter } = this.#outer;
    return { ...rateLimiter, take: (name, rule) => rateLimiter.take(`${this.#naming.source}/${name}`, rule) };
  }
}
