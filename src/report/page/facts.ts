import { markup, type Content } from './markup.js';

/** Names and what they stand for, side by side. */
export function factList(facts: readonly (readonly [name: string, value: string])[]): Content {
  return markup`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        markup`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
