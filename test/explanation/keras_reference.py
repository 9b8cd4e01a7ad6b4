"""What Keras's model of the same layers and weights says to the explanations: one JSON document in, one out."""

import json
import sys

import keras
import tensorflow as tf
from keras_model import Model, decode, encode


def last_convolution(model):
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return [layer for layer in model.layers if isinstance(layer, kinds)][-1]


def explain(case):
    model = Model(case["model"], case["shape"], case["classes"])
    model.assign(case["weights"])
    image, baseline, index = tf.constant(decode(case["image"])), tf.constant(decode(case["baseline"])), case["class"]

    with tf.GradientTape() as tape:
        tape.watch(image)
        logit = tf.reduce_sum(model.keras(image, training=False)[:, index])
    saliency = tf.reduce_max(tf.abs(tape.gradient(logit, image)), axis=-1)[0]

    steps = case["steps"]
    shares = tf.reshape((tf.range(steps, dtype=tf.float32) + 0.5) / steps, [-1, 1, 1, 1])
    with tf.GradientTape() as tape:
        line = baseline + shares * (image - baseline)
        tape.watch(line)
        logits = tf.reduce_sum(model.keras(line, training=False)[:, index])
    mean = tf.reduce_mean(tape.gradient(logits, line), axis=0, keepdims=True)
    integrated = tf.reduce_sum((image - baseline) * mean, axis=-1)[0]

    # Keras's own example of Grad-CAM: https://keras.io/examples/vision/grad_cam/. Our model of Keras has the activation
    # as a layer of its own, where the saved one has it in the convolution: the maps are those after it.
    layer = last_convolution(model.keras)
    after = model.keras.layers[model.keras.layers.index(layer) + 1]
    maps_of = keras.Model(model.keras.inputs, [after.output, model.keras.output])
    with tf.GradientTape() as tape:
        maps, output = maps_of(image, training=False)
        tape.watch(maps)
        score = output[:, index]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(0, 1, 2))
    grad_cam = tf.nn.relu(tf.reduce_sum(maps[0] * weights, axis=-1))

    return {"saliency": encode(saliency), "integrated": encode(integrated), "grad_cam": encode(grad_cam)}


print(json.dumps([explain(case) for case in json.load(sys.stdin)]))
