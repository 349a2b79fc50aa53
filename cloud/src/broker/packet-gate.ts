import type { Socket } from "node:net";
import { Duplex, type DuplexOptions } from "node:stream";

/**
 * Follows the lengths of MQTT packets in a stream of bytes. Each begins with one byte of type and
 * one to four of length, seven bits each, lowest first (MQTT 3.1.1, 2.2.3).
 */
export class PacketLengths {
  readonly #maxBytes: number;
  #state: "type" | "length" | "body" = "type";
  #length = 0;
  #lengthBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns false as soon as a packet says that it is longer than allowed, or says nonsense. */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === "body") {
        const step = Math.min(this.#length, chunk.length - at);
        this.#length -= step;
        at += step;
        if (this.#length === 0) this.#state = "type";
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      if (this.#state === "type") {
        this.#state = "length";
        this.#length = 0;
        this.#lengthBytes = 0;
        continue;
      }
      this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
      this.#lengthBytes += 1;
      if (this.#length > this.#maxBytes) return false;
      if (byte < 0x80) this.#state = this.#length === 0 ? "type" : "body";
      else if (this.#lengthBytes === 4) return false;
    }
    return true;
  }
}

/**
 * A client's socket with a bound on the size of its packets. The broker gathers a packet whole
 * before it looks at it and knows no bound but MQTT's own 256 MB, so that a few clients could fill the
 * memory; here the connection ends at the header of the packet that is too long.
 */
export class PacketGate extends Duplex {
  readonly #socket: Socket;
  readonly #lengths: PacketLengths;

  constructor(socket: Socket, maxPacketBytes: number, options: DuplexOptions = {}) {
    super({ ...options, emitClose: true });
    this.#socket = socket;
    this.#lengths = new PacketLengths(maxPacketBytes);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#socket.write(chunk)) done();
    else this.#socket.once("drain", done);
  }

  override _final(done: (error?: Error) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    if (!this.#lengths.accept(chunk)) {
      this.destroy(new Error("packet longer than this broker takes"));
    } else if (!this.push(chunk)) {
      this.#socket.pause();
    }
  }
}
