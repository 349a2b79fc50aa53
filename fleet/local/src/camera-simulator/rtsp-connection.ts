import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { type RtspRequest, RtspRequestReader, RtspSyntaxError } from "./rtsp-request.ts";
import { TRACK } from "./session-description.ts";
import type { SimulatedCamera, Viewer } from "./simulated-camera.ts";

/** Name and password that a camera asks for. */
export interface CameraCredentials {
  username: string;
  password: string;
}

/** What a connection may reach. */
export interface RtspResources {
  cameras: ReadonlyMap<string, SimulatedCamera>;
  /** Session description of a camera. */
  describe(camera: SimulatedCamera): string;
  credentials: CameraCredentials | null;
}

/** Status codes of RFC 2326 section 7.1.1 that are used here. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  413: "Request Entity Too Large",
  431: "Request Header Fields Too Large",
  454: "Session Not Found",
  455: "Method Not Valid in This State",
  461: "Unsupported Transport",
  501: "Not Implemented",
  505: "RTSP Version Not Supported",
};

const METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN";
/** A client who takes nothing for so many bytes misses pictures until the next key frame … */
const BACKLOG_LIMIT_BYTES = 512_000;
/** … and one who says and takes nothing for so long is gone. */
const SILENCE_LIMIT_MS = 30_000;
const SESSION_TIMEOUT_S = 60;

interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Done after the answer is written. */
  after?: () => void;
}

/** One client's connection: answers its requests and carries its pictures (RFC 2326 section 10.12). */
export class RtspConnection {
  readonly #socket: Socket;
  readonly #resources: RtspResources;
  readonly #reader = new RtspRequestReader();
  readonly #sessionId = randomBytes(8).toString("hex");
  #camera: SimulatedCamera | null = null;
  #viewer: Viewer | null = null;
  #waitsForKeyFrame = false;

  constructor(socket: Socket, resources: RtspResources) {
    this.#socket = socket;
    this.#resources = resources;
  }

  /** Begins to listen to the client. */
  start(): void {
    this.#socket.setNoDelay(true);
    this.#socket.setTimeout(SILENCE_LIMIT_MS, () => this.#socket.destroy());
    this.#socket.on("data", (chunk) => this.#hear(chunk));
    // A client that is killed resets the connection; "close" follows.
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.once("close", () => this.#leave());
  }

  /** Hangs up. */
  stop(): void {
    this.#socket.destroy();
  }

  #hear(chunk: Buffer): void {
    try {
      for (const request of this.#reader.read(chunk)) this.#write(request, this.#answer(request));
    } catch (error) {
      if (!(error instanceof RtspSyntaxError)) throw error;
      this.#socket.end(
        `RTSP/1.0 ${error.status} ${REASONS[error.status]}\r\nConnection: close\r\n\r\n`,
      );
      this.#socket.removeAllListeners("data");
      this.#socket.resume();
      this.#leave();
    }
  }

  #answer(request: RtspRequest): Answer {
    if (!/^\d{1,10}$/.test(request.headers.get("cseq") ?? "")) return { status: 400 };
    switch (request.method) {
      case "OPTIONS":
        return { status: 200, headers: { Public: METHODS } };
      case "DESCRIBE":
        return this.#withCamera(request, (camera) => this.#describe(request, camera));
      case "SETUP":
        return this.#withCamera(request, (camera) => this.#setUp(request, camera));
      case "PLAY":
        return this.#withSession(request, (camera, viewer) => this.#play(request, camera, viewer));
      case "GET_PARAMETER":
      case "SET_PARAMETER":
        return { status: 200, headers: this.#sessionHeader() };
      case "TEARDOWN":
        return { status: 200, headers: { Connection: "close" }, after: () => this.#socket.end() };
      default:
        return { status: 501, headers: { Public: METHODS } };
    }
  }

  #withCamera(request: RtspRequest, act: (camera: SimulatedCamera) => Answer): Answer {
    const camera = this.#resources.cameras.get(cameraIdOf(request.target) ?? "");
    if (camera === undefined) return { status: 404 };
    if (!this.#isAllowed(request)) {
      return { status: 401, headers: { "WWW-Authenticate": 'Basic realm="camera"' } };
    }
    return act(camera);
  }

