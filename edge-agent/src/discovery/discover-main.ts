#!/usr/bin/env node
import { parseArgs } from "node:util";
import { discoverCameras } from "./discover-cameras.ts";
import { networkAddresses } from "./network-addresses.ts";

const USAGE = `Usage: discover-main.ts --networks LIST

  --networks LIST  IPv4 networks whose addresses are asked: 192.168.1.0/24,10.0.0.0/22
  --help           show this

Prints each ONVIF camera that answers as a line of JSON: address, services, name, hardware.
`;

/** How long cameras may take to answer. */
const WAIT_MS = 4_000;

function misused(why: string): never {
  process.stderr.write(`${why}\n${USAGE}`);
  process.exit(2);
}

function readNetworks(): string {
  try {
    const { values } = parseArgs({
      options: { networks: { type: "string" }, help: { type: "boolean" } },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    return values.networks ?? misused("--networks is missing");
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

const networks = networkAddresses(readNetworks());
if (!networks.ok) misused(`--networks ${networks.fault}`);
const { addresses } = networks;
const cameras = await discoverCameras(addresses, { waitMs: WAIT_MS });
for (const camera of cameras) process.stdout.write(`${JSON.stringify(camera)}\n`);
process.stderr.write(`${addresses.length} addresses asked, ${cameras.length} cameras answered\n`);
