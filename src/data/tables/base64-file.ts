/** `data:image/png;base64,` before base64. */
const DATA_URL = /^data:(image|audio)\/[\w.+-]+(;[\w=.-]+)*;base64,/;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}$/;

/** The bytes that a text holds in base64, alone or as a data URL of an image or of sound; undefined of any other text. */
export function bytesOfText(text: string): Buffer | undefined {
  const base64 = text.replace(DATA_URL, '');
  return BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}
