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


# Which of them are x and y, which z and w, which the kinds.
FIRST, SECOND, KINDS = slice(0, 3), slice(3, 5), slice(5, None)
MERGES = {
    "concatenate": keras.layers.Concatenate,
    "add": keras.layers.Add,
    "multiply": keras.layers.Multiply,
    "maximum": keras.layers.Maximum,
    "average": keras.layers.Average,
}


def towers(x, merge):
    """A dense layer of each group of columns, merged; where they are concatenated, the kinds are as they are."""
    kinds = x[:, KINDS]
    ends = [keras.layers.Dense(5, "tanh", name=name)(x[:, part]) for name, part in [("dense", FIRST), ("dense_1", SECOND)]]
    if merge != "concatenate":
        kinds = keras.layers.Dense(5, "tanh", name="dense_2")(kinds)
    return MERGES[merge]()([*ends, kinds])


def build(features, case):
    """With the weights that are given by their names."""
    weights = {name: decode(each) for name, each in case["weights"].items()}
    hidden, output = sorted({name.split("/")[0] for name in weights})[-2:]
    given = keras.Input([features])
    x = towers(given, case["merge"]) if case.get("merge") else given
    x = keras.layers.Dense(weights[f"{hidden}/bias"].size, "tanh", name=hidden)(x)
    last = {"category": "softmax", "binary": "sigmoid", "multi_label": "sigmoid"}.get(case["type"])
    model = keras.Model(given, keras.layers.Dense(weights[f"{output}/bias"].size, last, name=output)(x))
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([weights[f"{layer.name}/{name}"] for name in ("kernel", "bias")])
    return model


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
    model = build(x.shape[1], case)
    weight = case["class_weight"] and {int(name): value for name, value in case["class_weight"].items()}
    model.compile(keras.optimizers.SGD(case["learning_rate"]), LOSSES[case["loss"]](), jit_compile=False)
    losses = [
        float(model.train_on_batch(x[batch], y[batch], class_weight=weight)) for order in case["orders"] for batch in order
    ]
    x, y = x[case["validation"]], y[case["validation"]]
    validation = float(model.compute_loss(x, y, model(x, training=False), training=False))
    weights = {f"{layer.name}/{each.name}": encode(each.numpy()) for layer in model.layers for each in layer.weights}
    return {"losses": losses, "weights": weights, "validation": validation}


tf.config.threading.set_intra_op_parallelism_threads(1)
json.dump({name: train(case) for name, case in json.load(sys.stdin).items()}, sys.stdout)
