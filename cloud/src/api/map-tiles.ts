import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { cloudError } from "../errors.ts";
import type { WhoAsks } from "../people/who-asks.ts";
import { signedInOnly } from "./signed-in-only.ts";

/** What people are told of an operator's own map; `bounds` is west, south, east, north in degrees. */
export interface MapTilesInfo {
  minZoom: number;
  maxZoom: number;
  bounds: [number, number, number, number];
  /** Whose map it is, as `attribution.txt` in the folder says; null without one. */
  attribution: string | null;
}

/** An operator's own map: a folder of pictures `{zoom}/{x}/{y}.png`, y counted from the north (XYZ). */
export interface MapTiles {
  folder: string;
  extension: keyof typeof TYPES;
  info: MapTilesInfo;
}

const TYPES = { png: "image/png", jpg: "image/jpeg", webp: "image/webp" } as const;
const WANTED = "a folder of map tiles, {zoom}/{x}/{y}.png, .jpg or .webp";
const DEEPEST_ZOOM = 24;
const MAX_ATTRIBUTION = 300;

/**
 * Looks what there is in a folder of tiles; its extent is that of its widest zoom.
 * @throws CodedError CLOUD_CONFIG_INVALID where it holds none.
 */
export async function readMapTiles(folder: string): Promise<MapTiles> {
  const zooms = (await numbered(folder)).filter((zoom) => zoom <= DEEPEST_ZOOM);
  const [minZoom, maxZoom] = [zooms[0], zooms.at(-1)];
  if (minZoom === undefined || maxZoom === undefined) throw notTiles(folder);
  const columns = await numbered(join(folder, String(minZoom)));
  const files = await Promise.all(
    columns.map((x) => readdir(join(folder, String(minZoom), String(x))).catch(() => [])),
  );
  const tiles = files.flat().flatMap((name) => {
    const found = /^(\d{1,8})\.(png|jpg|webp)$/.exec(name);
    return found === null ? [] : [{ y: Number(found[1]), extension: found[2] }];
  });
  const [first] = tiles;
  const [west, east] = [columns[0], columns.at(-1)];
  if (first === undefined || west === undefined || east === undefined) throw notTiles(folder);
  const rows = tiles.map(({ y }) => y).sort((a, b) => a - b);
  return {
    folder,
    extension: first.extension as MapTiles["extension"],
    info: {
      minZoom,
      maxZoom,
      bounds: [
        longitudeOf(west, minZoom),
        latitudeOf((rows.at(-1) ?? 0) + 1, minZoom),
        longitudeOf(east + 1, minZoom),
        latitudeOf(rows[0] ?? 0, minZoom),
      ],
      attribution: await readAttribution(folder),
    },
  };
}

const whole = z.string().regex(/^\d{1,8}$/);
const paramsSchema = z.object({ zoom: whole, x: whole, y: whole });

/**
 * `/api/map-tiles/{zoom}/{x}/{y}`, for people who are signed in: one picture of the operator's map; 404
 * where it has none there.
 */
export function addMapTiles(server: FastifyInstance, tiles: MapTiles, whoAsks: WhoAsks): void {
  const { folder, extension } = tiles;
  const preHandler = signedInOnly(whoAsks);
  server.get("/api/map-tiles/:zoom/:x/:y", { preHandler }, async (request, reply) => {
    const params = paramsSchema.safeParse(request.params);
    const picture = params.success
      ? await opened(join(folder, params.data.zoom, params.data.x, `${params.data.y}.${extension}`))
      : null;
    if (picture === null) return reply.code(404).send({ message: "The map has no picture there." });
    return reply
      .type(TYPES[extension])
      .header("cache-control", "private, max-age=3600")
      .send(picture);
  });
}

function opened(path: string): Promise<NodeJS.ReadableStream | null> {
  const stream = createReadStream(path);
  return new Promise((resolve) => {
    stream.once("ready", () => resolve(stream));
    stream.once("error", () => resolve(null));
  });
}

/** Entries of a folder that are whole numbers, in their order; none where it cannot be read. */
async function numbered(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => whole.safeParse(name).success)
    .map(Number)
    .sort((a, b) => a - b);
}

async function readAttribution(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, "attribution.txt"), "utf8").catch(() => "");
  return text.trim().slice(0, MAX_ATTRIBUTION) || null;
}

function notTiles(folder: string): Error {
  return cloudError(
    "CLOUD_CONFIG_INVALID",
    `environment: SENTINEL_MAP_TILES ${JSON.stringify(folder)}; accepted: ${WANTED}`,
  );
}

function longitudeOf(x: number, zoom: number): number {
  return Math.min(180, (x / 2 ** zoom) * 360 - 180);
}

function latitudeOf(y: number, zoom: number): number {
  const north = Math.PI * (1 - (2 * y) / 2 ** zoom);
  return (Math.atan(Math.sinh(north)) * 180) / Math.PI;
}
