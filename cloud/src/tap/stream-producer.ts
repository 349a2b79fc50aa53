import { Producer, stringSerializers } from "@platformatic/kafka";

/** One message of a stream; those of one key keep their order. */
export interface StreamMessage {
  key: string;
  value: string;
}

/** How long the brokers may take to say that messages are kept by all replicas. */
const ANSWER_MS = 3_000;
/** All in-sync replicas (Kafka protocol, Produce request, acks). */
const ALL_REPLICAS = -1;

/** Hands messages to Kafka, or what speaks its protocol, such as Redpanda. */
export class StreamProducer {
  readonly #producer: Producer<string, string, string, string>;
  readonly #topic: string;

  /** @param brokers as `host:port`; whichever answers names the others. */
  constructor(topic: string, brokers: readonly string[]) {
    this.#topic = topic;
    this.#producer = new Producer({
      clientId: "sentinel-tap",
      bootstrapBrokers: [...brokers],
      serializers: stringSerializers,
      acks: ALL_REPLICAS,
      timeout: ANSWER_MS,
      requestTimeout: ANSWER_MS,
      connectTimeout: ANSWER_MS,
      retries: 0,
    });
  }

  /** Resolves when every replica has them. @throws where the brokers are away or refuse them. */
  async send(messages: readonly StreamMessage[]): Promise<void> {
    const topic = this.#topic;
    await this.#producer.send({ messages: messages.map((message) => ({ topic, ...message })) });
  }

  async stop(): Promise<void> {
    await this.#producer.close(true);
  }
}
