import { UserError } from '../../text/errors.js';
import { shellWord } from '../../system/shell.js';

/** Schemes of databases that `mlflow server` keeps runs in, and that MLflow's Python client opens by itself. */
const DATABASE = /^(sqlite|postgresql|mysql|mssql)(\+\w+)?:/i;

/**
 * The address of an MLflow server.
 * @throws UserError `mlflow-uri` with the way to one; it doesn't repeat the value, which may hold a password
 */
export function parseServerUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UserError(`MLFLOW_TRACKING_URI is ${describe(uri)}not the http or https address of an MLflow server`, {
    code: 'mlflow-uri',
    hint: nextStep(uri),
    exitCode: 2,
  });
}

function describe(uri: string): string {
  const database = DATABASE.exec(uri);
  if (database) return `the address of a database (${database[1].toLowerCase()}), `;
  if (isFolder(uri)) return 'a folder, ';
  return /^databricks(:|$)/i.test(uri) ? 'a Databricks profile, ' : '';
}

function nextStep(uri: string): string {
  const then = 'then set MLFLOW_TRACKING_URI=http://127.0.0.1:5000';
  if (/^sqlite:/i.test(uri)) return `\`mlflow server --backend-store-uri ${shellWord(uri)}\` serves that file; ${then}`;
  if (DATABASE.test(uri)) return `\`mlflow server --backend-store-uri\` with that address serves it; ${then}`;
  if (/^databricks(:|$)/i.test(uri)) return 'set it to https://WORKSPACE, and MLFLOW_TRACKING_TOKEN to a token';
  if (/^[\w.-]+:\d+\/?$/.test(uri)) return `perhaps MLFLOW_TRACKING_URI=http://${uri} is meant`;
  if (!isFolder(uri)) return `start \`mlflow server\`, ${then}`;
  return (
    `MLflow 3 serves no plain folders: \`mlflow server --backend-store-uri sqlite:///mlflow.db\` starts a server, ` +
    `${then}; \`mlflow migrate-filestore\` takes the runs of a folder there`
  );
}

function isFolder(uri: string): boolean {
  return /^file:/i.test(uri) || /^(\.{0,2}\/|~|[\w.-]+$)/.test(uri) ? !/^databricks$/i.test(uri) : false;
}

/** A page of a server, opened at training: unless told, MLflow 3 opens at language models. */
export function pageAddress(uri: string, path: string, query: readonly string[] = []): string {
  return `${uri}/#/${path}?${[...query, 'workflowType=machine_learning'].join('&')}`;
}
