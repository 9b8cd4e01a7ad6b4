/**
 * Images that are stored plane by plane, each of them column by column, as MATLAB does.
 * @param stored [count, channels, width, height], whole images
 * @returns [count, height, width, channels]
 */
export function fromColumnOrder(
  stored: Uint8Array,
  { height, width, channels }: { height: number; width: number; channels: number },
): Uint8Array {
  const images = new Uint8Array(stored.length);
  let from = 0;
  for (let start = 0; start < stored.length; start += height * width * channels) {
    for (let channel = 0; channel < channels; channel++) {
      for (let x = 0; x < width; x++) {
        for (let y = 0; y < height; y++) images[start + (y * width + x) * channels + channel] = stored[from++];
      }
    }
  }
  return images;
}
