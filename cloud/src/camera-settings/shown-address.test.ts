import { expect, test } from "vitest";
import { shownAddress } from "./shown-address.ts";

test.each([
  ["rtsp://user:hunter2@10.0.0.7:554/stream1?pwd=hunter2", "rtsp://10.0.0.7:554"],
  ["rtsp://user:p@hunter2@10.0.0.7/main", "rtsp://10.0.0.7"],
  ["http://cam.local/user=admin&password=hunter2", "http://cam.local"],
  ["rtsp://[::1]:8554/hunter2", "rtsp://[::1]:8554"],
  ["RTSP://user:hunter2@CAM/main", "rtsp://CAM"],
  ["/srv/hunter2/gate.mp4", "gate.mp4"],
  ["/srv/user:hunter2@gate.mp4", "a file"],
  ["/srv/hunter2", "a file"],
])("%s is shown as %s", (url, shown) => {
  expect(shownAddress(url)).toBe(shown);
});

test.each([
  "rtsp://user:12/hunter2@10.0.0.7/main",
  "rtsp://user:12#hunter2@10.0.0.7/main",
  "rtsp://user:12?hunter2@10.0.0.7/main",
  "rtsp://user:hun/ter2@10.0.0.7/main",
  "rtsp:/user:hunter2@10.0.0.7",
  "rtsp:user:hunter2@10.0.0.7",
  "user:hunter2@10.0.0.7",
  "cam.local/user=admin&password=hunter2",
  "hunter2.mp4",
])("nothing of %s is shown", (url) => {
  expect(shownAddress(url)).toBe("an address that cannot be shown");
});
