/** Samples at once that the browser hands over. */
const AT_ONCE = 4096;

/** Sound from the microphone, while it is recorded. */
export interface MicrophoneRecording {
  /** Ends it. @returns a WAV file of one channel, 16 bits, as a data URL */
  stop: () => Promise<string>;
}

/** Asks for the microphone and begins to record. @throws the browser's reason where there is none, or it isn't allowed */
export async function record(): Promise<MicrophoneRecording> {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  const parts: Float32Array[] = [];
  const source = context.createMediaStreamSource(microphone);
  // Worklets would be a file of their own; this runs in every browser, and a second of speech doesn't mind.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const processor = context.createScriptProcessor(AT_ONCE, 1, 1);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  processor.addEventListener('audioprocess', ({ inputBuffer }) => {
    parts.push(inputBuffer.getChannelData(0).slice());
  });
  source.connect(processor);
  processor.connect(context.destination);
  return {
    async stop() {
      for (const track of microphone.getTracks()) track.stop();
      source.disconnect();
      processor.disconnect();
      const { sampleRate } = context;
      await context.close();
      return dataUrl(wavOf(parts, sampleRate));
    },
  };
}

function wavOf(parts: readonly Float32Array[], rate: number): Uint8Array<ArrayBuffer> {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const write = (at: number, word: string): void => {
    for (let index = 0; index < word.length; index++) view.setUint8(at + index, word.charCodeAt(index));
  };
  write(0, 'RIFF');
  view.setUint32(4, 36 + 2 * count, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, 'data');
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const part of parts) {
    for (const value of part) {
      view.setInt16(at, Math.max(-1, Math.min(1, value)) * 0x7fff, true);
      at += 2;
    }
  }
  return new Uint8Array(view.buffer);
}

function dataUrl(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return readAsDataUrl(new Blob([bytes], { type: 'audio/wav' }));
}

/** A file, or what was recorded, as a data URL. */
export function readAsDataUrl(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      resolve(typeof reader.result === 'string' ? reader.result : '');
    });
    reader.addEventListener('error', () => {
      reject(reader.error ?? new Error('the file can not be read'));
    });
    reader.readAsDataURL(file);
  });
}
