import type { Study, StudyOrigin } from '../../study/study.js';
import { factList } from './facts.js';
import { markup, type Content } from './markup.js';

/** How the study was made, and how to repeat it. */
export function originSection({ origin }: Study): Content {
  const facts = factsOf(origin).filter(([, value]) => value !== '');
  return markup`<section id="origin" aria-labelledby="origin-title">
    <h2 id="origin-title">How to repeat it</h2>
    ${origin.commands.length > 0 ? markup`<pre tabindex="0" role="region" aria-label="Commands"><code>${origin.commands.join('\n')}</code></pre>` : null}
    ${factList(facts)}
  </section>`;
}

function factsOf({ ids, versions, devices, started, ended }: StudyOrigin): [string, string][] {
  return [
    ['Compared', ids.join(', ')],
    ['Ablate', versions.ablate],
    ['TensorFlow', versions.tensorflow.join(', ')],
    ['Node.js', versions.node],
    ['Trained on', devices.join(', ')],
    ['Started', timeText(started)],
    ['Ended', timeText(ended)],
  ];
}

function timeText(iso: string | null): string {
  return iso === null ? '' : `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
