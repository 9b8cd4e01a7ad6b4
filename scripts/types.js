// Writes the types of what `import … from 'ablate'` gives as one file: `dist/api/index.d.ts`. Only the package needs it: it
// takes the compiler many seconds.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';

const root = fileURLToPath(new URL('..', import.meta.url));

export function bundleTypes() {
  const entry = {
    filePath: join(root, 'src', 'api', 'index.ts'),
    output: { exportReferencedTypes: false, noBanner: true },
  };
  const [types] = generateDtsBundle([entry], { preferredConfigPath: join(root, 'tsconfig.json') });
  writeFileSync(join(root, 'dist', 'api', 'index.d.ts'), types);
}
