"""Trains the baseline network with Keras's `fit` and with a hand-written tf.function, for comparison with Ablate.

Reads one command a line from standard input ("keras" or "tf.function"), trains one epoch with it and answers with a
line of JSON: {"engine", "samples_per_second", "loss"}. So that the engines take turns within one run, each stays warm.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
import keras

BATCH = 128


def read_images(folder):
    images = np.fromfile(os.path.join(folder, "train-images-idx3-ubyte"), np.uint8, offset=16)
    labels = np.fromfile(os.path.join(folder, "train-labels-idx1-ubyte"), np.uint8, offset=8)
    return images.reshape(-1, 28, 28, 1), labels.astype(np.int32)


def build():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )


class KerasFit:
    def __init__(self, images, labels):
        self.images = images.astype(np.float32) / 255
        self.labels = labels
        self.model = build()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(keras.optimizers.Adam(0.001), loss, metrics=["accuracy"])
        self.epoch(BATCH * 4)

    def epoch(self, samples=None):
        history = self.model.fit(self.images[:samples], self.labels[:samples], batch_size=BATCH, verbose=0)
        return history.history["loss"][0]


class HandWritten:
    """One tf.function an epoch: the loop, the batches and fused Adam (ResourceApplyAdam) all inside the graph."""

    def __init__(self, images, labels):
        self.images = tf.constant(images.astype(np.float32) / 255)
        self.labels = tf.constant(labels)
        self.model = build()
        self.weights = [v.value for v in self.model.trainable_variables]
        self.slots = [(tf.Variable(tf.zeros_like(w)), tf.Variable(tf.zeros_like(w))) for w in self.weights]
        self.step = tf.Variable(0.0)
        self.epoch(BATCH * 4)

    def epoch(self, samples=None):
        order = np.random.permutation(len(self.labels) if samples is None else samples).astype(np.int32)
        return float(self.train(tf.constant(order[: len(order) // BATCH * BATCH])))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def train(self, order):
        steps = tf.size(order) // BATCH
        total = 0.0
        for i in tf.range(steps):
            index = order[i * BATCH : (i + 1) * BATCH]
            total += self.train_step(tf.gather(self.images, index), tf.gather(self.labels, index))
        return total / tf.cast(steps, tf.float32)

    def train_step(self, x, y):
        x = tf.ensure_shape(x, [BATCH, 28, 28, 1])
        with tf.GradientTape() as tape:
            logits = self.model(x, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        self.step.assign_add(1.0)
        b1, b2 = tf.pow(0.9, self.step), tf.pow(0.999, self.step)
        for w, g, (m, v) in zip(self.weights, tape.gradient(loss, self.weights), self.slots):
            tf.raw_ops.ResourceApplyAdam(
                var=w.handle, m=m.handle, v=v.handle, beta1_power=b1, beta2_power=b2,
                lr=0.001, beta1=0.9, beta2=0.999, epsilon=1e-7, grad=g,
            )
        return loss


def main():
    images, labels = read_images(sys.argv[1])
    engines = {}
    print(json.dumps({"tensorflow": tf.__version__, "keras": keras.__version__}), flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name not in engines:
            engines[name] = {"keras": KerasFit, "tf.function": HandWritten}[name](images, labels)
        start = time.perf_counter()
        loss = engines[name].epoch()
        seconds = time.perf_counter() - start
        print(json.dumps({"engine": name, "samples_per_second": len(labels) / seconds, "loss": loss}), flush=True)


main()
