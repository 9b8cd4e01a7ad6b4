import type { Drawing } from './drawing.js';
import { element } from './elements.js';

/** Pixels of the canvas that a press of an arrow moves the pen by; with Shift, and without. */
const STEPS = { fine: 2, usual: 10 };
const DIRECTIONS: Partial<Record<string, [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Lets a visitor draw without a mouse: arrows move a pen, Space lowers and lifts it. */
export function drawByKeyboard(drawing: Drawing): void {
  const { canvas } = drawing;
  const mark = element('pen', HTMLElement);
  let [x, y] = [canvas.width / 2, canvas.height / 2];
  let isDown = false;
  const show = (): void => {
    mark.classList.toggle('down', isDown);
    mark.style.left = `${(100 * x) / canvas.width}%`;
    mark.style.top = `${(100 * y) / canvas.height}%`;
    mark.hidden = false;
  };
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  canvas.addEventListener('keydown', (event) => {
    const direction = DIRECTIONS[event.key];
    if (!direction && event.key !== ' ') return;
    // The page stays where it is.
    event.preventDefault();
    if (direction) {
      const step = event.shiftKey ? STEPS.fine : STEPS.usual;
      [x, y] = [within(x + step * direction[0], canvas.width), within(y + step * direction[1], canvas.height)];
      if (isDown) drawing.lineTo(x, y);
    } else {
      isDown = !isDown;
      if (isDown) drawing.begin(x, y);
    }
    show();
  });
  canvas.addEventListener('blur', () => {
    isDown = false;
    mark.hidden = true;
  });
}
