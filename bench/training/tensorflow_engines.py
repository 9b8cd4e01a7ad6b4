"""Keras's `fit` and a tf.function written by hand, for comparison with Ablate: tensorflow_engines.py NETWORK FOLDER"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf

from idx import read_training_set
from turns import take_turns

BATCH = 128
BATCHES = {"text": 50}
ADAM = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


def keras_baseline(shape):
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10),
        ]
    )


def keras_resnet20(shape):
    def normalized(x, filters, size, strides):
        x = keras.layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(x)
        return keras.layers.BatchNormalization()(x)

    inputs = keras.Input(shape)
    x = keras.layers.ReLU()(normalized(inputs, 16, 3, 1))
    for filters in (16, 32, 64):
        for block in range(3):
            strides = 2 if block == 0 and filters > 16 else 1
            y = keras.layers.ReLU()(normalized(x, filters, 3, strides))
            y = normalized(y, filters, 3, 1)
            shortcut = normalized(x, filters, 1, strides) if strides == 2 else x
            x = keras.layers.ReLU()(keras.layers.Add()([y, shortcut]))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(10)(x))


def keras_sound(shape):
    """The network of experiments/sound/spoken_digits.yaml without what is random in it and without normalization in its blocks."""
    inputs = keras.Input(shape)
    spectrogram = {"fft_length": 256, "sequence_stride": 160, "num_mel_bins": 40, "sampling_rate": 8000}
    x = keras.layers.MelSpectrogram(**spectrogram)(inputs)
    x = keras.layers.Reshape((*x.shape[1:], 1))(x)
    x = keras.layers.Normalization(mean=0.0, variance=100.0)(x)
    for filters in (16, 32, 64):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D(2)(x)
    return keras.Model(inputs, keras.layers.Dense(10)(keras.layers.Flatten()(x)))


def keras_text(shape):
    """Kim's network, as experiments/text/kim2014.yaml has it."""
    inputs = keras.Input(shape, dtype="int32")
    start = keras.initializers.RandomUniform(-0.01, 0.01)
    embedded = keras.layers.Embedding(20_000, 300, keras.initializers.RandomUniform(-0.25, 0.25))(inputs)
    pooled = []
    for width in (3, 4, 5):
        x = keras.layers.Conv1D(100, width, padding="same", activation="relu", kernel_initializer=start)(embedded)
        pooled.append(keras.layers.GlobalMaxPooling1D()(x))
    x = keras.layers.Dropout(0.5)(keras.layers.Concatenate()(pooled))
    return keras.Model(inputs, keras.layers.Dense(2, kernel_initializer=start)(x))


def as_numbers(network, values):
    """Images from 0 to 1; sound, two bytes a sample, from -1 to 1; of texts the words' numbers, two bytes each."""
    if network == "text":
        return values.reshape(len(values), -1).view("<u2").astype(np.int32)
    if network == "sound":
        return values.reshape(len(values), -1).view("<i2").astype(np.float32) / 32768
    return values.astype(np.float32) / 255


class KerasFit:
    def __init__(self, network, images, labels):
        self.images = as_numbers(network, images)
        self.labels = labels
        self.batch = BATCHES.get(network, BATCH)
        models = {"baseline": keras_baseline, "resnet20": keras_resnet20, "sound": keras_sound, "text": keras_text}
        self.model = models[network](self.images.shape[1:])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = keras.optimizers.Adadelta(1.0, 0.95, 1e-6) if network == "text" else keras.optimizers.Adam(**ADAM)
        self.model.compile(optimizer, loss, metrics=["accuracy"])
        self(self.batch * 4)

    def __call__(self, samples=None):
        history = self.model.fit(self.images[:samples], self.labels[:samples], batch_size=self.batch, verbose=0)
        return history.history["loss"][0]


class Weights:
    """Makes each weight when it is first asked for; afterwards gives the same ones in the same order."""

    def __init__(self):
        self.trained = []
        self.averages = []

    def rewind(self):
        self.next_trained = iter(list(self.trained))
        self.next_average = iter(list(self.averages))

    def kernel(self, *shape):
        return self.take("next_trained", self.trained, keras.initializers.GlorotUniform(), shape)

    def vector(self, size, value):
        return self.take("next_trained", self.trained, keras.initializers.Constant(value), (size,))

    def average(self, size, value):
        return self.take("next_average", self.averages, keras.initializers.Constant(value), (size,))

    def take(self, iterator, made, initializer, shape):
        with tf.init_scope():
            weight = next(getattr(self, iterator), None)
            if weight is None:
                weight = tf.Variable(initializer(shape))
                made.append(weight)
        return weight


