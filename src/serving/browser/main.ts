import { luma } from '../../data/images/pixels.js';
import { toDigit } from './digit.js';
import { Drawing } from './drawing.js';
import { watchDrift } from './drift.js';
import { element } from './elements.js';
import { drawByKeyboard } from './keyboard.js';
import { BrowserModel, type ModelDescription } from './model.js';
import { showAnswer, showModel, showNothing, showSeen } from './results.js';
import { offerSamples } from './samples.js';

/** The page's start: draws, asks the model, shows. */
async function main(): Promise<void> {
  void watchDrift();
  // Ink is taken at once; what was drawn while the model was loading is answered when it can be.
  let answerDrawing = (): void => undefined;
  const drawing = new Drawing(element('drawing', HTMLCanvasElement), () => {
    answerDrawing();
  });
  element('clear', HTMLButtonElement).addEventListener('click', () => {
    drawing.clear();
  });
  element('undo', HTMLButtonElement).addEventListener('click', () => {
    drawing.undo();
  });
  drawByKeyboard(drawing);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') drawing.clear();
    if (event.key === 'z' && (event.ctrlKey || event.metaKey)) drawing.undo();
  });
  const model = await BrowserModel.load();
  showModel(model.description);
  void offerSamples(drawing, model.description);
  // The first answer makes the programs of the graphics processor, which takes seconds.
  const { height, width, channels } = model.description;
  await model.answer(new Float32Array(height * width * channels));
  answerDrawing = latestOnly(() => answer(model, drawing));
  answerDrawing();
  const file = element('file', HTMLInputElement);
  file.addEventListener('change', () => {
    const chosen = file.files?.item(0);
    if (chosen) drawing.open(chosen, model.description.background).catch(showError);
  });
}

async function answer(model: BrowserModel, drawing: Drawing): Promise<void> {
  if (drawing.isEmpty) {
    showNothing(model.description);
    return;
  }
  const pixels = modelPixels(model.description, drawing);
  const given = await model.answer(pixels);
  showAnswer(model.description, given);
  showSeen(model.description, pixels, given);
}

/** The drawing as the model takes it: 0 to 255, [height, width, channels]. */
function modelPixels({ height, width, channels, dataset }: ModelDescription, drawing: Drawing): Float32Array {
  const isDigit = dataset.name === 'mnist' && height === 28 && width === 28 && channels === 1;
  // A picture of the model's own size is given as it is.
  const isOfItsSize = drawing.opened?.width === width && drawing.opened.height === height;
  if (isDigit && !isOfItsSize) {
    const { width: columns, height: rows } = drawing.canvas;
    const rgba = drawing.pixels();
    return toDigit({
      width: columns,
      height: rows,
      values: Float32Array.from({ length: columns * rows }, (_, pixel) => gray(rgba, pixel)),
    });
  }
  const scaled = new OffscreenCanvas(width, height).getContext('2d');
  if (!scaled) throw new Error('this browser draws on no canvas');
  scaled.drawImage(drawing.canvas, 0, 0, width, height);
  const rgba = scaled.getImageData(0, 0, width, height).data;
  return Float32Array.from({ length: height * width * channels }, (_, index) =>
    channels === 3 ? rgba[4 * Math.floor(index / 3) + (index % 3)] : gray(rgba, index),
  );
}

/** The gray of a pixel. */
function gray(rgba: Uint8ClampedArray, pixel: number): number {
  return luma(rgba[4 * pixel], rgba[4 * pixel + 1], rgba[4 * pixel + 2]);
}

/** Does one at a time; of what is asked meanwhile, the last is done. */
function latestOnly(task: () => Promise<void>): () => void {
  let isRunning = false;
  let isAsked = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    do {
      isAsked = false;
      await task().catch(showError);
    } while (isAsked as boolean);
    isRunning = false;
  };
  return () => {
    isAsked = true;
    if (!isRunning) void run();
  };
}

function showError(error: unknown): void {
  element('answer', HTMLElement).textContent = error instanceof Error ? error.message : String(error);
}

main().catch(showError);
