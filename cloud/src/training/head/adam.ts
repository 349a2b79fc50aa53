/** Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1 and its defaults. */
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** What Adam remembers of one tensor. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** No memory yet. */
export function noMoments(length: number): Moments {
  return { first: new Float32Array(length), second: new Float32Array(length) };
}

/**
 * One step of Adam on a tensor, which is then drawn a little towards its anchor: what the data does
 * not speak of stays as it was. Values without a gradient so far are left alone.
 *
 * @param step counted from 1.
 * @param pull the share of the way back to the anchor that one step takes.
 */
export function adamStep(
  values: Float32Array,
  gradients: Float32Array,
  moments: Moments,
  options: { step: number; learningRate: number; anchor: Float32Array; pull: number },
): void {
  const { step, learningRate, anchor, pull } = options;
  const { first, second } = moments;
  const rate = (learningRate * Math.sqrt(1 - BETA_2 ** step)) / (1 - BETA_1 ** step);
  for (let index = 0; index < values.length; index++) {
    const gradient = gradients[index] as number;
    const before = first[index] as number;
    if (gradient === 0 && before === 0) continue;
    const mean = BETA_1 * before + (1 - BETA_1) * gradient;
    const square = BETA_2 * (second[index] as number) + (1 - BETA_2) * gradient * gradient;
    first[index] = mean;
    second[index] = square;
    const value = (values[index] as number) - (rate * mean) / (Math.sqrt(square) + EPSILON);
    values[index] = value + ((anchor[index] as number) - value) * pull;
  }
}
