import { addFilter } from './filter.js';
import { makeSortable } from './sort.js';
import { showTips } from './tips.js';

for (const table of document.querySelectorAll('table')) makeSortable(table);
for (const input of document.querySelectorAll<HTMLInputElement>('input[data-filters]')) addFilter(input);
showTips();

// What is folded away on a screen is printed all the same.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
