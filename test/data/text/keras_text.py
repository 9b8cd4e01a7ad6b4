"""What Keras's TextVectorization makes of texts, and Python's casefold: one JSON document in, one out."""

import json
import sys
import unicodedata

import keras
import tensorflow as tf


def vectorize(case):
    config = dict(case["config"])
    if isinstance(config.get("ngrams"), list):
        config["ngrams"] = tuple(config["ngrams"])
    layer = keras.layers.TextVectorization(**config)
    layer.adapt(tf.constant(case["texts"]))
    return {"vocabulary": layer.get_vocabulary(), "output": layer(tf.constant(case["asked"])).numpy().tolist()}


def folded(text):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


if __name__ == "__main__":
    question = json.load(sys.stdin)
    answers = {
        "vectorized": [vectorize(case) for case in question["cases"]],
        "folded": [folded(text) for text in question["folded"]],
    }
    json.dump(answers, sys.stdout)
