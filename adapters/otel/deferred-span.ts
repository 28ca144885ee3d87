import type {
  Attributes,
  AttributeValue,
  Context,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanOptions,
  SpanStatus,
  TimeInput,
  Tracer,
} from "@opentelemetry/api";

/** How a span began. */
export interface SpanStart {
  readonly name: string;
  readonly options: SpanOptions;
  /** Holds the parent. */
  readonly context: Context;
}

/**
 * A span that is kept until the SDK is loaded, and then goes on as one of the SDK's, with the same ids: its children, and what
 * was sent to others, know them.
 */
export class DeferredSpan implements Span {
  readonly start: SpanStart;
  readonly #context: SpanContext;
  #operations: Array<(span: Span) => void> = [];
  #real: Span | undefined;
  #isEnded = false;

  constructor(start: SpanStart, context: SpanContext) {
    this.start = start;
    this.#context = context;
  }

  /** Makes a span of the SDK of what was kept. The tracer gives it the ids of this one. */
  replay(tracer: Tracer): void {
    const { name, options, context } = this.start;
    const real = tracer.startSpan(name, options, context);
    this.#real = real;
    for (const operation of this.#operations.splice(0)) operation(real);
  }

  /** After `replay` with what the sampler decided. */
  spanContext(): SpanContext {
    return this.#real?.spanContext() ?? this.#context;
  }

  isRecording(): boolean {
    return this.#real ? this.#real.isRecording() : !this.#isEnded;
  }

  setAttribute(key: string, value: AttributeValue): this {
    return this.#do((span) => span.setAttribute(key, value));
  }

  setAttributes(attributes: Attributes): this {
    return this.#do((span) => span.setAttributes(attributes));
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time: TimeInput = Date.now()): this {
    const isTime =
      typeof attributesOrTime !== "object" || Array.isArray(attributesOrTime) || attributesOrTime instanceof Date;
    const [attributes, at] = isTime ? [undefined, attributesOrTime ?? time] : [attributesOrTime as Attributes, time];
    return this.#do((span) => span.addEvent(name, attributes, at as TimeInput));
  }

  addLink(link: Link): this {
    return this.#do((span) => span.addLink(link));
  }

  addLinks(links: Link[]): this {
    return this.#do((span) => span.addLinks(links));
  }

  setStatus(status: SpanStatus): this {
    return this.#do((span) => span.setStatus(status));
  }

  updateName(name: string): this {
    return this.#do((span) => span.updateName(name));
  }

  recordException(exception: Exception, time: TimeInput = Date.now()): void {
    this.#do((span) => span.recordException(exception, time));
  }

  end(endTime: TimeInput = Date.now()): void {
    this.#do((span) => span.end(endTime));
    this.#isEnded = true;
  }

  #do(operation: (span: Span) => void): this {
    if (this.#real) operation(this.#real);
    else if (!this.#isEnded) this.#operations.push(operation);
    return this;
  }
}
