"""What Keras makes of tables: reads each CSV file itself and trains from the given weights; one JSON document in, one out."""

import csv
import json
import sys

import keras
import numpy as np
import tensorflow as tf
from keras_model import decode, encode

LOSSES = {
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "binary_focal_crossentropy": keras.losses.BinaryFocalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
}


def column(rows, name):
    return np.array([float(row[name]) if row[name] else np.nan for row in rows])


def standardized(values, trained):
    return (values - values[trained].mean()) / values[trained].std()


def inputs_of(rows, trained):
    """x; y with the mean in place of what is missing, and what is; the logarithm of z, from 0 to 1 of w; one-hot kinds."""
    y = column(rows, "y")
    missing = np.isnan(y)
    known = y[trained][~missing[trained]]
    filled = (np.where(missing, known.mean(), y) - known.mean()) / known.std()
    z = standardized(np.log1p(column(rows, "z")), trained)
    w = column(rows, "w")
    w = (w - w[trained].min()) / (w[trained].max() - w[trained].min())
    kinds = sorted({row["kind"] for row in rows})
    one_hot = [[row["kind"] == kind for row in rows] for kind in kinds]
    columns = [standardized(column(rows, "x"), trained), filled, missing, z, w, *one_hot]
    return np.stack([np.asarray(each, np.float32) for each in columns], axis=1)


def targets_of(rows, trained, case):
    if isinstance(case["target"], list):
        columns = [standardized(column(rows, name), trained) for name in case["target"]]
        return np.stack(columns, axis=1).astype(np.float32)
    values = [row[case["target"]] for row in rows]
    if case["type"] == "multi_label":
        labels = sorted({label for value in values for label in value.split("|") if label})
        return np.array([[label in value.split("|") for label in labels] for value in values], np.float32)
    if case["type"] == "number":
        return standardized(np.array(values, np.float64), trained).astype(np.float32)[:, None]
    classes = sorted(set(values))
    labels = np.array([classes.index(value) for value in values])
    if case["type"] == "binary":
        return labels.astype(np.float32)[:, None]
    # These losses are of the one-hot label.
    one_hot = case["loss"] in ("mean_squared_error", "categorical_focal_crossentropy")
    return np.eye(len(classes), dtype=np.float32)[labels] if one_hot else labels


def train(case):
    with open(case["file"], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    trained = sorted(sum(case["orders"][0], []))
    x, y = inputs_of(rows, trained), targets_of(rows, trained, case)
    weights = [decode(each) for each in case["weights"]]
    model = keras.Sequential(
        [
            keras.Input([x.shape[1]]),
            keras.layers.Dense(weights[1].size, "tanh"),
            keras.layers.Dense(weights[3].size, {"category": "softmax", "binary": "sigmoid", "multi_label": "sigmoid"}.get(case["type"])),
        ]
    )
    model.set_weights(weights)
    weight = case["class_weight"] and {int(name): value for name, value in case["class_weight"].items()}
    model.compile(keras.optimizers.SGD(case["learning_rate"]), LOSSES[case["loss"]](), jit_compile=False)
    losses = [
        float(model.train_on_batch(x[batch], y[batch], class_weight=weight)) for order in case["orders"] for batch in order
    ]
    x, y = x[case["validation"]], y[case["validation"]]
    validation = float(model.compute_loss(x, y, model(x, training=False), training=False))
    return {"losses": losses, "weights": [encode(each) for each in model.get_weights()], "validation": validation}


tf.config.threading.set_intra_op_parallelism_threads(1)
json.dump({name: train(case) for name, case in json.load(sys.stdin).items()}, sys.stdout)
