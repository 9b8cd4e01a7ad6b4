/** What a WAV file is to say, true or not. */
interface Wav {
  tag: number;
  channels: number;
  rate: number;
  bits: number;
  /** Bytes of a sample of all channels. */
  frame: number;
  /** Of the data, as the header says. */
  length: number;
  data: Int16Array | Float32Array;
  /** The chunks. */
  order: readonly string[];
}

/** A WAV file: 100 samples of 16 bits at 8 kHz, one channel, unless told. */
export function wavFile(change: Partial<Wav> = {}): Buffer {
  const { tag = 1, channels = 1, rate = 8000, bits = 16, order = ['fmt ', 'data'] } = change;
  const { data = Int16Array.from({ length: 100 }, (_, index) => 1000 * Math.sin(index)) } = change;
  const { frame = channels * Math.ceil(bits / 8), length = data.byteLength } = change;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE((rate * frame) % 2 ** 32, 8);
  format.writeUInt16LE(frame, 12);
  format.writeUInt16LE(bits, 14);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const chunks = order.map((name) => {
    if (name === 'fmt ') return chunk(name, format);
    return name === 'data' ? chunk(name, bytes, length) : chunk(name, Buffer.from('abc'));
  });
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  return chunk('RIFF', body);
}

function chunk(name: string, content: Buffer, length = content.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}
