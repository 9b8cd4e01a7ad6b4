import { UserError } from '../../text/errors.js';
import type { MlflowClient } from '../../tracking/mlflow/client.js';

/** The MLflow server that an environment names; none if it names none, or one that can't be used, as tracking will say. */
export async function configuredMlflow(environment: NodeJS.ProcessEnv): Promise<MlflowClient | undefined> {
  const { clientFromEnvironment } = await import('../../tracking/mlflow/environment.js');
  try {
    return clientFromEnvironment(environment);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
