import { WIDTHS, type Figure } from '../plots/figure.js';
import { sizeOf } from '../plots/svg.js';
import { Markup, markup, type Content } from './markup.js';

/** Figures, small ones side by side where there is room. */
export function figureList(figures: readonly Figure[]): Content {
  return figures.length === 0 ? null : markup`<div class="figures">${figures.map(figureMarkup)}</div>`;
}

/** Taller pictures than this get a page's width on paper, where they are lower. */
const TALL = 720;

function figureMarkup({ name, title, caption, alternative, isCompact, draw }: Figure): Markup {
  const picture = (svg: string, shownOn: string) =>
    markup`<div class="${shownOn}" role="img" aria-label="${alternative}">${new Markup(svg)}</div>`;
  const onPhone = isCompact ? null : draw(WIDTHS.phone);
  const pictures =
    onPhone === null
      ? picture(draw(WIDTHS.half), 'plot')
      : [picture(draw(WIDTHS.page), 'plot on-page'), picture(onPhone, 'plot on-phone')];
  const kind = onPhone === null ? 'compact' : sizeOf(onPhone).height > TALL ? 'full tall' : 'full';
  return markup`<figure id="${name}" class="${kind}">
    <h3>${title}</h3>
    ${pictures}
    <figcaption>${caption}</figcaption>
  </figure>`;
}
