"""What Keras's own training makes of experiments: one JSON document in, one out."""

import base64
import json
import sys

import keras
import numpy as np
import tensorflow as tf
from keras_model import Model, encode

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adagrad": keras.optimizers.Adagrad,
    "adadelta": keras.optimizers.Adadelta,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
}


class Data:
    """The images as bytes and their labels, of all experiments on images the same."""

    tokens = None

    def __init__(self, question):
        self.shape, self.classes = question["shape"], question["classes"]
        pixels = np.frombuffer(base64.b64decode(question["images"]), np.uint8)
        self.images = pixels.reshape([-1, *self.shape]).astype(np.float32)
        self.labels = np.asarray(question["labels"])

    def inputs(self, normalization, trained):
        """Normalized by Keras's layers, with the statistics of the images trained on."""
        if normalization == "none":
            return self.images
        if normalization == "rescale":
            return np.asarray(keras.layers.Rescaling(1 / 255)(self.images))
        layer = keras.layers.Normalization()
        layer.adapt(self.images[trained])
        return np.asarray(layer(self.images))


class Texts:
    """The numbers of words, and the labels of their texts."""

    def __init__(self, question, classes):
        self.shape, self.tokens, self.classes = question["shape"], question["tokens"], classes
        self.words = np.asarray(question["words"], np.int32).reshape([-1, *self.shape])
        self.labels = np.asarray(question["labels"])

    def inputs(self, normalization, trained):
        return self.words


def targets_of(labels, classes, training):
    """The labels as the loss of Keras takes them."""
    smoothing = training["label_smoothing"]
    if training["loss"] == "sparse_categorical_crossentropy":
        return labels if smoothing == 0 else np.eye(classes, dtype=np.float32)[labels]
    # Keras's MeanSquaredError smooths nothing: this is CategoricalCrossentropy's formula.
    return (np.eye(classes) * (1 - smoothing) + smoothing / classes).astype(np.float32)[labels]


def loss_of(training):
    if training["loss"] == "mean_squared_error":
        return keras.losses.MeanSquaredError()
    if training["label_smoothing"] > 0:
        return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=training["label_smoothing"])
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def class_weight_of(training, labels, classes):
    config = training["class_weight"]
    if config == "balanced":
        return dict(enumerate(len(labels) / (classes * np.bincount(labels, minlength=classes))))
    return config and {int(name): weight for name, weight in config.items()}


def schedule_of(config, rate, steps_per_epoch, epochs):
    """Keras's schedule, whose lengths are steps."""
    schedules, name = keras.optimizers.schedules, config["name"]
    if name in ("constant", "reduce_on_plateau"):
        return rate
    if name in ("step", "exponential"):
        decay_steps = config["decay_epochs"] * steps_per_epoch
        return schedules.ExponentialDecay(rate, decay_steps, config["decay_rate"], staircase=name == "step")
    if name == "piecewise_constant":
        boundaries = [boundary * steps_per_epoch for boundary in config["boundaries"]]
        return schedules.PiecewiseConstantDecay(boundaries, [rate, *(rate * factor for factor in config["factors"])])
    warmup_epochs = config["warmup_epochs"]
    decay_steps = (config["decay_epochs"] or epochs - warmup_epochs) * steps_per_epoch
    if warmup_epochs == 0:
        return schedules.CosineDecay(rate, decay_steps, alpha=config["alpha"])
    warmup = {"warmup_target": rate, "warmup_steps": warmup_epochs * steps_per_epoch}
    return schedules.CosineDecay(0.0, decay_steps, alpha=config["alpha"], **warmup)


def optimizer_of(training, steps_per_epoch):
    arguments = {key: value for key, value in training["optimizer"].items() if key != "name"}
    rate = float(arguments.pop("learning_rate"))
    schedule = schedule_of(training["learning_rate_schedule"], rate, steps_per_epoch, training["epochs"])
    arguments.update(training["gradient_clipping"] or {})
    # JSON writes 1.0 as 1; Keras asks for floats.
    arguments = {key: float(value) if type(value) is int else value for key, value in arguments.items()}
    return OPTIMIZERS[training["optimizer"]["name"]](schedule, **arguments)


