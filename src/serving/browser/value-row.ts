/** A value of an answer: its name, a bar or nothing, and the value as text. */
export function valueRow(name: string, bar: HTMLElement | string, text: string): HTMLLIElement {
  const item = document.createElement('li');
  const label = Object.assign(document.createElement('span'), { textContent: name });
  const value = Object.assign(document.createElement('span'), { className: 'value', textContent: text });
  item.append(label, bar, value);
  return item;
}

export function probabilityBar(name: string, probability: number): HTMLProgressElement {
  const bar = Object.assign(document.createElement('progress'), { max: 1, value: probability });
  bar.setAttribute('aria-label', name);
  return bar;
}
