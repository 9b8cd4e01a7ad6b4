import { UserError } from '../errors.js';
import type { MlflowClient } from '../tracking/mlflow/client.js';

/** The MLflow server that the environment names; none if it names none, or one that can't be used, as tracking will say. */
export async function configuredMlflow(): Promise<MlflowClient | undefined> {
  const { connectionFromEnvironment } = await import('../tracking/mlflow/connection.js');
  const { MlflowClient } = await import('../tracking/mlflow/client.js');
  try {
    const connection = connectionFromEnvironment(process.env);
    return connection && new MlflowClient(connection);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
