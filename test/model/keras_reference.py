"""What Keras makes of the questions of the model tests: one JSON document in, one out."""

import base64
import json
import sys

import keras
import numpy as np
import tensorflow as tf


def decode(tensor):
    values = np.frombuffer(base64.b64decode(tensor["data"]), dtype=np.float32)
    return values.reshape(tensor["shape"])


def encode(values):
    values = np.ascontiguousarray(values, dtype=np.float32)
    return {"shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


class Model:
    """Layers of a resolved configuration, built one by one as it says, and their weights by our names for them."""

    def __init__(self, config, shape, classes):
        self.classes = classes
        self.layers = {}
        image = keras.Input(shape)
        output = self.chain(config["layers"], image, True)
        self.keras = keras.Model(image, output)

    def add(self, name, layer, value, trainable=True):
        layer.trainable = trainable
        self.layers[name] = layer
        return layer(value)

    def chain(self, layers, value, trainable):
        for layer in layers:
            value = self.put(layer, value, trainable and layer.get("trainable", True))
        return value

    def put(self, layer, value, trainable):
        kind, name = layer["type"], layer["name"]
        if kind in ("conv2d", "depthwise_conv2d", "separable_conv2d", "dense"):
            return self.put_kernel(layer, value, trainable)
        if kind == "residual":
            return self.put_residual(layer, value, trainable)
        if kind == "activation":
            return self.activate(name, layer["activation"], value, trainable)
        if kind == "pooling2d":
            return pool(layer, value)
        if kind == "global_pooling2d":
            average = keras.layers.GlobalAveragePooling2D
            return (average if layer["pooling"] == "average" else keras.layers.GlobalMaxPooling2D)()(value)
        if kind == "batch_normalization":
            keys = ("momentum", "epsilon", "center", "scale")
            made = keras.layers.BatchNormalization(**{key: layer[key] for key in keys})
        elif kind == "layer_normalization":
            made = keras.layers.LayerNormalization(**{key: layer[key] for key in ("epsilon", "center", "scale")})
        elif kind == "flatten":
            made = keras.layers.Flatten()
        return self.add(name, made, value, trainable)

    def put_kernel(self, layer, value, trainable):
        name, regularizer = layer["name"], regularizer_of(layer)
        common = {"use_bias": layer["use_bias"]}
        if layer["type"] == "dense":
            made = keras.layers.Dense(layer.get("units", self.classes), kernel_regularizer=regularizer, **common)
        else:
            for key in ("kernel_size", "strides", "padding", "dilation_rate"):
                common[key] = layer[key]
            if layer["type"] == "conv2d":
                common["groups"] = layer["groups"]
                made = keras.layers.Conv2D(layer["filters"], kernel_regularizer=regularizer, **common)
            else:
                common.update(depth_multiplier=layer["depth_multiplier"], depthwise_regularizer=regularizer)
                if layer["type"] == "depthwise_conv2d":
                    made = keras.layers.DepthwiseConv2D(**common)
                else:
                    pointwise = {"pointwise_regularizer": regularizer_of(layer)}
                    made = keras.layers.SeparableConv2D(layer["filters"], **pointwise, **common)
        value = self.add(name, made, value, trainable)
        if layer["batch_normalization"]:
            norm = keras.layers.BatchNormalization()
            value = self.add(f"{name}/batch_normalization", norm, value, trainable)
        return self.activate(f"{name}/activation", layer["activation"], value, trainable)

    def put_residual(self, layer, value, trainable):
        name, main = layer["name"], self.chain(layer["layers"], value, trainable)
        shortcut = value
        if main.shape != value.shape:
            projection = f"{name}/projection"
            common = {"use_bias": not layer["batch_normalization"], "kernel_regularizer": regularizer_of(layer)}
            if len(main.shape) == 2:
                made = keras.layers.Dense(main.shape[-1], **common)
            else:
                strides = [-(-value.shape[axis] // main.shape[axis]) for axis in (1, 2)]
                made = keras.layers.Conv2D(main.shape[-1], 1, strides=strides, **common)
            shortcut = self.add(projection, made, value, trainable)
            if layer["batch_normalization"]:
                norm = keras.layers.BatchNormalization()
                shortcut = self.add(f"{projection}/batch_normalization", norm, shortcut, trainable)
        return self.activate(f"{name}/activation", layer["activation"], main + shortcut, trainable)

    def activate(self, name, activation, value, trainable):
        if isinstance(activation, str):
            return keras.layers.Activation(activation)(value)
        parameters = dict(activation)
        kind = parameters.pop("name")
        if kind == "prelu":
            return self.add(name, keras.layers.PReLU(**parameters), value, trainable)
        function = getattr(keras.activations, kind)
        return keras.layers.Activation(lambda x: function(x, **parameters))(value)

    def weights(self):
        """By `layer/weight`. Keras calls the kernel of a depthwise convolution `kernel`, tfjs `depthwise_kernel`."""
        weights = {}
        for name, layer in self.layers.items():
            depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
            for weight in layer.weights:
                own = "depthwise_kernel" if depthwise and weight.name == "kernel" else weight.name
                weights[f"{name}/{own}"] = weight
        return weights


def regularizer_of(layer):
    return keras.regularizers.L1L2(**layer["kernel_regularizer"])


def pool(layer, value):
    if layer["pooling"] == "none":
        return value
    if layer["pooling"] == "strided":
        strides = layer["strides"]
        rows, columns = (strides, strides) if isinstance(strides, int) else strides
        return value[:, ::rows, ::columns, :]
    kind = keras.layers.MaxPooling2D if layer["pooling"] == "max" else keras.layers.AveragePooling2D
    return kind(layer["pool_size"], layer["strides"], layer["padding"])(value)


def evaluate(case):
    """Inference, then steps of training: the first one's gradients, and the moving averages after the last."""
    model = Model(case["model"], case["shape"], case["classes"])
    weights = model.weights()
    assert weights.keys() == case["weights"].keys(), (sorted(weights), sorted(case["weights"]))
    for name, value in case["weights"].items():
        weights[name].assign(decode(value))
    images, cotangent = decode(case["images"]), decode(case["cotangent"])
    inference = model.keras(images[0], training=False)
    trained = {name: weight for name, weight in weights.items() if weight.trainable}
    with tf.GradientTape() as tape:
        x = tf.constant(images[0])
        tape.watch(x)
        output = model.keras(x, training=True)
        penalty = tf.add_n(model.keras.losses) if model.keras.losses else tf.constant(0.0)
        loss = tf.reduce_sum(output * cotangent) + penalty
    gradients = tape.gradient(loss, {"input": x, **{name: weight.value for name, weight in trained.items()}})
    for batch in images[1:]:
        model.keras(batch, training=True)
    return {
        "inference": encode(inference),
        "training": encode(output),
        "penalty": float(penalty),
        "gradients": {name: encode(gradient) for name, gradient in gradients.items()},
        "averages": {name: encode(weight) for name, weight in weights.items() if "/moving_" in name},
    }


def draw(question):
    """Samples of an initializer."""
    return encode(keras.initializers.get(question["initializer"])(question["shape"]))


if __name__ == "__main__":
    question = json.load(sys.stdin)
    keras.utils.set_random_seed(1)
    answers = {
        "cases": {name: evaluate(case) for name, case in question.get("cases", {}).items()},
        "draws": [draw(each) for each in question.get("draws", [])],
    }
    json.dump(answers, sys.stdout)