def callbacks_of(training):
    """What looks at the metrics after each epoch."""
    callbacks, schedule, stopping = [], dict(training["learning_rate_schedule"]), training["early_stopping"]
    if schedule.pop("name") == "reduce_on_plateau":
        callbacks.append(keras.callbacks.ReduceLROnPlateau(**schedule))
    if stopping:
        callbacks.append(keras.callbacks.EarlyStopping(**stopping))
    return callbacks


class Experiment:
    """A model, its optimizer and its loss, ready to be trained from the given weights."""

    def __init__(self, case, data):
        training, classes = case["training"], data.classes
        self.training, self.orders, self.validation = training, case["orders"], case["validation"]
        keras.mixed_precision.set_global_policy({"float32": "float32", "bfloat16": "mixed_bfloat16"}[training["precision"]])
        self.model = Model(case["model"], data.shape, classes, data.tokens)
        self.model.assign(case["weights"])
        self.keras = self.model.keras
        self.optimizer = optimizer_of(training, len(self.orders[0]))
        trained = sorted(sum(self.orders[0], []))
        self.inputs = data.inputs(case["normalization"], trained)
        self.targets = targets_of(data.labels, classes, training)
        self.class_weight = class_weight_of(training, data.labels[trained], classes)

    def validate(self):
        """The loss of the validation examples in inference."""
        x, y = self.inputs[self.validation], self.targets[self.validation]
        return float(self.keras.compute_loss(x, y, self.keras(x, training=False), training=False))

    def result(self, rates, losses, **others):
        weights = {name: encode(weight) for name, weight in self.model.weights().items()}
        return {"rates": rates, "losses": losses, "weights": weights, "validation": self.validate(), **others}

    def train_on_batches(self):
        """The learning rate and the loss of each step."""
        self.keras.compile(self.optimizer, loss_of(self.training), jit_compile=False)
        rates, losses = [], []
        for batch in (batch for order in self.orders for batch in order):
            rates.append(float(self.optimizer.learning_rate))
            x, y = self.inputs[batch], self.targets[batch]
            losses.append(float(self.keras.train_on_batch(x, y, class_weight=self.class_weight)))
        return self.result(rates, losses)

    def fit(self):
        """The learning rate of each epoch's last step, and the metrics of each epoch."""
        self.keras.compile(self.optimizer, loss_of(self.training), metrics=["accuracy"], jit_compile=False)
        rates = []
        note_rate = keras.callbacks.LambdaCallback(
            on_train_batch_begin=lambda batch, logs: rates.append(float(self.optimizer.learning_rate))
        )
        steps = len(self.orders[0])
        history = self.keras.fit(
            ((self.inputs[batch], self.targets[batch]) for order in self.orders for batch in order),
            steps_per_epoch=steps,
            epochs=len(self.orders),
            validation_data=(self.inputs[self.validation], self.targets[self.validation]),
            callbacks=[note_rate, *callbacks_of(self.training)],
            shuffle=False,
            verbose=0,
        ).history
        metrics = {name: history[name] for name in ("accuracy", "val_loss", "val_accuracy")}
        return self.result(rates[steps - 1 :: steps], history["loss"], metrics=metrics)


def main():
    question = json.load(sys.stdin)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    data = Data(question)
    texts = Texts(question["texts"], data.classes)

    def experiment(case):
        return Experiment(case, texts if case["of"] == "text" else data)

    answers = {
        "steps": {name: experiment(case).train_on_batches() for name, case in question["steps"].items()},
        "epochs": {name: experiment(case).fit() for name, case in question["epochs"].items()},
    }
    json.dump(answers, sys.stdout)


main()
