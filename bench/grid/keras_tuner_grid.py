"""KerasTuner's GridSearch."""

import tempfile

from network import ACTIVATIONS, BATCH, EPOCHS, KERNELS, POOLINGS, build, print_table, read_images

import keras_tuner


def build_from(hp):
    return build(
        hp.Choice("kernel_size", KERNELS), hp.Choice("pooling", POOLINGS), hp.Choice("activation", ACTIVATIONS)
    )


train_data, validation_data = read_images()
with tempfile.TemporaryDirectory() as folder:
    tuner = keras_tuner.GridSearch(build_from, "val_accuracy", max_trials=12, directory=folder)
    tuner.search(*train_data, validation_data=validation_data, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    trials = tuner.oracle.get_best_trials(12)
    print_table([(*trial.hyperparameters.values.values(), trial.score) for trial in trials])
