"""Hydra's multirun with the joblib launcher, two jobs."""

import os
import sys
import tempfile

import hydra
from omegaconf import DictConfig

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from network import ACTIVATIONS, KERNELS, POOLINGS, print_table, train


@hydra.main(version_base=None, config_path=".", config_name="hydra_joblib")
def main(config: DictConfig):
    accuracy = train(config.kernel_size, config.pooling, config.activation)
    with open(os.path.join(os.environ["GRID_RESULTS"], str(os.getpid()) + ".csv"), "a") as file:
        file.write(f"{config.kernel_size},{config.pooling},{config.activation},{accuracy}\n")


def rows(folder):
    for name in os.listdir(folder):
        with open(os.path.join(folder, name)) as file:
            for line in file:
                kernel_size, pooling, activation, accuracy = line.strip().split(",")
                yield kernel_size, pooling, activation, float(accuracy)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GRID_RESULTS"] = os.path.join(folder, "results")
        os.mkdir(os.environ["GRID_RESULTS"])
        lists = {"kernel_size": KERNELS, "pooling": POOLINGS, "activation": ACTIVATIONS}
        sys.argv += ["-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", f"hydra.sweep.dir={folder}/hydra"]
        sys.argv += [f"{name}={','.join(str(value) for value in values)}" for name, values in lists.items()]
        main()
        print_table(list(rows(os.environ["GRID_RESULTS"])))
