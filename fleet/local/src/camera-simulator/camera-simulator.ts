import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { localError } from "../errors.ts";
import { type H264Clip, parseH264Clip } from "./h264-clip.ts";
import { type CameraCredentials, RtspConnection } from "./rtsp-connection.ts";
import { describeSession } from "./session-description.ts";
import { SimulatedCamera } from "./simulated-camera.ts";

/** Far more than a machine can decode; keeps a client that runs wild from taking every descriptor. */
const MAX_CONNECTIONS = 500;
/** A machine that slept this long goes on from where it was instead of catching up. */
const MAX_LAG_MS = 1000;

/** What the simulated cameras show and where. */
export interface CameraSimulatorOptions {
  /** H.264 byte stream (Annex B) without B-frames. */
  clipPath: string;
  /** Pictures a second of the clip. */
  fps: number;
  /** How many cameras: `cam-1`, `cam-2`, … */
  cameras: number;
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Where given, every camera asks for it (Basic, RFC 7617), and the addresses hold it. */
  credentials?: CameraCredentials;
}

/**
 * Cameras on the wall: real footage over RTSP (TCP), each camera with its own offset into the clip,
 * in real time, for any number of clients.
 */
export class CameraSimulator {
  readonly #options: CameraSimulatorOptions;
  readonly #connections = new Set<RtspConnection>();
  #cameras: SimulatedCamera[] = [];
  #server: Server | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: CameraSimulatorOptions) {
    this.#options = options;
  }

  /** How many clients are connected now. */
  get clients(): number {
    return this.#connections.size;
  }

  /**
   * @returns one address per camera.
   * @throws CodedError FOOTAGE_INVALID, PORT_IN_USE.
   */
  async start(): Promise<{ urls: string[] }> {
    const { fps, cameras, credentials } = this.#options;
    const clip = await this.#readClip();
    this.#cameras = Array.from({ length: cameras }, (_, index) => {
      const keyFrame = Math.floor((index * clip.keyFrames.length) / cameras);
      return new SimulatedCamera(`cam-${index + 1}`, clip, fps, clip.keyFrames[keyFrame] ?? 0);
    });
    const byId = new Map(this.#cameras.map((camera) => [camera.id, camera]));
    const server = createServer((socket) => {
      const connection = new RtspConnection(socket, {
        cameras: byId,
        describe: (camera) => describeSession(camera.id, clip, fps),
        credentials: credentials ?? null,
      });
      this.#connections.add(connection);
      socket.once("close", () => this.#connections.delete(connection));
      connection.start();
    });
    server.maxConnections = MAX_CONNECTIONS;
    const port = await listen(server, this.#options.port);
    this.#server = server;
    // Every camera has a picture from the first moment on.
    for (const camera of this.#cameras) camera.advance();
    this.#pace();
    const login =
      credentials === undefined
        ? ""
        : `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`;
    return { urls: this.#cameras.map(({ id }) => `rtsp://${login}127.0.0.1:${port}/${id}`) };
  }

  /** Hangs up on every client and frees the port. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const connection of this.#connections) connection.stop();
    const server = this.#server;
    this.#server = null;
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #readClip(): Promise<H264Clip> {
    const { clipPath } = this.#options;
    try {
      return parseH264Clip(await readFile(clipPath));
    } catch (error) {
      throw localError("FOOTAGE_INVALID", `${clipPath}: ${(error as Error).message}`, error);
    }
  }

  /** One timer for all cameras, which take turns within a picture's time so that work comes evenly. */
  #pace(): void {
    if (this.#cameras.length === 0) return;
    const stepMs = 1000 / this.#options.fps / this.#cameras.length;
    let dueAt = performance.now() + stepMs;
    let turn = 0;
    const tick = () => {
      const now = performance.now();
      if (now - dueAt > MAX_LAG_MS) dueAt = now;
      for (; dueAt <= now; dueAt += stepMs) {
        this.#cameras[turn]?.advance();
        turn = (turn + 1) % this.#cameras.length;
      }
      this.#timer = setTimeout(tick, Math.max(1, dueAt - performance.now()));
    };
    this.#timer = setTimeout(tick, stepMs);
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? localError("PORT_IN_USE", `port ${port} for the simulated cameras is in use`, error)
          : error,
      );
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
