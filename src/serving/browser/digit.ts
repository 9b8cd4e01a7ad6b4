/** A grayscale picture. */
export interface Gray {
  width: number;
  height: number;
  /** [height, width], 0 black to 255 white */
  values: ArrayLike<number>;
}

/** Of MNIST: the longer side of a digit, in a picture of 28. */
const DIGIT = 20;
const SIDE = 28;
/** Darker pixels are ground. */
const INK = 32;
/** Samples along each side of a target pixel. */
const SAMPLES = 4;

/**
 * Makes a drawing what MNIST's digits are: scaled so that its longer side takes 20 pixels, antialiased, its centre of mass
 * in the middle of 28 × 28 (LeCun, Bottou, Bengio and Haffner 1998).
 * @returns [28, 28], 0 to 255; all 0 if nothing is drawn
 */
export function toDigit(drawing: Gray): Float32Array {
  const box = boundingBox(drawing);
  if (!box) return new Float32Array(SIDE * SIDE);
  const scale = Math.max(box.right - box.left, box.bottom - box.top) / DIGIT;
  const center = centerOfMass(drawing);
  const at = (index: number, middle: number): number => (index - (SIDE - 1) / 2) * scale + middle;
  return Float32Array.from({ length: SIDE * SIDE }, (_, index) =>
    areaMean(drawing, at(index % SIDE, center.x), at(Math.floor(index / SIDE), center.y), scale),
  );
}

interface Box {
  left: number;
  top: number;
  /** Beyond the last column and row. */
  right: number;
  bottom: number;
}

function boundingBox({ width, height, values }: Gray): Box | undefined {
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let index = 0; index < width * height; index++) {
    if (values[index] < INK) continue;
    const [x, y] = [index % width, Math.floor(index / width)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
  }
  return box.right > 0 ? box : undefined;
}

function centerOfMass({ width, height, values }: Gray): { x: number; y: number } {
  let [total, x, y] = [0, 0, 0];
  for (let index = 0; index < width * height; index++) {
    total += values[index];
    x += values[index] * (index % width);
    y += values[index] * Math.floor(index / width);
  }
  return { x: x / total, y: y / total };
}

/** The mean over a square of this side around a point; beyond the picture lies black. */
function areaMean({ width, height, values }: Gray, x: number, y: number, side: number): number {
  let sum = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const column = Math.round(x + (((sample % SAMPLES) + 0.5) / SAMPLES - 0.5) * side);
    const row = Math.round(y + ((Math.floor(sample / SAMPLES) + 0.5) / SAMPLES - 0.5) * side);
    if (column >= 0 && column < width && row >= 0 && row < height) sum += values[row * width + column];
  }
  return sum / SAMPLES ** 2;
}
