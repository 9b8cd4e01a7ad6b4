/**
 * The run on the server that `MLFLOW_RUN_ID` asks the next run to be logged to. As in MLflow's client it holds once: the
 * variable is taken away, so that the run after it becomes one of its own.
 */
export function takeRunId(environment: NodeJS.ProcessEnv): string | undefined {
  const id = environment.MLFLOW_RUN_ID;
  delete environment.MLFLOW_RUN_ID;
  return id || undefined;
}
