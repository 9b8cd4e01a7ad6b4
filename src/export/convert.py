"""Converts a saved tfjs model: one JSON document in on standard input, one out on standard output.

{"source": DIR, "format": "keras" | "savedmodel" | "tflite" | "onnx", "output": PATH, "quantize": null | "float16" | "int8",
 "images": FILE of bytes [count, height, width, channels], "calibration": how many of them int8 may look at,
 "output_name": what savedmodel and onnx call what the model gives}
-> {"outputs": base64 of float32 [count, classes]}, which the written file gives of the images in the format's own
runtime.
"""

import os
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf

# Python's -I leaves the script's own folder out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from converting import answer, onnx_session, save_keras  # noqa: E402
from keras_layers import outputs_of, topology_of  # noqa: E402

BATCH = 256


def keras_model(source):
    """The model as Keras's own, which takes images."""
    topology, _ = topology_of(source)
    name = topology["input_layers"][0][0]
    shape = next(layer for layer in topology["layers"] if layer["name"] == name)["config"]["batch_input_shape"]
    images = keras.Input(shape[1:], name="images")
    return keras.Model(images, outputs_of(source, {name: images}))


def serving_function(model, output_name):
    """Images as pixels, 0 to 255, to the model's outputs, under this name; and what it takes."""
    spec = tf.TensorSpec(model.inputs[0].shape, tf.float32, name="images")
    return lambda images: {output_name: model(images, training=False)}, [spec]


def save_savedmodel(model, output, question):
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", *serving_function(model, question["output_name"]))
    archive.write_out(output, verbose=False)
    serve = tf.saved_model.load(output).signatures["serving_default"]
    return lambda images: serve(images=tf.constant(images))[question["output_name"]].numpy()


def save_tflite(model, output, question):
    with tempfile.TemporaryDirectory() as folder:
        save_savedmodel(model, folder, question)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if question["quantize"] is not None:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if question["quantize"] == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if question["quantize"] == "int8":
            images = images_of(model, question)[: question["calibration"]]
            converter.representative_dataset = lambda: ([image[np.newaxis]] for image in images)
        contents = converter.convert()
    with open(output, "wb") as file:
        file.write(contents)
    return run_tflite(output)


def run_tflite(path):
    interpreter = tf.lite.Interpreter(model_path=path)
    taken, given = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def run(images):
        interpreter.resize_tensor_input(taken, images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(taken, images)
        interpreter.invoke()
        return interpreter.get_tensor(given)

    return run


def save_onnx(model, output, question):
    session = onnx_session(model, output, serving_function(model, question["output_name"]))
    return lambda images: session.run([question["output_name"]], {"images": images})[0]


SAVE = {"keras": save_keras, "savedmodel": save_savedmodel, "tflite": save_tflite, "onnx": save_onnx}


def images_of(model, question):
    pixels = np.fromfile(question["images"], np.uint8)
    return pixels.reshape([-1, *model.inputs[0].shape[1:]]).astype(np.float32)


def convert(question):
    model = keras_model(question["source"])
    predict = SAVE[question["format"]](model, question["output"], question)
    images = images_of(model, question)
    return np.concatenate([predict(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])


answer(convert)
