import { MlflowClient } from './client.js';
import { connectionFromEnvironment } from './connection.js';

/**
 * The client of the server that MLflow's own environment variables name; undefined without `MLFLOW_TRACKING_URI`.
 * @throws UserError `mlflow-uri`, `mlflow-setting`
 */
export function clientFromEnvironment(environment: NodeJS.ProcessEnv): MlflowClient | undefined {
  const connection = connectionFromEnvironment(environment);
  // Empty is as good as absent: `export MLFLOW_EXPERIMENT_ID=`.
  const { MLFLOW_EXPERIMENT_ID: id, MLFLOW_EXPERIMENT_NAME: name } = environment;
  return (
    connection && new MlflowClient(connection, { experimentId: id || undefined, experimentName: name || undefined })
  );
}
