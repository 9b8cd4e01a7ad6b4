import { escapeUTF8 } from 'entities';

/** HTML that is known to be whole: what `markup` makes, and nothing else. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template; text is escaped, null is nothing. */
export type Content = Markup | string | number | null | readonly Content[];

/** A template of HTML. Whatever is put in is text (in attributes, too, which are to be quoted), unless it is Markup. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(strings.map((string, i) => string + (i < contents.length ? textOf(contents[i]) : '')).join(''));
}

function textOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return escapeUTF8(String(content));
}

/** Numbers that stay whole: browsers break lines after the hyphen of `1e-7`, and between a number and its percent sign. */
const WHOLE = /(\S*\de-\d\S*|\S*\d %(?!\w)\S*)/;

/** Text whose numbers stay whole. */
export function prose(text: string): Markup {
  return markup`${text.split(WHOLE).map((part, i) => (i % 2 === 0 ? part : markup`<span class="whole">${part}</span>`))}`;
}
