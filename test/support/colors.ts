type Triple = [number, number, number];

/** Machado, Oliveira and Fernandes (2009), severity 1: how linear RGB is seen without one kind of cone; and with all. */
const SIGHTS: number[][] = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
];

/** WCAG's contrast ratio of two colours, 1 to 21. @param first `#rrggbb` */
export function contrast(first: string, second: string): number {
  const [dark, light] = [luminance(linear(first)), luminance(linear(second))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The least CIELAB distance (ΔE 1976) between two of the colours, for whatever sight. */
export function leastDifference(colors: readonly string[]): number {
  const distances = SIGHTS.flatMap((sight) => {
    const seen = colors.map((color) => lab(applied(sight, linear(color))));
    return seen.flatMap((a, i) => seen.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])));
  });
  return Math.min(...distances);
}

function linear(color: string): Triple {
  const channel = (start: number) => {
    const value = parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance([red, green, blue]: Triple): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function applied(matrix: readonly number[], [red, green, blue]: Triple): Triple {
  const row = (start: number) => {
    const sum = matrix[start] * red + matrix[start + 1] * green + matrix[start + 2] * blue;
    return Math.min(1, Math.max(0, sum));
  };
  return [row(0), row(3), row(6)];
}

/** CIELAB of linear sRGB, white D65. */
function lab([red, green, blue]: Triple): Triple {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
