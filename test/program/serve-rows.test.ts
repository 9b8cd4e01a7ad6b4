import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { Workspace } from '../support/program.js';
import { type Served, serve } from '../support/served.js';

const CITIES = ['Aachen', 'Bonn', 'Trier'];
const WORDS = ['bright', 'dark', 'quiet', 'loud', 'garden', 'view'];

interface Home {
  area: number | null;
  city: string;
  about: string;
  price: number;
}

/** Homes whose price hangs on all three columns. */
const homes = Array.from({ length: 400 }, (_, row): Home => {
  const [area, city] = [30 + ((row * 37) % 150), CITIES[(row * 7) % 3]];
  const about = [WORDS[row % 2], WORDS[2 + ((row * 5) % 4)]].join(' ');
  const price = area * (2 + CITIES.indexOf(city)) + (row % 2 === 0 ? 50 : 0);
  return { area: row % 11 === 0 ? null : area, city, about, price };
});

/** Without its price. */
function asked({ area, city, about }: Home): Omit<Home, 'price'> {
  return { area, city, about };
}

function csv(rows: readonly Home[]): string {
  const lines = rows.map(({ area, city, about, price }) => [area ?? '', city, `"${about}"`, price].join());
  return `${['area,city,about,price', ...lines].join('\n')}\n`;
}

const EXPERIMENT = `
name: homes
dataset:
  name: table
  path: homes.csv
  inputs:
    area: { type: number, missing: mean }
    city: category
    about: { type: text, output_mode: multi_hot }
  target: { price: number }
  validation_split: 0.6
model: { layers: [{ type: dense, units: 16, activation: relu }, { type: dense }] }
training: { epochs: 20, batch_size: 16, seed: 1, optimizer: { name: adam, learning_rate: 0.02 } }
tracking: none
`;

interface Answer {
  predictions: { value: number }[];
  warnings?: string[];
  error: { code: string; message: string; hint?: string };
}

