import { contextOf } from './elements.js';

/** Of the pen, in pixels of the canvas. */
const PEN_WIDTH = 22;
/** Strokes that can be taken back. */
const MOST_UNDONE = 50;

interface Size {
  width: number;
  height: number;
}

/** Lets a visitor draw on a canvas, white on black. @param onChange after each stroke, and each part of one */
export class Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: () => void;
  #isEmpty = true;
  #opened: Size | null = null;
  /** As it was before each stroke. */
  readonly #before: { picture: ImageData; isEmpty: boolean; opened: Size | null }[] = [];

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.canvas = canvas;
    this.#context = contextOf(canvas);
    this.#onChange = onChange;
    Object.assign(this.#context, { lineWidth: PEN_WIDTH, lineCap: 'round', lineJoin: 'round', strokeStyle: 'white' });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.begin(...this.#place(event));
    });
    // A stroke that comes in from outside begins at the edge, not where the last one ended.
    canvas.addEventListener('pointerenter', (event) => {
      if (event.buttons !== 0) this.#start(...this.#place(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons !== 0) this.lineTo(...this.#place(event));
    });
    this.#empty();
  }

  /** Whether nothing has been drawn or opened. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** The size of the picture that is shown; null where something was drawn. */
  get opened(): Size | null {
    return this.#opened;
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
    this.#opened = last.opened;
    this.#onChange();
  }

  /** Shows a picture in place of a drawing. @param background what its transparent pixels lie on */
  async open(file: ImageBitmapSource, background: [number, number, number]): Promise<void> {
    const picture = await createImageBitmap(file);
    this.#remember();
    this.#fill(`rgb(${background.join(' ')})`);
    this.#isEmpty = false;
    this.#opened = { width: picture.width, height: picture.height };
    // What is made larger keeps its pixels: the model is given them again.
    this.#context.imageSmoothingEnabled = picture.width > this.canvas.width;
    this.#context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.#onChange();
  }

  /** RGBA, [height, width, 4] */
  pixels(): Uint8ClampedArray {
    return this.#context.getImageData(0, 0, this.canvas.width, this.canvas.height).data;
  }

  /** A stroke, at a place on the canvas. */
  begin(x: number, y: number): void {
    this.#remember();
    this.#start(x, y);
  }

  lineTo(x: number, y: number): void {
    this.#isEmpty = false;
    this.#opened = null;
    this.#context.lineTo(x, y);
    this.#context.stroke();
    this.#onChange();
  }

  #start(x: number, y: number): void {
    this.#context.beginPath();
    this.#context.moveTo(x, y);
    this.lineTo(x, y);
  }

  /** Where an event is on the canvas, whose pixels a phone shows larger. */
  #place({ offsetX, offsetY }: PointerEvent): [x: number, y: number] {
    const { width, height, clientWidth, clientHeight } = this.canvas;
    return [(offsetX * width) / clientWidth, (offsetY * height) / clientHeight];
  }

  #remember(): void {
    const { width, height } = this.canvas;
    const picture = this.#context.getImageData(0, 0, width, height);
    this.#before.push({ picture, isEmpty: this.#isEmpty, opened: this.#opened });
    if (this.#before.length > MOST_UNDONE) this.#before.shift();
  }

  #empty(): void {
    this.#isEmpty = true;
    this.#opened = null;
    this.#fill('black');
  }

  #fill(color: string): void {
    this.#context.fillStyle = color;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
