/** Shows what a mark of a plot stands for when it is pointed at or touched: browsers show titles late, phones never. */
export function showTips(): void {
  const tip = document.getElementById('tip');
  if (!tip) return;
  const show = ({ target, clientX, clientY }: PointerEvent) => {
    const title = titleOf(target);
    tip.hidden = title === null;
    if (title === null) return;
    tip.textContent = title;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(clientX + 12, innerWidth - width - 4))}px`;
    tip.style.top = `${clientY + 20 + height > innerHeight ? clientY - height - 12 : clientY + 20}px`;
  };
  document.addEventListener('pointermove', show);
  document.addEventListener('pointerdown', show);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tip.hidden = true;
  });
  document.addEventListener('scroll', () => (tip.hidden = true), { passive: true });
}

/** The title of a mark, which is moved from its element so that the browser doesn't show it, too. */
function titleOf(target: EventTarget | null): string | null {
  if (!(target instanceof SVGElement)) return null;
  const title = target.querySelector(':scope > title');
  if (title) {
    target.dataset.title = title.textContent;
    title.remove();
  }
  return target.dataset.title ?? null;
}
