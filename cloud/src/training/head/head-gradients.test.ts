import type { Box } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
import { seededRandom } from "../../evaluation/seeded-random.ts";
import type { HeadScale } from "../../inference/detect-head.ts";
import type { PictureFeatures } from "../../inference/feature-extractor.ts";
import { adamStep, noMoments } from "./adam.ts";
import { emptyGradients } from "./head-gradients.ts";
import { headSample } from "./head-sample.ts";
import { plainGradients } from "./head-training.ts";

const CLASSES = 2;
const ROWS = 3 * (5 + CLASSES);
const CHANNELS = 4;
const INPUT = 32;

const random = seededRandom(7);
const noise = (length: number) => Float32Array.from({ length }, () => random() * 2 - 1);

/** A head on three small feature maps; both kinds of layer. */
function smallHead(learns: HeadScale["learns"]): HeadScale[] {
  return [0, 1, 2].map((feature) => ({
    feature,
    learns,
    channels: CHANNELS,
    anchors: [
      [0.1, 0.1],
      [0.2, 0.3],
      [0.5, 0.4],
    ],
    weights: noise(ROWS * CHANNELS),
    biases: noise(ROWS),
  }));
}

const features: PictureFeatures = {
  letterbox: { left: 0, top: 4, width: 32, height: 24, boxWidth: 32, boxHeight: 24 },
  gridSizes: [4, 2, 1],
  scales: [4, 2, 1].map((size) => noise(size * size * CHANNELS)),
};
const boxes: { classId: number; box: Box }[] = [{ classId: 1, box: [0.3, 0.3, 0.25, 0.3] }];
const facts = { trained: [0, 1], classCount: CLASSES };

test.each(["everything", "classes"] as const)(
  "gradients of a layer that learns %s are the loss's slopes",
  (learns) => {
    const scales = smallHead(learns);
    const sample = headSample(scales, features, INPUT, { boxes, visible: [0, 0, 1, 1] });
    expect(sample.targets.length).toBeGreaterThan(3);
    const gradients = emptyGradients(scales);
    plainGradients(scales, sample, facts, gradients);
    // The class rows: objectness depends on the boxes by its IoU, which is held fixed as in YOLOv5.
    const row = 5 + 1;
    for (const [scale, layer] of scales.entries()) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const index = row * CHANNELS + channel;
        const before = layer.weights[index] as number;
        const lossAt = (value: number) => {
          layer.weights[index] = value;
          return plainGradients(scales, sample, facts, null);
        };
        const slope = (lossAt(before + 0.01) - lossAt(before - 0.01)) / 0.02;
        layer.weights[index] = before;
        expect(gradients[scale]?.weights[index]).toBeCloseTo(slope, 2);
      }
    }
  },
);

test("a layer that learns classes touches no other row", () => {
  const scales = smallHead("classes");
  const sample = headSample(scales, features, INPUT, { boxes, visible: [0, 0, 1, 1] });
  const gradients = emptyGradients(scales);
  plainGradients(scales, sample, { ...facts, trained: [1] }, gradients);
  for (const { weights } of gradients) {
    weights.forEach((value, index) => {
      const part = Math.floor(index / CHANNELS) % (5 + CLASSES);
      if (part !== 6) expect(value).toBe(0);
    });
  }
  expect(gradients.some(({ weights }) => weights.some((value) => value !== 0))).toBe(true);
});

test("what is not known of a picture costs nothing", () => {
  const scales = smallHead("everything");
  const nothing = headSample(scales, features, INPUT, { boxes: [], visible: [0, 0, 0, 0] });
  expect(plainGradients(scales, nothing, facts, null)).toBe(0);
  const all = headSample(scales, features, INPUT, { boxes: [], visible: [0, 0, 1, 1] });
  expect(plainGradients(scales, all, facts, null)).toBeGreaterThan(1);
});

test("Adam goes down the slope by its rate, and leaves alone what has no slope", () => {
  const values = Float32Array.from([1, 1]);
  const moments = noMoments(2);
  const options = { step: 1, learningRate: 0.1, anchor: Float32Array.from([1, 1]), pull: 0 };
  adamStep(values, Float32Array.from([5, 0]), moments, options);
  expect(values[0]).toBeCloseTo(0.9, 5);
  expect(values[1]).toBe(1);
});
