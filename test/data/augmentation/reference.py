"""What the augmentations make of images by given parameters: Keras's own layers, and NumPy where Keras has none.

One JSON document in: a list of {operation, images, labels, parameters, arguments}; one out: the images (and labels).
"""

import json
import sys

import keras
import numpy as np


def column(values):
    return np.asarray(values, dtype=np.float32)[:, None]


def per_image(values):
    return np.asarray(values, dtype=np.float32)[:, None, None, None]


def transformed(layer, images, transformation):
    return layer.transform_images(images, {**transformation, "input_shape": images.shape}, training=True)


def rotation(images, parameters, arguments):
    layer = keras.layers.RandomRotation(1.0, **arguments)
    batch, height, width, _ = images.shape
    zeros, ones = np.zeros(batch, np.float32), np.ones(batch, np.float32)
    matrix = layer._compute_affine_matrix(
        center_x=0.5,
        center_y=0.5,
        angle=np.asarray(parameters["turn"], np.float32) * 360,
        translate_x=zeros,
        translate_y=zeros,
        scale=ones,
        shear_x=zeros,
        shear_y=zeros,
        height=height,
        width=width,
    )
    return transformed(layer, images, {"rotation_matrix": matrix})


def zoom(images, parameters, arguments):
    layer = keras.layers.RandomZoom(1.0, **arguments)
    zooms = {f"{axis}_zoom": 1 + column(parameters[axis]) for axis in ("height", "width")}
    return transformed(layer, images, zooms)


def shear(images, parameters, arguments):
    layer = keras.layers.RandomShear(1.0, 1.0, **arguments)
    factors = np.concatenate([column(parameters["x"]), column(parameters["y"])], axis=1)
    return transformed(layer, images, {"shear_factor": factors})


def translation(images, parameters, arguments):
    layer = keras.layers.RandomTranslation(1.0, 1.0, **arguments)
    _, height, width, _ = images.shape
    pixels = [column(parameters["right"]) * width, column(parameters["down"]) * height]
    return transformed(layer, images, {"translations": np.concatenate(pixels, axis=1)})


def flip(images, parameters, arguments):
    result = images.copy()
    for index, image in enumerate(images):
        axes = [axis for axis, name in enumerate(["vertical", "horizontal"]) if parameters[name][index]]
        result[index] = np.flip(image, axes)
    return result


def crop(images, parameters, arguments):
    """As in ResNet's CIFAR training: pad, then cut out."""
    padding, mode = arguments["padding"], arguments["fill_mode"]
    names = {"reflect": "symmetric", "constant": "constant", "nearest": "edge", "wrap": "wrap"}
    values = {"constant_values": arguments["fill_value"]} if mode == "constant" else {}
    _, height, width, _ = images.shape
    result = np.empty_like(images)
    for index, image in enumerate(images):
        padded = np.pad(image, [(padding, padding), (padding, padding), (0, 0)], names[mode], **values)
        top, left = padding + int(parameters["top"][index]), padding + int(parameters["left"][index])
        result[index] = padded[top : top + height, left : left + width]
    return result


def composition(images, parameters, arguments):
    """Flip, rotation, zoom, shear and translation in one: each pixel's place is followed back through them, one by one."""
    _, height, width, channels = images.shape
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    result = np.empty(images.shape)
    for index, image in enumerate(images):
        of = {name: values[index] for name, values in parameters.items()}
        y, x = np.mgrid[0:height, 0:width].astype(float)
        x, y = x - of["right"] * width, y - of["down"] * height
        x, y = x + of["x"] * y, y + of["y"] * x
        x = center_x + (1 + of["zoom_width"]) * (x - center_x)
        y = center_y + (1 + of["zoom_height"]) * (y - center_y)
        angle = 2 * np.pi * of["turn"]
        x, y = x - center_x, y - center_y
        x, y = np.cos(angle) * x - np.sin(angle) * y + center_x, np.sin(angle) * x + np.cos(angle) * y + center_y
        if of["horizontal"]:
            x = width - 1 - x
        if of["vertical"]:
            y = height - 1 - y
        result[index] = bilinear(image, x, y, arguments["fill_mode"], arguments["fill_value"])
    return result


