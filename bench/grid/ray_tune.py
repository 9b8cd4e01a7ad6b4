"""Ray Tune over the grid, two CPUs."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from network import ACTIVATIONS, KERNELS, POOLINGS, print_table, train

import ray
from ray import tune


def trainable(config):
    tune.report({"val_accuracy": train(**config)})


space = {"kernel_size": KERNELS, "pooling": POOLINGS, "activation": ACTIVATIONS}
folder = os.path.dirname(os.path.abspath(__file__))
ray.init(
    num_cpus=2,
    include_dashboard=False,
    logging_level="ERROR",
    log_to_driver=False,
    runtime_env={"env_vars": {"PYTHONPATH": folder, "MNIST_FOLDER": os.environ["MNIST_FOLDER"]}},
)
tuner = tune.Tuner(
    trainable,
    param_space={name: tune.grid_search(values) for name, values in space.items()},
    run_config=tune.RunConfig(verbose=0),
)
print_table([(*result.config.values(), result.metrics["val_accuracy"]) for result in tuner.fit()])
