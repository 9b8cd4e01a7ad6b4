import { contextOf } from './elements.js';

/** Of the pen, in pixels of the canvas. */
const PEN_WIDTH = 22;
/** Strokes that can be taken back. */
const MOST_UNDONE = 50;

/** Lets a visitor draw on a canvas, white on black. @param onChange after each stroke, and each part of one */
export class Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: () => void;
  #isEmpty = true;
  /** As it was before each stroke. */
  readonly #before: { picture: ImageData; isEmpty: boolean }[] = [];

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.canvas = canvas;
    this.#context = contextOf(canvas);
    this.#onChange = onChange;
    Object.assign(this.#context, { lineWidth: PEN_WIDTH, lineCap: 'round', lineJoin: 'round', strokeStyle: 'white' });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#remember();
      this.#begin(event);
    });
    // A stroke that comes in from outside begins at the edge, not where the last one ended.
    canvas.addEventListener('pointerenter', (event) => {
      if (event.buttons !== 0) this.#begin(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons !== 0) this.#draw(event);
    });
    this.#empty();
  }

  /** Whether nothing has been drawn or opened. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  clear(): void {
    if (!this.#isEmpty) this.#remember();
    this.#empty();
    this.#onChange();
  }

  /** Takes back the last stroke, or what was cleared. */
  undo(): void {
    const last = this.#before.pop();
    if (!last) return;
    this.#context.putImageData(last.picture, 0, 0);
    this.#isEmpty = last.isEmpty;
    this.#onChange();
  }

  /** Shows a picture in place of a drawing. @param background what its transparent pixels lie on */
  async open(file: Blob, background: [number, number, number]): Promise<void> {
    const picture = await createImageBitmap(file);
    this.#fill(`rgb(${background.join(' ')})`);
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
    this.#context.moveTo(...this.#place(event));
    this.#draw(event);
  }

  /** Where an event is on the canvas, whose pixels a phone shows larger. */
  #place({ offsetX, offsetY }: PointerEvent): [x: number, y: number] {
    const { width, height, clientWidth, clientHeight } = this.canvas;
    return [(offsetX * width) / clientWidth, (offsetY * height) / clientHeight];
  }

  #remember(): void {
    const { width, height } = this.canvas;
    this.#before.push({ picture: this.#context.getImageData(0, 0, width, height), isEmpty: this.#isEmpty });
    if (this.#before.length > MOST_UNDONE) this.#before.shift();
  }

  #draw(event: PointerEvent): void {
    this.#isEmpty = false;
    this.#context.lineTo(...this.#place(event));
    this.#context.stroke();
    this.#onChange();
  }

  #empty(): void {
    this.#isEmpty = true;
    this.#fill('black');
  }

  #fill(color: string): void {
    this.#context.fillStyle = color;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
