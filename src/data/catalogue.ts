import { type Published, isDownloaded } from './published.js';
import { dataSources } from './sources/sources.generated.js';

/** A published dataset that an experiment can name, and whether it is on this machine. */
export interface CataloguedDataset extends Published {
  name: string;
  isHere: boolean;
}

/** All of them, in the order of the schema. */
export async function catalogue(environment: NodeJS.ProcessEnv = process.env): Promise<CataloguedDataset[]> {
  const found: CataloguedDataset[] = [];
  for (const [name, load] of Object.entries(dataSources)) {
    const { published } = await load();
    if (published) found.push({ name, ...published, isHere: await isDownloaded(name, published, environment) });
  }
  return found;
}
