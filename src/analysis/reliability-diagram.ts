import { escapeUTF8 } from 'entities';
import type { Calibration, ReliabilityBin } from './calibration.js';

/** Sizes in pixels. */
const PANEL = 280;
const MARGIN = { left: 52, top: 44, right: 20, bottom: 48 };
const WIDTH = MARGIN.left + PANEL + MARGIN.right;
const HEIGHT = MARGIN.top + PANEL + MARGIN.bottom;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** A model's calibration under its name. */
export interface ReliabilityPanel {
  name: string;
  calibration: Calibration;
}

/** Of a model's diagram, in pixels. */
export const RELIABILITY_SIZE = { width: WIDTH, height: HEIGHT };

/**
 * A model's reliability diagram (DeGroot and Fienberg 1983) as an SVG group: in each bin of confidence how often the model
 * was right, with its 95 % interval, against the diagonal of a model that knows how sure it may be. The darker a bar, the
 * more images it stands for.
 */
export function reliabilityPanel(panel: ReliabilityPanel): string {
  return `<g transform="translate(${MARGIN.left} ${MARGIN.top})">${draw(panel)}</g>`;
}

function draw({ name, calibration }: ReliabilityPanel): string {
  const largest = Math.max(...calibration.bins.map(({ count }) => count));
  return [
    `<text y="-24" font-weight="600">${escapeUTF8(name)}</text>`,
    `<text y="-9">expected calibration error ${(100 * calibration.expectedError).toFixed(2)} %</text>`,
    ...TICKS.map(drawTick),
    ...calibration.bins.map((bin) => drawBin(bin, largest)),
    `<path d="M0 ${PANEL}L${PANEL} 0" stroke="#888" stroke-dasharray="4 4"/>`,
    `<text x="${PANEL / 2}" y="${PANEL + 36}" text-anchor="middle">confidence</text>`,
    `<text transform="translate(-40 ${PANEL / 2}) rotate(-90)" text-anchor="middle">accuracy</text>`,
  ].join('');
}

function drawTick(value: number): string {
  const [x, y] = [position(value), PANEL - position(value)];
  return (
    `<path d="M0 ${y}H${PANEL}M${x} 0V${PANEL}" stroke="#eee"/>` +
    `<text x="-6" y="${y + 4}" text-anchor="end">${value}</text>` +
    `<text x="${x}" y="${PANEL + 16}" text-anchor="middle">${value}</text>`
  );
}

function drawBin({ lower, upper, count, accuracy, interval }: ReliabilityBin, largest: number): string {
  if (accuracy === null || interval === null) return '';
  const [left, width, top] = [position(lower), position(upper - lower), PANEL - position(accuracy)];
  const opacity = (0.25 + 0.75 * Math.sqrt(count / largest)).toFixed(3);
  const middle = round(left + width / 2);
  return (
    `<rect x="${left}" y="${round(top)}" width="${width}" height="${round(PANEL - top)}" fill="#0075db" ` +
    `fill-opacity="${opacity}" stroke="#fff"><title>${count} images</title></rect>` +
    `<path d="M${middle} ${round(PANEL - position(interval[0]))}V${round(PANEL - position(interval[1]))}" stroke="#111"/>`
  );
}

function position(share: number): number {
  return round(share * PANEL);
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
