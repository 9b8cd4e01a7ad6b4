import { addFilter } from './filter.js';
import { makeSortable } from './sort.js';
import { showTips } from './tips.js';

for (const table of document.querySelectorAll('table')) makeSortable(table);
for (const input of document.querySelectorAll<HTMLInputElement>('input[data-filters]')) addFilter(input);
showTips();

/** A longer table than this is left folded on paper: it would take page after page. */
const MOST_PRINTED = 15;

// What is folded away on a screen is printed all the same.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details'))
    details.open ||= details.querySelectorAll('tbody tr').length <= MOST_PRINTED;
});
