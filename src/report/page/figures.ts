import { WIDTHS, type Figure } from '../plots/figure.js';
import { Markup, markup, type Content } from './markup.js';

/** Figures, small ones side by side where there is room. */
export function figureList(figures: readonly Figure[]): Content {
  return figures.length === 0 ? null : markup`<div class="figures">${figures.map(figureMarkup)}</div>`;
}

function figureMarkup({ name, title, caption, alternative, isCompact, draw }: Figure): Markup {
  const picture = (width: number, shownOn: string) =>
    markup`<div class="${shownOn}" role="img" aria-label="${alternative}">${new Markup(draw(width))}</div>`;
  const pictures = isCompact
    ? picture(WIDTHS.half, 'plot')
    : [picture(WIDTHS.page, 'plot on-page'), picture(WIDTHS.phone, 'plot on-phone')];
  return markup`<figure id="${name}" class="${isCompact ? 'compact' : 'full'}">
    <h3>${title}</h3>
    ${pictures}
    <figcaption>${caption}</figcaption>
  </figure>`;
}
