import { contextOf } from './elements.js';

/** Of the pen, in pixels of the canvas. */
const PEN_WIDTH = 22;

/** Lets a visitor draw on a canvas, white on black. @param onChange after each stroke, and each part of one */
export class Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: () => void;
  #isEmpty = true;

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.canvas = canvas;
    this.#context = contextOf(canvas);
    this.#onChange = onChange;
    Object.assign(this.#context, { lineWidth: PEN_WIDTH, lineCap: 'round', lineJoin: 'round', strokeStyle: 'white' });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#begin(event);
    });
    // A stroke that comes in from outside begins at the edge, not where the last one ended.
    canvas.addEventListener('pointerenter', (event) => {
      if (event.buttons !== 0) this.#begin(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons !== 0) this.#draw(event);
    });
    this.#blacken();
  }

  /** Whether nothing has been drawn or opened. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  clear(): void {
    this.#blacken();
    this.#onChange();
  }

  /** Shows a picture in place of a drawing. */
  async open(file: Blob): Promise<void> {
    const picture = await createImageBitmap(file);
    this.#blacken();
    this.#isEmpty = false;
    this.#context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.#onChange();
  }

  /** RGBA, [height, width, 4] */
  pixels(): Uint8ClampedArray {
    return this.#context.getImageData(0, 0, this.canvas.width, this.canvas.height).data;
  }

  #begin(event: PointerEvent): void {
    this.#context.beginPath();
    this.#context.moveTo(event.offsetX, event.offsetY);
    this.#draw(event);
  }

  #draw(event: PointerEvent): void {
    this.#isEmpty = false;
    this.#context.lineTo(event.offsetX, event.offsetY);
    this.#context.stroke();
    this.#onChange();
  }

  #blacken(): void {
    this.#isEmpty = true;
    this.#context.fillStyle = 'black';
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