def hand_baseline(weights, x):
    x = tf.nn.conv2d(x, weights.kernel(3, 3, x.shape[3], 32), 1, "VALID")
    x = tf.nn.relu(tf.nn.bias_add(x, weights.vector(32, 0)))
    x = tf.nn.max_pool2d(x, 2, 2, "VALID")
    x = tf.reshape(x, [BATCH, -1])
    x = tf.nn.relu(tf.nn.bias_add(tf.matmul(x, weights.kernel(x.shape[1], 128)), weights.vector(128, 0)))
    return tf.nn.bias_add(tf.matmul(x, weights.kernel(128, 10)), weights.vector(10, 0))


def hand_resnet20(weights, x):
    def normalized(x, filters, size, strides):
        x = tf.nn.conv2d(x, weights.kernel(size, size, x.shape[3], filters), strides, "SAME")
        gamma, beta = weights.vector(filters, 1), weights.vector(filters, 0)
        mean, variance = weights.average(filters, 0), weights.average(filters, 1)
        y, new_mean, new_variance = tf.compat.v1.nn.fused_batch_norm(
            x, gamma, beta, mean, variance, epsilon=0.001, is_training=True, exponential_avg_factor=0.01
        )
        mean.assign(new_mean)
        variance.assign(new_variance)
        return y

    x = tf.nn.relu(normalized(x, 16, 3, 1))
    for filters in (16, 32, 64):
        for block in range(3):
            strides = 2 if block == 0 and filters > 16 else 1
            y = normalized(tf.nn.relu(normalized(x, filters, 3, strides)), filters, 3, 1)
            shortcut = normalized(x, filters, 1, strides) if strides == 2 else x
            x = tf.nn.relu(y + shortcut)
    x = tf.reduce_mean(x, [1, 2])
    return tf.nn.bias_add(tf.matmul(x, weights.kernel(64, 10)), weights.vector(10, 0))


class HandWritten:
    """One tf.function an epoch: the loop, the batches and fused Adam (ResourceApplyAdam) all inside the graph."""

    def __init__(self, network, images, labels):
        self.images = tf.constant(images.astype(np.float32) / 255)
        self.labels = tf.constant(labels)
        self.model = {"baseline": hand_baseline, "resnet20": hand_resnet20}[network]
        self.weights = Weights()
        self.weights.rewind()
        self.model(self.weights, self.images[:BATCH])
        self.slots = [[tf.Variable(tf.zeros_like(w)) for _ in range(2)] for w in self.weights.trained]
        self.step = tf.Variable(0.0)
        self(BATCH * 4)

    def __call__(self, samples=None):
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
        x = tf.ensure_shape(x, [BATCH, *self.images.shape[1:]])
        self.weights.rewind()
        with tf.GradientTape() as tape:
            logits = self.model(self.weights, x)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        self.step.assign_add(1.0)
        beta1, beta2 = ADAM["beta_1"], ADAM["beta_2"]
        power1, power2 = tf.pow(beta1, self.step), tf.pow(beta2, self.step)
        gradients = tape.gradient(loss, self.weights.trained)
        for w, g, (m, v) in zip(self.weights.trained, gradients, self.slots):
            tf.raw_ops.ResourceApplyAdam(
                var=w.handle, m=m.handle, v=v.handle, beta1_power=power1, beta2_power=power2,
                lr=ADAM["learning_rate"], beta1=beta1, beta2=beta2, epsilon=ADAM["epsilon"], grad=g,
            )
        return loss


def main(network, folder):
    images, labels = read_training_set(folder)
    engines = {
        "keras": lambda: KerasFit(network, images, labels),
        "tf.function": lambda: HandWritten(network, images, labels),
    }
    take_turns(engines, {"TensorFlow": tf.__version__, "Keras": keras.__version__}, len(labels))


main(*sys.argv[1:])
