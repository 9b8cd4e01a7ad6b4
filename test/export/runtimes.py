"""What exported models say of images, each asked through its own format's runtime: one JSON document in, one out.

{"exports": {"keras": PATH, ...}, "images": base64 of float32 pixels, "shape": [count, height, width, channels]}
-> format -> base64 of float32 [count, classes]
"""

import base64
import json
import os
import sys

import numpy as np


def with_keras(path, images):
    import keras

    return np.asarray(keras.saving.load_model(path).predict(images, verbose=0))


def with_savedmodel(path, images):
    import tensorflow as tf

    serve = tf.saved_model.load(path).signatures["serving_default"]
    return serve(images=tf.constant(images))["probabilities"].numpy()


def with_tflite(path, images):
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=path)
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    answers = []
    for image in images:
        interpreter.set_tensor(taken["index"], image[np.newaxis])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(given["index"])[0])
    return np.stack(answers)


def with_onnx(path, images):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    axes = [value.shape[0] for value in [*session.get_inputs(), *session.get_outputs()]]
    assert axes == ["batch", "batch"], axes
    return session.run(["probabilities"], {"images": images})[0]


RUN = {"keras": with_keras, "savedmodel": with_savedmodel, "tflite": with_tflite, "onnx": with_onnx}


def main():
    question = json.load(sys.stdin)
    answer_to = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    images = np.frombuffer(base64.b64decode(question["images"]), np.float32).reshape(question["shape"])
    answers = {name: RUN[name](path, images) for name, path in question["exports"].items()}
    encoded = {name: base64.b64encode(np.float32(value).tobytes()).decode() for name, value in answers.items()}
    json.dump(encoded, answer_to)
    answer_to.close()


main()
