import { createSocket, type Socket } from "node:dgram";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discoverCameras } from "./discover-cameras.ts";

/** As a camera answers (ONVIF Core 7.3.2); `relatesTo` names the question. */
function answer(relatesTo: string, services: string): string {
  return `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<SOAP-ENV:Header><wsa:RelatesTo>${relatesTo}</wsa:RelatesTo></SOAP-ENV:Header><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/Gate%20camera onvif://www.onvif.org/hardware/X-1 onvif://www.onvif.org/location/</d:Scopes>
<d:XAddrs>${services}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`;
}

const sockets: Socket[] = [];
let port = 0;

/** A device that answers on an address of this machine. */
async function device(address: string, reply: (question: string) => string): Promise<void> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.on("message", (question, from) =>
    socket.send(reply(question.toString("utf8")), from.port, from.address),
  );
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
  port = socket.address().port;
}

const idOf = (question: string) => /<a:MessageID>([^<]+)</.exec(question)?.[1] ?? "";

beforeAll(async () => {
  await device("127.0.0.2", (question) =>
    answer(idOf(question), "http://127.0.0.2/onvif/device_service file:///etc/passwd"),
  );
  await device("127.0.0.3", () => answer("uuid:of-another-question", "http://127.0.0.3/onvif"));
  await device("127.0.0.4", () => "\u0000not xml at all");
});
afterAll(() => {
  for (const socket of sockets) socket.close();
});

test("only what answers this question is found, and only web addresses of it are told", async () => {
  const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"];
  const found = await discoverCameras(addresses, { waitMs: 500, port });
  expect(found).toEqual([
    {
      address: "127.0.0.2",
      services: ["http://127.0.0.2/onvif/device_service"],
      name: "Gate camera",
      hardware: "X-1",
    },
  ]);
});
