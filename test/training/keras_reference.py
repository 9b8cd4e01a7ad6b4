"""What Keras makes of the questions of the training tests: one JSON document in, one out."""

import json
import sys
from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf


def float32(values):
    return np.asarray(values, dtype=np.float32)


def make(module, spec):
    """An object of Keras by its class and arguments. JSON writes 1.0 as 1; Keras asks for floats."""
    arguments = {name: float(value) if type(value) is int else value for name, value in spec["arguments"].items()}
    return getattr(module, spec["class"])(**arguments)


def train(question):
    """Softmax regression: the loss of every step and the weights after the last, for each optimizer."""
    inputs, labels = float32(question["inputs"]), np.asarray(question["labels"])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    answers = []
    for spec in question["optimizers"]:
        optimizer = make(keras.optimizers, spec)
        weights = [keras.Variable(float32(question["kernel"])), keras.Variable(float32(question["bias"]))]
        optimizer.build(weights)

        @tf.function
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = loss_of(y, tf.matmul(x, weights[0].value) + weights[1].value)
            gradients = tape.gradient(loss, [weight.value for weight in weights])
            optimizer.apply(gradients, weights)
            return loss

        losses = [float(step(x, y)) for x, y in zip(inputs, labels)]
        answers.append({"losses": losses, "weights": [weight.numpy().ravel().tolist() for weight in weights]})
    return answers


def train_table(question):
    """A table of which each step reads rows, drawn to the targets: the table after the last step, for each optimizer.

    The gradient is made dense, since Keras's optimizers square each occurrence of a row that is read twice, not their sum.
    """
    rows, targets = np.asarray(question["rows"]), float32(question["targets"])
    answers = []
    for spec in question["optimizers"]:
        optimizer = make(keras.optimizers, spec)
        table = keras.Variable(float32(question["table"]))
        optimizer.build([table])
        for read, target in zip(rows, targets):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(tf.gather(table.value, read) - target))
            optimizer.apply([tf.convert_to_tensor(tape.gradient(loss, table.value))], [table])
        answers.append(table.numpy().ravel().tolist())
    return answers


def losses(question):
    """The loss of each example, and the gradient of their weighted mean in the logits."""
    logits, classes = tf.constant(float32(question["logits"])), len(question["logits"][0])
    answers = []
    for case in question["cases"]:
        targets = np.asarray(case["labels"])
        focal = case["class"].endswith("FocalCrossentropy")
        if targets.ndim == 1 and case["class"] != "SparseCategoricalCrossentropy":
            targets = np.eye(classes, dtype=np.float32)[targets]
        loss_of = getattr(keras.losses, case["class"])(reduction="none", **case["arguments"])
        weights = float32(case["weights"]) if case["weights"] is not None else None
        with tf.GradientTape() as tape:
            tape.watch(logits)
            outputs = tf.nn.softmax(logits) if focal or case["class"] == "MeanSquaredError" else logits
            values = loss_of(targets, outputs, sample_weight=weights)
            mean = tf.reduce_mean(values)
        answers.append({"values": values.numpy().tolist(), "gradient": tape.gradient(mean, logits).numpy().tolist()})
    return answers


def schedules(question):
    """The rate of each step."""
    return [
        [float(make(keras.optimizers.schedules, spec)(step)) for step in range(spec["steps"])] for spec in question
    ]


class Weights:
    """A model as far as callbacks know one: its weights are the number of the epoch."""

    def __init__(self, learning_rate):
        self.optimizer = SimpleNamespace(learning_rate=tf.Variable(learning_rate, dtype=tf.float32))
        self.metrics = []
        self.stop_training = False
        self.epoch = None

    def get_weights(self):
        return self.epoch

    def set_weights(self, epoch):
        self.epoch = epoch


def early_stopping(question):
    """After which epoch it stops (null: not at all), and from which the weights are at the end; epochs from 0."""
    answers = []
    for case in question:
        callback = keras.callbacks.EarlyStopping(**case["arguments"])
        model = Weights(0.0)
        callback.set_model(model)
        callback.on_train_begin()
        stopped = None
        for epoch, value in enumerate(case["values"]):
            model.epoch = epoch
            callback.on_epoch_end(epoch, {callback.monitor: value})
            if model.stop_training:
                stopped = epoch
                break
        callback.on_train_end()
        answers.append({"stopped": stopped, "weights": model.epoch})
    return answers


class PlateauOptimizer:
    """Keeps its rate as an optimizer does: as a float32."""

    def __init__(self, rate):
        self._rate = np.float32(rate)

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, rate):
        self._rate = np.float32(rate)


def plateaus(question):
    """The learning rate after each epoch."""
    answers = []
    for case in question:
        callback = keras.callbacks.ReduceLROnPlateau(**case["arguments"])
        model = Weights(0.0)
        model.optimizer = PlateauOptimizer(case["learning_rate"])
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch, value in enumerate(case["values"]):
            callback.on_epoch_end(epoch, {callback.monitor: value})
            rates.append(float(model.optimizer.learning_rate))
        answers.append(rates)
    return answers


def scores(question):
    """Top-k accuracy, precision, recall and F1 of each class, and accuracy."""
    labels, probabilities = np.asarray(question["labels"]), float32(question["probabilities"])
    classes = probabilities.shape[1]
    one_hot = np.eye(classes, dtype=np.float32)[labels]
    predicted = np.eye(classes, dtype=np.float32)[probabilities.argmax(axis=1)]

    def of_class(metric, index):
        score = metric(class_id=index)
        score.update_state(one_hot, predicted)
        return float(score.result())

    top_k = {}
    for k in range(1, classes + 1):
        metric = keras.metrics.SparseTopKCategoricalAccuracy(k=k)
        metric.update_state(labels, probabilities)
        top_k[k] = float(metric.result())
    f1 = keras.metrics.F1Score(average=None)
    f1.update_state(one_hot, predicted)
    macro = keras.metrics.F1Score(average="macro")
    macro.update_state(one_hot, predicted)
    return {
        "top_k": [top_k[k] for k in sorted(top_k)],
        "precision": [of_class(keras.metrics.Precision, index) for index in range(classes)],
        "recall": [of_class(keras.metrics.Recall, index) for index in range(classes)],
        "f1_score": f1.result().numpy().tolist(),
        "macro_f1_score": float(macro.result()),
        "confusion_matrix": tf.math.confusion_matrix(labels, probabilities.argmax(axis=1), classes).numpy().tolist(),
    }


QUESTIONS = {
    "train": train,
    "train_table": train_table,
    "losses": losses,
    "schedules": schedules,
    "early_stopping": early_stopping,
    "plateaus": plateaus,
    "scores": scores,
}

questions = json.load(sys.stdin)
json.dump({name: QUESTIONS[name](question) for name, question in questions.items()}, sys.stdout)
