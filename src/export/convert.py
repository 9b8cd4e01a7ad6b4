"""Converts a saved tfjs model: one JSON document in on standard input, one out on standard output.

{"source": DIR, "format": "keras" | "savedmodel" | "tflite" | "onnx", "output": PATH, "quantize": null | "float16" | "int8",
 "images": FILE of bytes [count, height, width, channels], "calibration": how many of them int8 may look at,
 "output_name": what savedmodel and onnx call what the model gives}
-> {"outputs": base64 of float32 [count, classes]}, which the written file gives of the images in the format's own
runtime.
"""

import base64
import json
import os
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf

BATCH = 256
WEIGHT_TYPES = {"float32": np.float32, "int32": np.int32}
# What tfjs's configuration of a layer has that Keras knows otherwise, or that matters in training alone.
OTHER_KEYS = {"alpha": "negative_slope"}
KEPT_KEYS = {
    "InputLayer": [],
    "Conv2D": ["filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias"],
    "DepthwiseConv2D": ["kernel_size", "strides", "padding", "depth_multiplier", "activation", "use_bias"],
    "SeparableConv2D": [
        *["filters", "kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "activation", "use_bias"],
    ],
    "Dense": ["units", "activation", "use_bias"],
    "BatchNormalization": ["axis", "epsilon", "center", "scale"],
    "LayerNormalization": ["axis", "epsilon", "center", "scale"],
    "Activation": ["activation"],
    "LeakyReLU": ["alpha"],
    "PReLU": ["shared_axes"],
    "Rescaling": ["scale", "offset"],
    "MaxPooling2D": ["pool_size", "strides", "padding"],
    "AveragePooling2D": ["pool_size", "strides", "padding"],
    "GlobalMaxPooling2D": [],
    "GlobalAveragePooling2D": [],
    "Cropping2D": ["cropping", "data_format"],
    "Concatenate": ["axis"],
    "Dropout": ["rate"],
    "Flatten": [],
    "Add": [],
    "Multiply": [],
}


def keras_layer(description):
    kind, config = description["class_name"], description["config"]
    if kind not in KEPT_KEYS:
        raise ValueError(f"there is no conversion of the layer {config['name']} of type {kind}")
    kept = {key: config[key] for key in KEPT_KEYS[kind] if config.get(key) is not None}
    arguments = {OTHER_KEYS.get(key, key): value for key, value in kept.items()}
    # Keras and TensorFlow don't take the slashes in names that stand between a layer and its parts.
    return getattr(keras.layers, kind)(**arguments, name=config["name"].replace("/", "."))


def keras_model(source):
    """The layers of a tfjs model as Keras's own, with its weights."""
    with open(os.path.join(source, "model.json"), encoding="utf-8") as file:
        saved = json.load(file)
    topology = saved["modelTopology"]["config"]
    tensors, layers = {}, {}
    for description in topology["layers"]:
        name, nodes = description["name"], description["inbound_nodes"]
        if description["class_name"] == "InputLayer":
            tensors[name] = keras.Input(description["config"]["batch_input_shape"][1:], name="images")
            continue
        layers[name] = keras_layer(description)
        inputs = [tensors[node[0]] for node in nodes[0]]
        tensors[name] = layers[name](inputs[0] if len(inputs) == 1 else inputs)
    model = keras.Model(tensors[topology["input_layers"][0][0]], tensors[topology["output_layers"][0][0]])
    assign(layers, weights_of(source, saved["weightsManifest"]))
    return model


def weights_of(source, manifest):
    weights = {}
    for group in manifest:
        data = b"".join(open(os.path.join(source, path), "rb").read() for path in group["paths"])
        offset = 0
        for spec in group["weights"]:
            kind = np.dtype(WEIGHT_TYPES[spec["dtype"]])
            count = int(np.prod(spec["shape"]))
            weights[spec["name"]] = np.frombuffer(data, kind, count, offset).reshape(spec["shape"])
            offset += count * kind.itemsize
    return weights


def assign(layers, weights):
    left = set(weights)
    for name, layer in layers.items():
        # Keras calls the kernel of a depthwise convolution `kernel`, tfjs `depthwise_kernel`.
        is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        for weight in layer.weights:
            own = "depthwise_kernel" if is_depthwise and weight.name == "kernel" else weight.name
            weight.assign(weights[f"{name}/{own}"])
            left.discard(f"{name}/{own}")
    if left:
        raise ValueError(f"weights that no layer takes: {', '.join(sorted(left))}")


def serving_function(model, output_name):
    """Images as pixels, 0 to 255, to the model's outputs, under this name; and what it takes."""
    spec = tf.TensorSpec(model.inputs[0].shape, tf.float32, name="images")
    return lambda images: {output_name: model(images, training=False)}, [spec]


def save_keras(model, output, question):
    model.save(output)
    loaded = keras.saving.load_model(output)
    return lambda images: loaded(images, training=False).numpy()


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


def gelu(x):
    """x/2 (1 + erf(x/√2)); TensorFlow's own takes erfc, which ONNX lacks."""
    return 0.5 * x * (1 + tf.math.erf(x * 0.5**0.5))


def save_onnx(model, output, question):
    import onnx
    import onnxruntime
    import tf2onnx

    for layer in model.layers:
        if getattr(layer, "activation", None) is keras.activations.gelu:
            layer.activation = gelu
    function, signature = serving_function(model, question["output_name"])
    traced = tf.function(function, input_signature=signature)
    converted, _ = tf2onnx.convert.from_function(traced, input_signature=signature, opset=18)
    # The same name tells that as many probabilities come out as images go in; tf2onnx calls each something else.
    for value in [*converted.graph.input, *converted.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.save(converted, output)
    session = onnxruntime.InferenceSession(output, providers=["CPUExecutionProvider"])
    return lambda images: session.run([question["output_name"]], {"images": images})[0]


SAVE = {"keras": save_keras, "savedmodel": save_savedmodel, "tflite": save_tflite, "onnx": save_onnx}


def images_of(model, question):
    pixels = np.fromfile(question["images"], np.uint8)
    return pixels.reshape([-1, *model.inputs[0].shape[1:]]).astype(np.float32)


def main():
    question = json.load(sys.stdin)
    answer_to = os.fdopen(os.dup(1), "w")
    # Converters print what they do; only the answer belongs to standard output.
    os.dup2(2, 1)
    model = keras_model(question["source"])
    predict = SAVE[question["format"]](model, question["output"], question)
    images = images_of(model, question)
    outputs = [predict(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    values = np.ascontiguousarray(np.concatenate(outputs), np.float32)
    json.dump({"outputs": base64.b64encode(values.tobytes()).decode()}, answer_to)
    answer_to.close()


main()
