"""The layers of a saved tfjs model as Keras's own, with its weights."""

import json
import os

import keras
import numpy as np
import tensorflow as tf

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
    "Conv2DTranspose": ["filters", "kernel_size", "strides", "padding", "activation", "use_bias"],
    "Conv1D": ["filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias"],
    "Embedding": ["input_dim", "output_dim"],
    "Dense": ["units", "activation", "use_bias"],
    "BatchNormalization": ["axis", "epsilon", "center", "scale"],
    "LayerNormalization": ["axis", "epsilon", "center", "scale"],
    "Activation": ["activation"],
    "LeakyReLU": ["alpha"],
    "PReLU": ["shared_axes"],
    "Rescaling": ["scale", "offset"],
    "MaxPooling2D": ["pool_size", "strides", "padding"],
    "AveragePooling2D": ["pool_size", "strides", "padding"],
    "MaxPooling1D": ["pool_size", "strides", "padding"],
    "AveragePooling1D": ["pool_size", "strides", "padding"],
    "GlobalMaxPooling1D": [],
    "GlobalAveragePooling1D": [],
    "GlobalMaxPooling2D": [],
    "GlobalAveragePooling2D": [],
    "Cropping2D": ["cropping", "data_format"],
    "ZeroPadding2D": ["padding", "data_format"],
    "UpSampling2D": ["size", "data_format", "interpolation"],
    "Concatenate": ["axis"],
    "Dropout": ["rate"],
    "Flatten": [],
    "Reshape": ["target_shape"],
    "Add": [],
    "Multiply": [],
    "Maximum": [],
    "Average": [],
    "Dot": ["axes"],
}


def keras_layer(description):
    kind, config = description["class_name"], description["config"]
    if kind not in KEPT_KEYS:
        raise ValueError(f"there is no conversion of the layer {config['name']} of type {kind}")
    kept = {key: config[key] for key in KEPT_KEYS[kind] if config.get(key) is not None}
    arguments = {OTHER_KEYS.get(key, key): value for key, value in kept.items()}
    # Keras and TensorFlow don't take the slashes in names that stand between a layer and its parts.
    return getattr(keras.layers, kind)(**arguments, name=config["name"].replace("/", "."))


def topology_of(source):
    """What `model.json` says of layers, and of weights."""
    with open(os.path.join(source, "model.json"), encoding="utf-8") as file:
        saved = json.load(file)
    return saved["modelTopology"]["config"], saved["weightsManifest"]


def outputs_of(source, inputs):
    """What the model makes of tensors in the places of its inputs: name → tensor."""
    topology, manifest = topology_of(source)
    tensors, layers = dict(inputs), {}
    for description in topology["layers"]:
        name, nodes = description["name"], description["inbound_nodes"]
        if name in tensors:
            continue
        layers[name] = keras_layer(description)
        taken = [tensors[node[0]] for node in nodes[0]]
        tensors[name] = layers[name](taken[0] if len(taken) == 1 else taken)
    assign(layers, weights_of(source, manifest))
    return tensors[topology["output_layers"][0][0]]


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


def gelu(x):
    """x/2 (1 + erf(x/√2)); TensorFlow's own takes erfc, which ONNX lacks."""
    return 0.5 * x * (1 + tf.math.erf(x * 0.5**0.5))


def without_erfc(model):
    """ONNX lacks the function that TensorFlow's gelu takes."""
    for layer in model.layers:
        if getattr(layer, "activation", None) is keras.activations.gelu:
            layer.activation = gelu
