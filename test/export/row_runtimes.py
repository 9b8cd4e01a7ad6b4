"""What exported models of rows say, each asked through its own format's runtime: one JSON document in, one out.

{"exports": {"keras": PATH, ...}, "cells": {input: [cell, ...]}, "numbers": {input: [[number, ...], ...]},
 "dtypes": {input: dtype of its numbers}, "output": what the models call what they give}
-> format -> [rows][outputs]
"""

import json
import os
import sys

import numpy as np


def cells_of(question):
    def column(cells):
        if isinstance(next(cell for cell in cells if cell is not None), str):
            return np.array([[cell or ""] for cell in cells], object)
        return np.array([[np.nan if cell is None else cell] for cell in cells], np.float32)

    return {name: column(cells) for name, cells in question["cells"].items()}


def numbers_of(question):
    return {name: np.array(values, question["dtypes"][name]) for name, values in question["numbers"].items()}


def with_keras(path, question):
    import keras
    import tensorflow as tf

    columns = {name: tf.constant(values) for name, values in cells_of(question).items()}
    return keras.saving.load_model(path)(columns, training=False).numpy()


def with_savedmodel(path, question):
    import tensorflow as tf

    serve = tf.saved_model.load(path).signatures["serving_default"]
    columns = {name: tf.constant(values) for name, values in cells_of(question).items()}
    return serve(**columns)[question["output"]].numpy()


def with_tflite(path, question):
    import tensorflow as tf

    runner = tf.lite.Interpreter(model_path=path).get_signature_runner("serving_default")
    return runner(**numbers_of(question))[question["output"]]


def with_onnx(path, question):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    axes = {value.shape[0] for value in [*session.get_inputs(), *session.get_outputs()]}
    assert axes == {"batch"}, axes
    return session.run([question["output"]], numbers_of(question))[0]


RUN = {"keras": with_keras, "savedmodel": with_savedmodel, "tflite": with_tflite, "onnx": with_onnx}


def main():
    question = json.load(sys.stdin)
    answer_to = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump({name: RUN[name](path, question).tolist() for name, path in question["exports"].items()}, answer_to)
    answer_to.close()


main()
