import { type MicrophoneRecording, readAsDataUrl, record } from './sound.js';

/** A cell of a row, as JSON has it. */
export type JsonCell = string | number | null;

/** An input of the model, as the server describes it. */
export interface InputDescription {
  name: string;
  type: string;
  schema: { nullable?: boolean; maxLength?: number };
  /** The words that are known, of a category. */
  options?: string[];
}

/** What a visitor fills in for an input. */
export interface Field {
  name: string;
  element: HTMLElement;
  /** Null where nothing is filled in. */
  read: () => JsonCell;
  write: (cell: JsonCell) => void;
}

/** More words are offered while one is typed, not in a list to choose from. */
const MOST_OPTIONS = 200;

/** The field of an input: by its type, else a line of text. */
export function fieldOf(input: InputDescription): Field {
  const make = Object.hasOwn(FIELDS, input.type) ? FIELDS[input.type] : lineField;
  return make(input);
}

const FIELDS: Record<string, (input: InputDescription) => Field> = {
  number: numberField,
  category: categoryField,
  text: textField,
  image: imageField,
  audio: audioField,
};

function numberField({ name, schema }: InputDescription): Field {
  const input = made('input', { type: 'text', inputMode: 'decimal', required: !schema.nullable, autocomplete: 'off' });
  input.pattern = '\\s*[+\\-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+\\-]?\\d+)?\\s*';
  input.title = 'a number such as 12.5';
  input.placeholder = schema.nullable ? 'unknown' : '';
  const read = (): JsonCell => (input.value.trim() === '' ? null : Number(input.value));
  return { ...labelled(name, input), read, write: writeText(input) };
}

function categoryField(input: InputDescription): Field {
  const { name, options = [] } = input;
  if (options.length > MOST_OPTIONS) return lineField(input);
  const select = document.createElement('select');
  select.append(new Option('unknown', ''), ...options.map((word) => new Option(word, `=${word}`)));
  return {
    ...labelled(name, select),
    read: () => (select.value === '' ? null : select.value.slice(1)),
    write: (cell) => {
      select.value = cell === null ? '' : `=${cell}`;
    },
  };
}

function lineField({ name, options = [] }: InputDescription): Field {
  const input = made('input', { type: 'text', autocomplete: 'off' });
  const field = labelled(name, input);
  if (options.length > 0) {
    const list = document.createElement('datalist');
    list.id = `options-of-${name}`;
    list.append(...options.map((word) => new Option(word)));
    input.setAttribute('list', list.id);
    field.element.append(list);
  }
  return { ...field, read: () => (input.value === '' ? null : input.value), write: writeText(input) };
}

function textField({ name, schema }: InputDescription): Field {
  const area = document.createElement('textarea');
  Object.assign(area, {
    rows: 5,
    required: true,
    ...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength }),
  });
  return { ...labelled(name, area), read: () => area.value, write: writeText(area) };
}

/** A file, which is sent as a data URL and shown. */
function imageField({ name }: InputDescription): Field {
  const input = made('input', { type: 'file', accept: 'image/png,image/jpeg,image/webp' });
  const picture = made('img', { alt: '', hidden: true });
  const field = labelled(name, input);
  field.element.append(picture);
  let url: string | null = null;
  const show = (given: JsonCell): void => {
    url = given === null ? null : String(given);
    picture.hidden = url === null;
    if (url !== null) picture.src = url;
  };
  input.addEventListener('change', () => {
    const file = input.files?.item(0);
    if (!file) return;
    void readAsDataUrl(file).then(show);
  });
  return {
    ...field,
    read: () => url,
    write: (cell) => {
      input.value = '';
      show(cell);
    },
  };
}

/** A file, or what the microphone hears; it is sent as a data URL and can be listened to. */
function audioField({ name }: InputDescription): Field {
  const input = made('input', { type: 'file', accept: 'audio/*' });
  const button = made('button', { type: 'button', textContent: 'Record' });
  const player = made('audio', { controls: true, hidden: true });
  const problem = made('p', { className: 'problem', hidden: true });
  problem.setAttribute('role', 'status');
  const field = labelled(name, input);
  const group = document.createElement('div');
  group.className = 'sound';
  group.append(field.element, button, player, problem);
  let url: string | null = null;
  const show = (given: JsonCell): void => {
    url = given === null ? null : String(given);
    player.hidden = url === null;
    problem.hidden = true;
    if (url !== null) player.src = url;
  };
  input.addEventListener('change', () => {
    const file = input.files?.item(0);
    if (file) void readAsDataUrl(file).then(show);
  });
  const toggle = recordingToggle((recorded) => {
    input.value = '';
    show(recorded);
  });
  button.addEventListener('click', () => {
    toggle()
      .then((isRecording) => {
        button.textContent = isRecording ? 'Stop' : 'Record';
        button.setAttribute('aria-pressed', String(isRecording));
      })
      .catch((error: unknown) => {
        problem.textContent = `The microphone can't be used: ${error instanceof Error ? error.message : String(error)}`;
        problem.hidden = false;
      });
  });
  return {
    name,
    element: group,
    read: () => url,
    write: (cell) => {
      input.value = '';
      show(cell);
    },
  };
}

/** Begins to record, or ends it. @returns what does so, and tells whether it is recording then */
function recordingToggle(take: (url: string) => void): () => Promise<boolean> {
  let current: MicrophoneRecording | undefined;
  return async () => {
    if (current === undefined) {
      current = await record();
      return true;
    }
    const ended = current;
    current = undefined;
    take(await ended.stop());
    return false;
  };
}

function labelled(name: string, control: HTMLElement): Pick<Field, 'name' | 'element'> {
  const label = document.createElement('label');
  label.append(made('span', { textContent: name }), control);
  return { name, element: label };
}

function writeText(control: HTMLInputElement | HTMLTextAreaElement): Field['write'] {
  return (cell) => {
    control.value = cell === null ? '' : String(cell);
  };
}

function made<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), properties);
}
