import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ExportComparison } from '../export/comparison.js';
import type { ExportRequest } from '../export/export-request.js';
import { count, percent } from './format.js';
import { formatTable } from './tables/table.js';
import { BINARY_LIMIT, readRegularFile } from '../system/regular-file.js';
import { counted } from '../text/words.js';

/** What came of an export. */
export interface ExportReport extends Pick<ExportRequest, 'format' | 'quantize' | 'output'>, ExportComparison {
  run: string;
  bytes: number;
  gzip_bytes: number;
  /** Of the run's own model. */
  original_bytes: number;
  original_gzip_bytes: number;
}

/** What came of an export of a model of rows. */
export interface RowExportReport extends Omit<ExportReport, keyof ExportComparison> {
  rows: number;
  /** The greatest difference of an output; of numbers in their own unit. */
  maxDifference: number;
  /** Where what it takes and gives is written down. */
  preprocessing: string;
}

/** All numbers, as one JSON document. */
export function exportReportJson({ maxDifference, ...report }: ExportReport | RowExportReport): string {
  return `${JSON.stringify({ ...report, max_difference: maxDifference }, undefined, 2)}\n`;
}

/** For people: where it is, and what of size and accuracy changed. */
export function exportReportText(report: ExportReport | RowExportReport): string {
  if ('rows' in report) return rowReportText(report);
  const { output, format, quantize, images, maxDifference, agreement, accuracy, bytes } = report;
  if (quantize === null) {
    const same = `predicts as the run's own model: within ${maxDifference.toExponential(1)} on ${counted(images, 'image')}`;
    return `${output}  ${format}, ${megabytes(bytes)}: ${same}\n`;
  }
  const columns = [
    { title: 'MODEL' },
    { title: 'SIZE', align: 'right' as const },
    { title: 'GZIP', align: 'right' as const },
    { title: 'ACCURACY', align: 'right' as const },
    { title: 'LOST', align: 'right' as const },
  ];
  const { original, exported } = accuracy ?? { original: NaN, exported: NaN };
  const rows = [
    [report.run, megabytes(report.original_bytes), megabytes(report.original_gzip_bytes), percent(original), ''],
    [
      `${format} ${quantize}`,
      megabytes(bytes),
      megabytes(report.gzip_bytes),
      percent(exported),
      percent(original - exported),
    ],
  ];
  const note = `${percent(agreement)} of ${count(images)} test images are put into the same class by both\n`;
  return `${output}\n${formatTable(columns, rows)}${note}`;
}

function rowReportText({ output, format, bytes, rows, maxDifference, preprocessing }: RowExportReport): string {
  const same = `predicts as the run's own model: within ${maxDifference.toExponential(1)} on ${counted(rows, 'row')}`;
  return `${output}  ${format}, ${megabytes(bytes)}: ${same}\n${preprocessing}  what it takes and gives\n`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(3)} MB`;
}

/** Of what was written, and of the run's own model. */
export async function bothSizes(
  written: string,
  own: string,
): Promise<Pick<ExportReport, 'bytes' | 'gzip_bytes' | 'original_bytes' | 'original_gzip_bytes'>> {
  const [{ bytes, gzip }, original] = [await sizesOf(written), await sizesOf(own)];
  return { bytes, gzip_bytes: gzip, original_bytes: original.bytes, original_gzip_bytes: original.gzip };
}

/** Bytes of a file or of all files in a folder: as they are, and compressed as a server would send them. */
async function sizesOf(path: string): Promise<{ bytes: number; gzip: number }> {
  if (!(await stat(path)).isDirectory()) {
    const contents = await readRegularFile(path, BINARY_LIMIT);
    return { bytes: contents.length, gzip: gzipSync(contents).length };
  }
  const sizes = await Promise.all((await readdir(path)).map((name) => sizesOf(join(path, name))));
  const sum = (key: 'bytes' | 'gzip'): number => sizes.reduce((total, size) => total + size[key], 0);
  return { bytes: sum('bytes'), gzip: sum('gzip') };
}
