import { element } from './elements.js';

/** What the server answers at `/drift`. */
interface DriftAnswer {
  drift: {
    reference: { source: string; images?: number; rows?: number };
    window: number;
    needed: number;
    thresholds: { moderate: number; large: number };
    features: Record<string, Feature>;
  } | null;
}

interface Feature {
  psi: number | null;
  level: string;
  /** The share of each bin. */
  expected: number[];
  observed: number[];
}

const SECONDS = 5;
/** Of a histogram, in its own units. */
const [WIDTH, HEIGHT] = [120, 32];
/** Of classes, beyond this many no histogram can be seen. */
const MOST_BINS = 60;

/** Shows how far the requests to the server have drifted, again and again. */
export async function watchDrift(): Promise<void> {
  for (;;) {
    await show().catch(() => {
      note('The server does not answer.');
    });
    await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS));
  }
}

async function show(): Promise<void> {
  const { drift } = (await (await fetch('/drift')).json()) as DriftAnswer;
  element('drift', HTMLTableElement).hidden = !drift;
  if (!drift) {
    note("The model's own data can't be read here, so drift isn't watched.");
    return;
  }
  const { window, needed, reference, thresholds } = drift;
  const rows = Object.entries(drift.features).map(([name, feature]) => row(name, feature, thresholds));
  element('drift', HTMLTableElement).tBodies[0].replaceChildren(...rows);
  const wait = window < needed ? ` It takes ${needed} to tell.` : '';
  note(
    `The latest ${window} predictions against ${comparedWith(reference)}.${wait} ` +
      `Below ${thresholds.moderate} is none, above ${thresholds.large} large.`,
  );
}

function comparedWith({ source, images, rows }: { source: string; images?: number; rows?: number }): string {
  return images === undefined ? `${rows ?? 0} ${source} rows` : `${images} ${source} images`;
}

function row(name: string, feature: Feature, thresholds: { moderate: number; large: number }): HTMLTableRowElement {
  const made = document.createElement('tr');
  const { psi, level } = feature;
  made.insertCell().textContent = name;
  made.insertCell().append(feature.expected.length > MOST_BINS ? '' : histogram(feature));
  made.insertCell().append(...(psi === null ? ['–'] : [meter(psi, thresholds), ` ${psi.toFixed(3)}`]));
  made.insertCell().textContent = level;
  for (const cell of made.cells) cell.dataset.level = level;
  return made;
}

/** How far, in the colours that a browser has for good, middling and bad. */
function meter(psi: number, { moderate, large }: { moderate: number; large: number }): HTMLMeterElement {
  const made = document.createElement('meter');
  return Object.assign(made, { max: 2 * large, low: moderate, high: large, optimum: 0, value: psi });
}

/** The bins of the model's own data, filled, and over them those of the latest predictions, as a line. */
function histogram({ expected, observed }: Feature): SVGElement {
  const most = Math.max(...expected, ...observed);
  const each = WIDTH / expected.length;
  const top = (share: number): number => HEIGHT - (HEIGHT - 2) * (share / most);
  const bars = expected.map((share, i) => `M${i * each} ${HEIGHT}V${top(share)}h${each - 1}V${HEIGHT}z`);
  const steps = observed.map((share, i) => `${i === 0 ? `M0 ${top(share)}` : `V${top(share)}`}H${(i + 1) * each - 1}`);
  const picture = svg('svg', { class: 'bins', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' });
  const line = observed.some((share) => share > 0) ? [svg('path', { class: 'latest', d: steps.join('') })] : [];
  picture.append(svg('path', { class: 'own', d: bars.join('') }), ...line);
  return picture;
}

function svg(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function note(text: string): void {
  element('drift-note', HTMLElement).textContent = text;
}
