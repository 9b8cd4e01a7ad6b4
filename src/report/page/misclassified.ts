import type { Misclassified, Study } from '../../study/study.js';
import { markup, type Content } from './markup.js';
import { counted } from '../../text/words.js';

/** Images that the best variant gets wrong. */
export function misclassifiedImages({ misclassified }: Study): Content {
  if (misclassified.length === 0) return null;
  return markup`<h3 id="misclassified">Images that most runs get wrong</h3>
    <p>Of the test set, by the best variant: the class, then what it is taken for, by how many runs, and how probable they hold it.</p>
    <ul class="images">
      ${misclassified.map(imageItem)}
    </ul>`;
}

function imageItem({ index, label, prediction, runs, tested, confidence, png }: Misclassified): Content {
  const by = tested === undefined ? counted(runs, 'run') : `${runs} of ${counted(tested, 'run')}`;
  const sure = confidence == null ? '' : `, ${Math.round(100 * confidence)} %`;
  const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return markup`<li>
    <img
      src="${source}"
      width="72"
      height="72"
      alt="Test image ${index}: ${label}, taken for ${prediction} by ${by}${sure}"
      title="Test image ${index}"
    />
    <span aria-hidden="true">${label} → <strong>${prediction}</strong></span>
    <span class="by" aria-hidden="true">${by}${sure}</span>
  </li>`;
}
