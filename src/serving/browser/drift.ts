import { element } from './elements.js';

/** What the server answers at `/drift`. */
interface DriftAnswer {
  drift: {
    reference: { source: string; images: number };
    window: number;
    needed: number;
    features: Record<string, { psi: number | null; level: string }>;
  } | null;
}

const SECONDS = 5;

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
  const rows = Object.entries(drift.features).map(([feature, { psi, level }]) =>
    row([feature, psi === null ? '–' : psi.toFixed(3), level], level),
  );
  element('drift', HTMLTableElement).tBodies[0].replaceChildren(...rows);
  const { window, needed, reference } = drift;
  const wait = window < needed ? ` It takes ${needed} to tell.` : '';
  note(`The latest ${window} predictions against ${reference.images} ${reference.source} images.${wait}`);
}

function row(texts: string[], level: string): HTMLTableRowElement {
  const made = document.createElement('tr');
  for (const text of texts) made.insertCell().textContent = text;
  for (const cell of made.cells) cell.dataset.level = level;
  return made;
}

function note(text: string): void {
  element('drift-note', HTMLElement).textContent = text;
}