def bilinear(image, x, y, fill_mode, fill_value):
    def pixel(row, column):
        height, width, _ = image.shape
        row, column = row.astype(int), column.astype(int)
        if fill_mode == "constant":
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            values = image[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
            return np.where(inside[..., None], values, fill_value)
        return image[mapped(row, height), mapped(column, width)]

    def mapped(place, length):
        if fill_mode == "nearest":
            return np.clip(place, 0, length - 1)
        place = place % (2 * length)  # reflect: d c b a | a b c d | d c b a
        return np.where(place < length, place, 2 * length - 1 - place)

    left, top = np.floor(x), np.floor(y)
    right_part, lower_part = (x - left)[..., None], (y - top)[..., None]
    upper = pixel(top, left) * (1 - right_part) + pixel(top, left + 1) * right_part
    lower = pixel(top + 1, left) * (1 - right_part) + pixel(top + 1, left + 1) * right_part
    return upper * (1 - lower_part) + lower * lower_part


def brightness(images, parameters, arguments):
    layer = keras.layers.RandomBrightness(1.0)
    return layer.transform_images(images, {"rgb_delta": 255 * per_image(parameters["change"])}, training=True)


def contrast(images, parameters, arguments):
    layer = keras.layers.RandomContrast(1.0)
    return layer.transform_images(images, {"contrast_factor": 1 + per_image(parameters["change"])}, training=True)


def noise(images, parameters, arguments):
    return np.clip(images + per_image(parameters["stddev"]) * 255 * np.asarray(parameters["normal"]), 0, 255)


def boxes(images, parameters):
    """Where the rectangles are: about their centres, cut off at the edges."""
    masks = np.zeros(images.shape, dtype=bool)
    for index in range(len(images)):
        height, width = int(parameters["height"][index]), int(parameters["width"][index])
        top = int(parameters["row"][index]) - height // 2
        left = int(parameters["column"][index]) - width // 2
        masks[index, max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = True
    return masks


def cutout(images, parameters, arguments):
    return np.where(boxes(images, parameters), arguments["fill_value"], images)


def mixing(layer, images, labels, transformation):
    transformation["permutation_order"] = np.roll(np.arange(len(images)), -1)
    return (
        layer.transform_images(images, transformation, training=True),
        layer.transform_labels(labels, transformation, training=True),
    )


def mixup(images, labels, parameters):
    weight = np.asarray(parameters["kept"], np.float32)
    return mixing(keras.layers.MixUp(), images, labels, {"mix_weight": weight})


def cutmix(images, labels, parameters):
    masks = boxes(images, parameters)
    weight = 1 - masks[..., 0].mean(axis=(1, 2), dtype=np.float32)
    return mixing(keras.layers.CutMix(), images, labels, {"mix_weight": weight, "batch_masks": masks})


OF_IMAGES = {
    function.__name__: function
    for function in (rotation, zoom, shear, translation, flip, crop, composition, brightness, contrast, noise, cutout)
}
OF_BATCHES = {"mixup": mixup, "cutmix": cutmix}


def answer(question):
    images = np.asarray(question["images"], dtype=np.float32)
    operation, parameters = question["operation"], question["parameters"]
    if operation in OF_BATCHES:
        labels = np.eye(question["classes"], dtype=np.float32)[question["labels"]]
        changed, mixed = OF_BATCHES[operation](images, labels, parameters)
        return {"images": np.asarray(changed).tolist(), "labels": np.asarray(mixed).tolist()}
    changed = OF_IMAGES[operation](images, parameters, question["arguments"])
    return {"images": np.asarray(changed).tolist()}


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
