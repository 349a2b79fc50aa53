import { expect, test } from "vitest";
import { redactCameraUrls, redactUrls } from "./redact-url.ts";

test.each([
  ["rtsp://admin:s3cret@10.0.0.7:554/main", "rtsp://***@10.0.0.7:554/main"],
  ["rtsp://admin@10.0.0.7/main", "rtsp://***@10.0.0.7/main"],
  ["rtsp://admin:p@ss@word@10.0.0.7/main", "rtsp://***@10.0.0.7/main"],
  ["http://cam/stream?user=admin&pwd=s3cret", "http://cam/stream?***"],
  ["https://s3/bucket/key?X-Amz-Signature=abc: 403", "https://s3/bucket/key?*** 403"],
  [
    "[error] rtsp://user:secret@127.0.0.1:9/x: Connection refused",
    "[error] rtsp://***@127.0.0.1:9/x: Connection refused",
  ],
  ["'rtsp://u:p@h/a' and 'rtsp://v:q@h/b'", "'rtsp://***@h/a' and 'rtsp://***@h/b'"],
  ["rtsp://admin:12/34@10.0.0.7/main: refused", "rtsp://***@10.0.0.7/main: refused"],
  ["rtsp://admin:it's#1@10.0.0.7/main", "rtsp://***@10.0.0.7/main"],
  ["/srv/clips/gate@night.mp4", "/srv/clips/gate@night.mp4"],
  ["http://cam/a@b.jpg", "http://cam/a@b.jpg"],
])("%s", (text, expected) => {
  expect(redactUrls(text)).toBe(expected);
});

test.each([
  [
    "rtsp://10.0.0.7:554/user=admin&password=hunter2: 401 Unauthorized",
    "rtsp://10.0.0.7:554/***: 401 Unauthorized",
  ],
  ["Opening 'http://u:p@cam/hunter2.ts' for reading", "Opening 'http://***@cam/***' for reading"],
  ["http://cam/a?pwd=hunter2", "http://cam/***"],
  ["file:/srv/gate.mp4: No such file", "file:/srv/gate.mp4: No such file"],
])("%s as a camera's", (text, expected) => {
  expect(redactCameraUrls(text)).toBe(expected);
});