describe('ablate serve of a model of rows', () => {
  const workspace = new Workspace(afterAll);
  let served: Served;
  let browser: Browser | undefined;

  beforeAll(async () => {
    workspace.write('homes.csv', csv(homes));
    workspace.write('homes.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'homes.yaml']);
    expect(code, stderr).toBe(0);
    served = await serve(workspace, 'homes');
  });

  afterAll(async () => {
    await browser?.close();
    served.kill('SIGTERM');
    expect((await served.ended).code).toBe(0);
  });

  async function ask(body: string, type = 'application/json'): Promise<Answer & { status: number }> {
    const headers = { 'content-type': type };
    const response = await fetch(`${served.url}/predict`, { method: 'POST', body, headers });
    return { ...((await response.json()) as Answer), status: response.status };
  }

  const inputs = homes.slice(0, 20).map(asked);

  it('answers rows in each form alike, as predict answers their table', async () => {
    workspace.write('new.csv', csv(homes.slice(0, 20)));
    const { stdout } = await workspace.ablate(['predict', 'homes', 'new.csv', '--json']);
    const expected = (JSON.parse(stdout) as Answer).predictions.map(({ value }) => value);
    const columns = ['about', 'area', 'city'] as const;
    const answers = await Promise.all([
      ask(JSON.stringify({ rows: inputs })),
      ask(JSON.stringify({ dataframe_records: inputs })),
      ask(
        JSON.stringify({ dataframe_split: { columns, data: inputs.map((row) => columns.map((name) => row[name])) } }),
      ),
      ask(csv(homes.slice(0, 20)), 'text/csv; charset=utf-8'),
    ]);
    for (const { predictions } of answers) {
      expect(predictions).toHaveLength(20);
      predictions.forEach(({ value }, row) => {
        expect(Math.abs(value - expected[row])).toBeLessThan(0.01);
      });
    }
    expect(Math.abs(expected[1] - homes[1].price)).toBeLessThan(100);
  });

  it('answers what it can, and says what is unlike the training data', async () => {
    const { predictions, warnings } = await ask(
      JSON.stringify({ rows: [{ city: 'Bon', about: '', area: '120', owner: 'me' }] }),
    );
    expect(predictions).toHaveLength(1);
    expect(warnings).toEqual([
      'the model doesn\'t take the column "owner"',
      expect.stringMatching(/rows\[0\]\.city: "Bon" is none of the categories .* nearest is "Bonn"/),
    ]);
  });

  it.each<[string, string, number, RegExp]>([
    ['a misspelled column', '{"rows":[{"city":"Bonn","are":1}]}', 400, /rows\[0\] has a column "are".*mean "area"/],
    [
      'what is no number',
      '{"rows":[{"area":1},{"area":"big"}]}',
      400,
      /rows\[1\]\.area: expected a number, found "big"/,
    ],
    ['another key', '{"row":[{"area":1}]}', 400, /there is no "row".*did you mean "rows"/],
    ['a row alone', '{"area":1}', 400, /no rows.*send \{"rows": \[\{"area"/],
    ['no rows', '{"rows":[]}', 400, /rows is empty/],
    ['what is no row', '{"rows":[7]}', 400, /rows\[0\] is no object/],
    ['a value of several parts', '{"rows":[{"city":["Bonn"]}]}', 400, /rows\[0\]\.city: expected a text or a number/],
    ['texts alone', '{"texts":["a"]}', 400, /takes no texts alone/],
    ['a text as long as a book', `{"rows":[{"about":"${'a '.repeat(60_000)}"}]}`, 400, /a text of 120,000 characters/],
    ['too many rows', JSON.stringify({ rows: new Array(1001).fill({}) }), 413, /1,001 rows/],
    ['no JSON', '{', 400, /JSON/],
  ])('refuses %s', async (_, body, expected, message) => {
    const { status, error } = await ask(body);
    expect(status).toBe(expected);
    expect(`${error.message} ${error.hint ?? ''}`).toMatch(message);
  });

  it('tells the line and the column of a mistake in a table', async () => {
    const { error } = await ask('area;city\n1;Bonn\nmany;Bonn\n', 'text/csv');
    expect(error.message).toBe('line 3, area: expected a number, found "many"');
    expect((await ask('area,city\n1\n', 'text/csv')).error.message).toMatch(/the body:2:1: this row has 1 cell/);
    expect((await ask('area', 'text/plain')).status).toBe(415);
  });

  it('describes its own columns, with an example that it answers as it is shown', async () => {
    interface Content {
      content: Record<string, { schema: { properties: { rows: { items: { properties: object } } } }; example: object }>;
    }
    const documented = (await (await fetch(`${served.url}/docs/json`)).json()) as {
      paths: Record<
        string,
        { post: { requestBody: Content; responses: Record<string, { content: Record<string, { example: Answer }> }> } }
      >;
    };
    const { requestBody, responses } = documented.paths['/predict'].post;
    const { 'application/json': json } = requestBody.content;
    expect(Object.keys(json.schema.properties.rows.items.properties)).toEqual(['area', 'city', 'about']);
    const { predictions } = await ask(JSON.stringify(json.example));
    expect(predictions[0].value).toBeCloseTo(
      responses[200].content['application/json'].example.predictions[0].value,
      3,
    );
    const model = (await (await fetch(`${served.url}/model`)).json()) as { inputs: { name: string }[]; test: object };
    expect(model.inputs.map(({ name }) => name)).toEqual(['area', 'city', 'about']);
    expect(model.test).toHaveProperty('mean_absolute_error');
  });

  it('tells which column has drifted', async () => {
    type Drift = Record<string, { level: string }>;
    const send = async (change: (home: (typeof inputs)[number]) => object): Promise<Drift> => {
      const { status } = await ask(JSON.stringify({ rows: homes.map((home) => change(asked(home))) }));
      expect(status).toBe(200);
      const { drift } = (await (await fetch(`${served.url}/drift`)).json()) as { drift: { features: Drift } };
      return drift.features;
    };
    await send((home) => home);
    await send((home) => home);
    const like = await send((home) => home);
    expect(like.area.level).toBe('none');
    expect(like['about: unknown words'].level).toBe('none');
    const other = (home: (typeof inputs)[number]): object => ({ ...home, city: 'Rome', about: 'altogether new words' });
    await send(other);
    const drifted = await send(other);
    const levels = ['area', 'area: missing', 'city: unseen or empty', 'about: unknown words'].map(
      (name) => drifted[name].level,
    );
    expect(levels).toEqual(['none', 'none', 'large', 'large']);
    expect(await (await fetch(`${served.url}/metrics`)).text()).toMatch(
      /^ablate_drift_psi\{feature="about: unknown words"\} \d/m,
    );
  });

  it.skipIf(findChromium() === undefined)('has a page with a field for each column, and rows to try', async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(served.url);
    await page.getByLabel('area').fill('100');
    await page.getByLabel('city').selectOption('Bonn');
    await page.getByLabel('about').fill('bright garden');
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.getByText(/^price: \d+/).waitFor();
    const { predictions } = await ask('{"rows":[{"area":100,"city":"Bonn","about":"bright garden"}]}');
    const shown = Number((await page.getByText(/^price: /).textContent())?.replace('price: ', ''));
    expect(Math.abs(shown - predictions[0].value)).toBeLessThan(0.1);
    await page.locator('#samples button').first().click();
    await page.getByText(/^True of this row: \d+$/).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(problems).toEqual([]);
  });
});
