"""Optuna's GridSampler."""

from network import ACTIVATIONS, KERNELS, POOLINGS, print_table, read_images, train

import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)
space = {"kernel_size": KERNELS, "pooling": POOLINGS, "activation": ACTIVATIONS}
data = read_images()


def objective(trial):
    return train(**{name: trial.suggest_categorical(name, values) for name, values in space.items()}, data=data)


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.GridSampler(space))
study.optimize(objective, n_trials=12)
print_table([(*(trial.params[name] for name in space), trial.value) for trial in study.trials])
