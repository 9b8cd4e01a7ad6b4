"""What Keras makes of the questions of the model tests: one JSON document in, one out."""

import json
import sys

import keras
import tensorflow as tf
from keras_model import Model, decode, encode


def evaluate(case):
    """Inference, then steps of training: the first one's gradients, and the moving averages after the last."""
    model = Model(case["model"], case["shape"], case["classes"], case.get("tokens"))
    model.assign(case["weights"])
    weights = model.weights()
    images, cotangent = decode(case["images"]), decode(case["cotangent"])
    of_words = case.get("tokens") is not None
    inference = model.keras(images[0], training=False)
    trained = {name: weight for name, weight in weights.items() if weight.trainable}
    with tf.GradientTape() as tape:
        x = tf.constant(images[0])
        tape.watch(x)
        output = model.keras(x, training=True)
        penalty = tf.add_n(model.keras.losses) if model.keras.losses else tf.constant(0.0)
        loss = tf.reduce_sum(output * cotangent) + penalty
    sources = {} if of_words else {"input": x}
    gradients = tape.gradient(loss, {**sources, **{name: weight.value for name, weight in trained.items()}})
    for batch in images[1:]:
        model.keras(batch, training=True)
    return {
        "inference": encode(inference),
        "training": encode(output),
        "penalty": float(penalty),
        "gradients": {name: encode(shaped(gradient, case["weights"].get(name))) for name, gradient in gradients.items()},
        "averages": {name: encode(weight) for name, weight in weights.items() if "/moving_" in name},
    }


def shaped(gradient, weight):
    """As our weight is."""
    dense = tf.convert_to_tensor(gradient)
    return dense if weight is None else tf.reshape(dense, weight["shape"])


def draw(question):
    """The first weights of a model, as Keras's initializers draw them."""
    model = Model(question["model"], question["shape"], question["classes"])
    return {name: encode(weight) for name, weight in model.weights().items()}


if __name__ == "__main__":
    question = json.load(sys.stdin)
    keras.utils.set_random_seed(1)
    answers = {
        "cases": {name: evaluate(case) for name, case in question.get("cases", {}).items()},
        "draws": [draw(each) for each in question.get("draws", [])],
    }
    json.dump(answers, sys.stdout)
