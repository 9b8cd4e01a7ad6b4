import type { RandomStream } from '../../src/random.js';

/** Requests that are wrong, each in one of many ways. */
export function malformed(stream: RandomStream): {
  type?: string;
  body?: string | Uint8Array;
  path?: string;
  method?: string;
} {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => stream.below(256));
  const pixels = (change: (values: unknown[]) => void): string => {
    const values: unknown[] = new Array<unknown>(784).fill(0);
    change(values);
    return JSON.stringify({ pixels: values });
  };
  const at = (values: unknown[], value: unknown): void => {
    values[stream.below(784)] = value;
  };
  const json = 'application/json';
  const whole = pixels(() => undefined);
  const kinds: (() => ReturnType<typeof malformed>)[] = [
    () => ({ type: json, body: whole.slice(0, stream.below(whole.length)) }),
    () => ({ type: json, body: pixels((values) => values.splice(0, 1 + stream.below(700))) }),
    () => ({ type: json, body: pixels((values) => values.push(...values.slice(0, 1 + stream.below(99)))) }),
    () => ({
      type: json,
      body: pixels((values) => {
        at(values, [-1, 256, 0.5, '7', null, {}, [], true, 1e99][stream.below(9)]);
      }),
    }),
    () => ({ type: json, body: JSON.stringify({ pixels: {}, [String(stream.uint32())]: 1 }) }),
    () => ({ type: json, body: `${whole.slice(0, -1)},"more":1}` }),
    () => ({ type: json, body: '{"__proto__":{"pixels":[]}}' }),
    () => ({ type: json, body: '{}' }),
    () => ({ type: json, body: ['null', '[]', '7', '"x"', ''][stream.below(5)] }),
    () => ({ type: json, body: '['.repeat(1 + stream.below(5000)) }),
    () => ({ type: json, body: JSON.stringify({ image: '%%%%' }) }),
    () => ({ type: json, body: JSON.stringify({ image: Buffer.from(bytes(60)).toString('base64') }) }),
    () => ({ type: json, body: bytes(1 + stream.below(300)) }),
    () => ({ type: 'image/png', body: bytes(stream.below(500)) }),
    () => ({ type: 'image/png', body: Buffer.concat([Buffer.from('RIFF0000WEBP'), bytes(100)]) }),
    () => ({ type: 'multipart/form-data; boundary=b', body: bytes(stream.below(500)) }),
    () => ({ type: 'multipart/form-data', body: '--b\r\n' }),
    () => ({ type: 'application/x-www-form-urlencoded', body: `pixels=${whole}` }),
    () => ({ type: 'image/jpeg', body: Buffer.concat([Buffer.of(0xff, 0xd8, 0xff), bytes(stream.below(500))]) }),
    () => ({ type: 'image/webp', body: Buffer.concat([Buffer.from('RIFF0000WEBP'), bytes(100)]) }),
    () => ({ type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }),
    () => ({ type: 'application/octet-stream', body: bytes(stream.below(784)) }),
    () => ({ type: 'application/octet-stream', body: bytes(785 + stream.below(784)) }),
    () => ({ type: 'text/plain', body: whole }),
    () => ({ type: 'nonsense', body: whole }),
    () => ({}),
    () => ({ type: ['image/png', 'application/octet-stream', json][stream.below(3)] }),
    () => ({ type: json, body: whole, path: `/predict?top=${['0', '-1', 'x', '1e3', '9999999'][stream.below(5)]}` }),
    () => ({ type: json, body: whole, path: `/predict?${stream.uint32()}=1` }),
    () => ({
      type: json,
      body: whole,
      path: ['/predict/', '/Predict', '/%00', '/../etc/passwd', '/model/../config.yaml'][stream.below(5)],
    }),
    () => ({ type: json, body: whole, method: ['PUT', 'DELETE', 'PATCH'][stream.below(3)] }),
  ];
  return kinds[stream.below(kinds.length)]();
}
