/** Lets a field hide the rows of a table that don't have every word in it; `/` leads to the field. */
export function addFilter(input: HTMLInputElement): void {
  const table = document.getElementById(input.dataset.filters ?? '');
  const line = input.closest('p');
  if (!(table instanceof HTMLTableElement) || !line) return;
  const rows = [...table.tBodies[0].rows];
  const status = line.querySelector('[role=status]');
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every((word) => textOf(row).includes(word));
    const shown = rows.filter((row) => !row.hidden).length;
    if (status) status.textContent = words.length === 0 ? '' : `${shown} of ${rows.length} runs`;
  };
  line.hidden = false;
  input.addEventListener('input', apply);
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    input.focus();
  });
}

/** The texts of its cells; words don't run into those of the next cell. */
function textOf(row: HTMLTableRowElement): string {
  return [...row.cells].map((cell) => cell.textContent.toLowerCase()).join(' ');
}
