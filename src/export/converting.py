"""What converting models of images and models of rows has in common."""

import base64
import json
import os
import sys

import keras
import numpy as np
import tensorflow as tf
from keras_layers import without_erfc


def save_keras(model, output, question):
    model.save(output)
    loaded = keras.saving.load_model(output)
    return lambda given: loaded(given, training=False).numpy()


def onnx_session(model, output, serving):
    """Writes the model, and opens what was written. `serving` is what it computes, and what that takes."""
    import onnx
    import onnxruntime
    import tf2onnx

    without_erfc(model)
    function, signature = serving
    traced = tf.function(function, input_signature=signature)
    converted, _ = tf2onnx.convert.from_function(traced, input_signature=signature, opset=18)
    # The same name tells that as many answers come out as are asked for; tf2onnx calls each something else.
    for value in [*converted.graph.input, *converted.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.save(converted, output)
    return onnxruntime.InferenceSession(output, providers=["CPUExecutionProvider"])


def answer(convert):
    """Reads the question from standard input, and writes what `convert` makes of it, float32 [count, outputs]."""
    question = json.load(sys.stdin)
    answer_to = os.fdopen(os.dup(1), "w")
    # Converters print what they do; only the answer belongs to standard output.
    os.dup2(2, 1)
    values = np.ascontiguousarray(convert(question), np.float32)
    json.dump({"outputs": base64.b64encode(values.tobytes()).decode()}, answer_to)
    answer_to.close()
