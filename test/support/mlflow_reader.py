"""Reads an MLflow server back with MLflow's own Python client: a JSON request a line in, a JSON answer a line out."""

import hashlib
import json
import os
import sys
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType


def finite(value):
    """JSON has no NaN and no infinities: their names, as JavaScript writes them."""
    return value if abs(value) <= sys.float_info.max else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]


def hashes(artifact_uri):
    with tempfile.TemporaryDirectory() as folder:
        if not mlflow.artifacts.list_artifacts(artifact_uri=artifact_uri):
            return {}
        root = mlflow.artifacts.download_artifacts(artifact_uri=artifact_uri, dst_path=folder)
        found = {}
        for directory, _, names in os.walk(root):
            for name in names:
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, root)] = hashlib.sha256(file.read()).hexdigest()
        return found


def read_run(client, run_id):
    run = client.get_run(run_id)
    return {
        "name": run.info.run_name,
        "status": run.info.status,
        "start": run.info.start_time,
        "end": run.info.end_time,
        "deleted": run.info.lifecycle_stage == "deleted",
        "experiment": client.get_experiment(run.info.experiment_id).name,
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {
            key: [[m.step, m.timestamp, finite(m.value)] for m in client.get_metric_history(run_id, key)]
            for key in run.data.metrics
        },
        "inputs": [
            {"name": i.dataset.name, "digest": i.dataset.digest, "tags": {t.key: t.value for t in i.tags}}
            for i in run.inputs.dataset_inputs
        ],
        "models": [read_model(client, output.model_id) for output in run.outputs.model_outputs],
        "artifacts": hashes(run.info.artifact_uri),
    }


def read_model(client, model_id):
    model = client.get_logged_model(model_id)
    return {
        "name": model.name,
        "status": str(model.status),
        "run": model.source_run_id,
        "artifacts": hashes(model.artifact_location),
    }


def run_ids(client, experiment):
    found = client.get_experiment_by_name(experiment)
    if found is None:
        return []
    runs = client.search_runs([found.experiment_id], run_view_type=ViewType.ACTIVE_ONLY)
    return [run.info.run_id for run in runs]


def model_info(client, uri):
    info = mlflow.models.get_model_info(uri)
    signature = {
        "inputs": [list(spec.shape) for spec in info.signature.inputs.inputs],
        "outputs": [list(spec.shape) for spec in info.signature.outputs.inputs],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=folder)
        example = mlflow.models.Model.load(path).load_input_example(path)
    return {"signature": signature, "example": list(example.shape)}


def aliased_version(client, name, alias):
    return client.get_model_version_by_alias(name, alias).version


def delete_experiment(client, experiment):
    client.delete_experiment(client.get_experiment_by_name(experiment).experiment_id)


CALLS = {
    "read_run": read_run,
    "run_ids": run_ids,
    "delete_run": lambda client, run_id: client.delete_run(run_id),
    "delete_experiment": delete_experiment,
    "hashes": lambda client, uri: hashes(uri),
    "register": lambda client, uri, name: mlflow.register_model(uri, name).version,
    "model_info": model_info,
    "aliased_version": aliased_version,
    "experiment_tags": lambda client, name: client.get_experiment_by_name(name).tags,
}


def main():
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    mlflow.set_tracking_uri(sys.argv[1])
    client = MlflowClient()
    for line in sys.stdin:
        call, *arguments = json.loads(line)
        print(json.dumps(CALLS[call](client, *arguments), allow_nan=False), flush=True)


main()
