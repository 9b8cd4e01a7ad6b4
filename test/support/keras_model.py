"""A model of a resolved configuration, built of Keras's own layers, and tensors on their way to and from TypeScript."""

import base64

import keras
import numpy as np


def decode(tensor):
    values = np.frombuffer(base64.b64decode(tensor["data"]), dtype=np.float32)
    return values.reshape(tensor["shape"])


def encode(values):
    values = np.ascontiguousarray(values, dtype=np.float32)
    return {"shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


KERNEL_LAYERS = {
    *("conv2d", "depthwise_conv2d", "separable_conv2d", "conv2d_transpose"),
    *("conv1d", "separable_conv1d", "dense"),
}


class Positions(keras.layers.Layer):
    """A vector for each place, added to what stands there: KerasHub's PositionEmbedding and an Add."""

    def __init__(self, initializer):
        super().__init__()
        self.supports_masking = True
        self.initializer = initializer

    def build(self, shape):
        self.embeddings = self.add_weight(name="embeddings", shape=shape[1:], initializer=self.initializer)

    def call(self, value):
        return value + self.embeddings


class Model:
    """Layers of a resolved configuration, built one by one as it says, and their weights by our names for them."""

    def __init__(self, config, shape, classes, tokens=None):
        self.classes = classes
        self.tokens = tokens
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
        if kind in KERNEL_LAYERS:
            return self.put_kernel(layer, value, trainable)
        if kind == "residual":
            return self.put_residual(layer, value, trainable)
        if kind == "parallel":
            return merge(layer["merge"], [self.chain(each, value, trainable) for each in layer["branches"]])
        if kind == "activation":
            return self.activate(name, layer["activation"], value, trainable)
        if kind in ("pooling1d", "pooling2d"):
            return pool(layer, value)
        if kind == "global_pooling1d":
            average = keras.layers.GlobalAveragePooling1D
            return (average if layer["pooling"] == "average" else keras.layers.GlobalMaxPooling1D)()(value)
        if kind == "global_pooling2d":
            average = keras.layers.GlobalAveragePooling2D
            return (average if layer["pooling"] == "average" else keras.layers.GlobalMaxPooling2D)()(value)
        if kind == "batch_normalization":
            keys = ("momentum", "epsilon", "center", "scale")
            made = keras.layers.BatchNormalization(**{key: layer[key] for key in keys})
        elif kind == "layer_normalization":
            made = keras.layers.LayerNormalization(**{key: layer[key] for key in ("epsilon", "center", "scale")})
        elif kind in ("dropout", "spatial_dropout2d"):
            dropout = keras.layers.Dropout if kind == "dropout" else keras.layers.SpatialDropout2D
            made = dropout(layer["rate"])
        elif kind == "zero_padding2d":
            made = keras.layers.ZeroPadding2D(layer["padding"])
        elif kind == "cropping2d":
            made = keras.layers.Cropping2D(layer["cropping"])
        elif kind == "upsampling2d":
            made = keras.layers.UpSampling2D(layer["size"], interpolation=layer["interpolation"])
        elif kind == "embedding":
            made = keras.layers.Embedding(
                layer.get("input_dim", self.tokens),
                layer["output_dim"],
                embeddings_initializer=initializer_of(layer["embeddings_initializer"]),
                embeddings_regularizer=keras.regularizers.L1L2(**layer["embeddings_regularizer"]),
                mask_zero=layer["mask_zero"],
            )
        elif kind == "position_embedding":
            made = Positions(initializer_of(layer["embeddings_initializer"]))
        elif kind == "multi_head_attention":
            keys = ("num_heads", "key_dim", "value_dim", "dropout", "use_bias")
            common = {"bias_initializer": initializer_of(layer["bias_initializer"]), **kernel("kernel", layer)}
            made = keras.layers.MultiHeadAttention(**{key: layer[key] for key in keys}, **common)
            made.trainable = trainable
            self.layers[name] = made
            return made(value, value)
        elif kind == "flatten":
            made = keras.layers.Flatten()
        return self.add(name, made, value, trainable)

    def put_kernel(self, layer, value, trainable):
        name = layer["name"]
        value = self.add(name, self.kernel_layer(layer), value, trainable)
        if layer["batch_normalization"]:
            norm = keras.layers.BatchNormalization()
            value = self.add(f"{name}/batch_normalization", norm, value, trainable)
        return self.activate(f"{name}/activation", layer["activation"], value, trainable)

    def kernel_layer(self, layer):
        common = {"use_bias": layer["use_bias"], "bias_initializer": initializer_of(layer["bias_initializer"])}
        if layer["type"] == "dense":
            return keras.layers.Dense(layer.get("units", self.classes), **kernel("kernel", layer), **common)
        for key in ("kernel_size", "strides", "padding"):
            common[key] = layer[key]
        if layer["type"] == "conv2d_transpose":
            return keras.layers.Conv2DTranspose(layer["filters"], **kernel("kernel", layer), **common)
        common["dilation_rate"] = layer["dilation_rate"]
        if layer["type"] == "conv1d":
            return keras.layers.Conv1D(layer["filters"], **kernel("kernel", layer), **common)
        if layer["type"] == "conv2d":
            return keras.layers.Conv2D(layer["filters"], groups=layer["groups"], **kernel("kernel", layer), **common)
        common.update(depth_multiplier=layer["depth_multiplier"], **kernel("depthwise", layer))
        if layer["type"] == "depthwise_conv2d":
            return keras.layers.DepthwiseConv2D(**common)
        separable = keras.layers.SeparableConv1D if layer["type"] == "separable_conv1d" else keras.layers.SeparableConv2D
        return separable(layer["filters"], **kernel("pointwise", layer), **common)

    def put_residual(self, layer, value, trainable):
        name, main = layer["name"], self.chain(layer["layers"], value, trainable)
        shortcut = value
        side_by_side = layer["merge"] == "concatenate" and main.shape[:-1] == value.shape[:-1]
        if main.shape != value.shape and not side_by_side:
            projection = f"{name}/projection"
            common = {"use_bias": not layer["batch_normalization"], **kernel("kernel", layer)}
            if len(main.shape) == 2:
                made = keras.layers.Dense(main.shape[-1], **common)
            elif len(main.shape) == 3:
                steps = -(-value.shape[1] // main.shape[1])
                made = keras.layers.Conv1D(main.shape[-1], 1, strides=steps, **common)
            else:
                strides = [-(-value.shape[axis] // main.shape[axis]) for axis in (1, 2)]
                made = keras.layers.Conv2D(main.shape[-1], 1, strides=strides, **common)
            shortcut = self.add(projection, made, value, trainable)
            if layer["batch_normalization"]:
                norm = keras.layers.BatchNormalization()
                shortcut = self.add(f"{projection}/batch_normalization", norm, shortcut, trainable)
        return self.activate(f"{name}/activation", layer["activation"], merge(layer["merge"], [main, shortcut]), trainable)

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
                if isinstance(layer, keras.layers.MultiHeadAttention):
                    own = "/".join(weight.path.split("/")[-2:])
                weights[f"{name}/{own}"] = weight
        return weights

    def assign(self, values):
        """Sets all weights, by name; ours of a separable convolution along a sequence has a row of 1."""
        weights = self.weights()
        assert weights.keys() == values.keys(), (sorted(weights), sorted(values))
        for name, value in values.items():
            weights[name].assign(decode(value).reshape(weights[name].shape))


def kernel(name, layer):
    """What Keras is told of a kernel that it calls by this name."""
    return {
        f"{name}_initializer": initializer_of(layer["kernel_initializer"]),
        f"{name}_regularizer": keras.regularizers.L1L2(**layer["kernel_regularizer"]),
    }


def initializer_of(initializer):
    """`he_normal`; or, with parameters, {"name": "random_normal", "stddev": 0.1}."""
    if isinstance(initializer, str):
        return keras.initializers.get(initializer)
    config = {key: value for key, value in initializer.items() if key != "name"}
    class_name = initializer["name"].title().replace("_", "")
    return keras.initializers.get({"class_name": class_name, "config": config})


def pool(layer, value):
    if layer["pooling"] == "none":
        return value
    along = layer["type"] == "pooling1d"
    if layer["pooling"] == "strided":
        strides = layer["strides"]
        if along:
            return value[:, ::strides]
        rows, columns = (strides, strides) if isinstance(strides, int) else strides
        return value[:, ::rows, ::columns, :]
    if along:
        kind = keras.layers.MaxPooling1D if layer["pooling"] == "max" else keras.layers.AveragePooling1D
    else:
        kind = keras.layers.MaxPooling2D if layer["pooling"] == "max" else keras.layers.AveragePooling2D
    return kind(layer["pool_size"], layer["strides"], layer["padding"])(value)


def merge(kind, values):
    """Of a single branch nothing has to be merged."""
    if len(values) == 1:
        return values[0]
    return getattr(keras.layers, kind.title())()(values)