  #withSession(
    request: RtspRequest,
    act: (camera: SimulatedCamera, viewer: Viewer) => Answer,
  ): Answer {
    const session = request.headers.get("session")?.split(";")[0];
    if (session !== this.#sessionId) return { status: 454 };
    if (this.#camera === null || this.#viewer === null) return { status: 455 };
    return act(this.#camera, this.#viewer);
  }

  #isAllowed(request: RtspRequest): boolean {
    const { credentials } = this.#resources;
    if (credentials === null) return true;
    const [scheme, token = ""] = (request.headers.get("authorization") ?? "").split(" ");
    const wanted = `${credentials.username}:${credentials.password}`;
    const given = Buffer.from(token, "base64").toString();
    return scheme?.toLowerCase() === "basic" && timingSafeEqual(digest(given), digest(wanted));
  }

  #describe(request: RtspRequest, camera: SimulatedCamera): Answer {
    const base = request.target.replace(/\/*$/, "/");
    const headers = { "Content-Base": base, "Content-Type": "application/sdp" };
    return { status: 200, headers, body: this.#resources.describe(camera) };
  }

  #setUp(request: RtspRequest, camera: SimulatedCamera): Answer {
    const transport = request.headers.get("transport") ?? "";
    const interleaved = transport
      .split(",")
      .map((choice) =>
        /^RTP\/AVP\/TCP(?:;[^;]+)*;interleaved=(\d{1,3})-(\d{1,3})(;|$)/i.exec(choice.trim()),
      )
      .find((match) => match !== null && Number(match[1]) <= 254 && Number(match[2]) <= 255);
    if (interleaved === undefined || interleaved === null) return { status: 461 };
    if (this.#viewer !== null) return { status: 455 };
    const channel = Number(interleaved[1]);
    this.#camera = camera;
    this.#viewer = { channel, send: (packets, keyFrame) => this.#send(packets, keyFrame) };
    return {
      status: 200,
      headers: {
        ...this.#sessionHeader(),
        Transport: `RTP/AVP/TCP;unicast;interleaved=${interleaved[1]}-${interleaved[2]}`,
      },
    };
  }

  #play(request: RtspRequest, camera: SimulatedCamera, viewer: Viewer): Answer {
    const { sequence, timestamp } = camera.firstPosition;
    const track = `${request.target.replace(/\/*$/, "")}/${TRACK}`;
    return {
      status: 200,
      headers: {
        ...this.#sessionHeader(),
        Range: "npt=now-",
        "RTP-Info": `url=${track};seq=${sequence};rtptime=${timestamp}`,
      },
      after: () => camera.addViewer(viewer),
    };
  }

  #sessionHeader(): Record<string, string> {
    return { Session: `${this.#sessionId};timeout=${SESSION_TIMEOUT_S}` };
  }

  #write(request: RtspRequest, { status, headers = {}, body = "", after }: Answer): void {
    if (!this.#socket.writable) return;
    const lines = [
      `RTSP/1.0 ${status} ${REASONS[status]}`,
      `CSeq: ${request.headers.get("cseq") ?? 0}`,
    ];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (body !== "") lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
    after?.();
  }

  #send(packets: Buffer, keyFrame: boolean): void {
    if (this.#socket.writableLength > BACKLOG_LIMIT_BYTES) this.#waitsForKeyFrame = true;
    else if (keyFrame) this.#waitsForKeyFrame = false;
    if (!this.#waitsForKeyFrame && this.#socket.writable) this.#socket.write(packets);
  }

  #leave(): void {
    if (this.#viewer !== null) this.#camera?.removeViewer(this.#viewer);
  }
}

/** First part of the address's path: `rtsp://host/cam-1/trackID=0` is of `cam-1`. */
function cameraIdOf(target: string): string | null {
  const path = URL.parse(target)?.pathname;
  return path?.split("/")[1] ?? null;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
