/** Wire types of the protocol-buffers encoding (protobuf.dev/programming-guides/encoding). */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Writes one protocol-buffers message, field by field, in the order of the calls. */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];

  /** int32, int64 or an enum; a safe integer, not negative ones beyond -2^53. */
  integer(field: number, value: number): this {
    return this.#tag(field, VARINT).#push(encodeVarint(value));
  }

  /** float (32 bits). */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, FIXED_32).#push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, LENGTH_DELIMITED).#push(encodeVarint(value.length)).#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A repeated integer field, one tag for all. */
  packedIntegers(field: number, values: readonly number[]): this {
    return this.bytes(field, concatenate(values.map(encodeVarint)));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The message's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    return concatenate(this.#chunks);
  }

  #tag(field: number, wireType: number): this {
    return this.#push(encodeVarint(field * 8 + wireType));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    return this;
  }
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    result.set(chunk, offset);
    offset += chunk.length;
  }
  return result;
}
