"""What Keras makes of gradual unfreezing and learning rates of each layer's own: one JSON document in, one out."""

import json
import sys

import keras
import numpy as np
import tensorflow as tf
from keras_model import Model, decode, encode


def train(question):
    model = Model(question["model"], question["shape"], question["classes"])
    model.assign(question["weights"])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    images, labels = decode(question["images"]), np.asarray(question["labels"])
    optimizers, losses = {}, []
    for epoch, batches in enumerate(question["orders"], start=1):
        for name in question["trained"].get(str(epoch), []):
            model.layers[name].trainable = True
            # Layers that join later start with a fresh optimizer; each layer has one of its own rate.
            rate = question["learning_rate"] * question["multipliers"].get(name, 1)
            optimizers[name] = keras.optimizers.AdamW(rate, **question["optimizer"])
        for batch in batches:
            with tf.GradientTape() as tape:
                loss = loss_of(labels[batch], model.keras(images[batch], training=True))
            losses.append(float(loss))
            trained = {name: model.layers[name].trainable_variables for name in optimizers}
            gradients = tape.gradient(loss, trained)
            for name, optimizer in optimizers.items():
                optimizer.apply(gradients[name], trained[name])
    return {"losses": losses, "weights": {name: encode(weight) for name, weight in model.weights().items()}}


def main():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    json.dump(train(json.load(sys.stdin)), sys.stdout)


main()
