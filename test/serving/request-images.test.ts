import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { WHITE } from '../../src/data/images/pixels.js';
import { UserError } from '../../src/text/errors.js';
import { imageOf } from '../../src/serving/images/request-images.js';

const format = { height: 5, width: 4, channels: 3, background: WHITE };

const files: Record<string, Buffer> = {};

beforeAll(async () => {
  const image = sharp({ create: { height: 5, width: 4, channels: 3, background: { r: 200, g: 100, b: 50 } } });
  files['image/png'] = await image.clone().png().toBuffer();
  files['image/jpeg'] = await image.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  files['image/webp'] = await image.clone().webp({ lossless: true }).toBuffer();
});

/** A form as a browser or curl sends it. */
async function form(...parts: [name: string, file: Buffer | string, type?: string][]): Promise<[Buffer, string]> {
  const data = new FormData();
  for (const [name, file, type] of parts) {
    if (typeof file === 'string') data.append(name, file);
    else data.append(name, new Blob([Uint8Array.from(file)], { type }), 'seven.png');
  }
  const request = new Request('http://localhost', { method: 'POST', body: data });
  return [Buffer.from(await request.arrayBuffer()), request.headers.get('content-type') ?? ''];
}

async function code(body: Buffer | undefined, type: string): Promise<string> {
  const error: unknown = await imageOf(body, type, format).catch((thrown: unknown) => thrown);
  return error instanceof UserError ? error.code : String(error);
}

const isColour = (pixels: Uint8Array): boolean =>
  pixels.length === 60 && pixels.every((value, index) => Math.abs(value - [200, 100, 50][index % 3]) < 3);

describe('the image of a request', () => {
  it('is a file of the type that is said', async () => {
    for (const [type, file] of Object.entries(files)) {
      expect(isColour(await imageOf(file, `${type.toUpperCase()} ; q=1`, format)), type).toBe(true);
      const others = Object.keys(files).filter((other) => other !== type);
      for (const other of [...others, 'application/octet-stream']) expect(await code(file, other)).toBe('wrong-type');
    }
    const error = await imageOf(files['image/jpeg'], 'image/png', format).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: 'the content-type says image/png, the bytes are image/jpeg',
      hint: 'send it with the header content-type: image/jpeg',
    });
  });

  it('is any file of bytes without a type, as curl --data-binary sends them', async () => {
    const curl = 'application/x-www-form-urlencoded';
    for (const file of Object.values(files)) expect(isColour(await imageOf(file, curl, format))).toBe(true);
    expect(await code(Buffer.from('{"pixels":[1]}'), curl)).toBe('wrong-type');
    expect(await code(Buffer.alloc(60), curl)).toBe('wrong-type');
    expect(await code(Buffer.alloc(0), curl)).toBe('no-image');
  });

  it('is the one file of a form, whatever it is called', async () => {
    for (const [type, file] of Object.entries(files)) {
      for (const said of [type, 'application/octet-stream', '']) {
        expect(isColour(await imageOf(...(await form(['a', 'text'], ['file', file, said])), format))).toBe(true);
      }
    }
    const png = files['image/png'];
    expect(await code(...(await form(['file', png, 'image/webp'])))).toBe('wrong-type');
    expect(await code(...(await form(['file', png, 'image/png'], ['other', png, 'image/png'])))).toBe(
      'invalid-request',
    );
    expect(await code(...(await form(['file', 'text'])))).toBe('no-image');
  });

  it('is none of a form that is cut off, has no boundary, or has very many parts', async () => {
    const [whole, type] = await form(['a', 'text'], ['file', files['image/png'], 'image/png']);
    for (let end = 0; end < whole.length - 4; end += 7) {
      expect(await code(whole.subarray(0, end), type), String(end)).toBe('invalid-request');
    }
    for (const wrong of [
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=other',
    ])
      expect(await code(whole, wrong), wrong).toMatch(/^invalid-request$|^no-image$/);
    const part = '--b\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n';
    const flood = Buffer.from(`${part.repeat(100_000)}--b--\r\n`);
    expect(await code(flood, 'multipart/form-data; boundary=b')).toBe('invalid-request');
  });

  it('is pixels of exactly their number, and is there at all', async () => {
    const pixels = Buffer.alloc(60, 7);
    expect(await imageOf(pixels, 'application/octet-stream', format)).toEqual(pixels);
    expect(await code(pixels.subarray(1), 'application/octet-stream')).toBe('wrong-size');
    expect(await code(undefined, '')).toBe('no-image');
  });

  it('lies on the background where it is transparent, whether it must be resized or not', async () => {
    for (const height of [5, 50]) {
      const clear = { create: { height, width: 4, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } } } as const;
      const file = await sharp(clear).png().toBuffer();
      const pixels = await imageOf(file, 'image/png', { ...format, background: [10, 20, 30] });
      expect([...pixels]).toEqual(Array.from({ length: 60 }, (_, index) => [10, 20, 30][index % 3]));
    }
  });
});
