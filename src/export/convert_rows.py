"""Converts a saved tfjs model of rows: one JSON document in on standard input, one out on standard output.

{"source": DIR, "format": "keras" | "savedmodel" | "tflite" | "onnx", "output": PATH,
 "columns": [{"input": the name that the written model gives it, "type", ... what its kind says (`exported-columns.ts`),
              "values": FILE of its values, row after row, "cells": its cells as a table has them}],
 "tensors": [{"name": of an input of the saved model, "columns": the places of those that it takes side by side}],
 "scale": null | {"mean": [...], "standard_deviation": [...]},
 "output_name": what the written model calls what it gives}
-> {"outputs": base64 of float32 [rows, outputs]}, which the written file gives of the rows in the format's own runtime.

`keras` and `savedmodel` take words and texts as they are; the others have no operations for these, and take numbers.
"""

import os
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf
from keras import ops

# Python's -I leaves the script's own folder out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from converting import answer, onnx_session, save_keras  # noqa: E402
from keras_layers import outputs_of  # noqa: E402

TAKES_WORDS = ("keras", "savedmodel")


class Number:
    """float32 [rows, 1]; NaN where one is missing."""

    def prepare(column, question):
        given = keras.Input((1,), name=column["input"], dtype="float32")
        missing = ops.not_equal(given, given)
        value = ops.where(missing, column["fill"], given)
        if column["is_log"]:
            # TFLite and ONNX have no log1p.
            value = ops.log1p(value) if question["format"] in TAKES_WORDS else ops.log(value + 1.0)
        scaled = (value - column["mean"]) * (1 / column["standard_deviation"])
        parts = [scaled, ops.cast(missing, "float32")]
        return given, keras.layers.Concatenate()(parts) if column["has_indicator"] else scaled

    def sample(column, question):
        return np.fromfile(column["values"], np.float32)[:, np.newaxis]


class Category:
    """The word, string [rows, 1]; or its place among the categories, int32 [rows, 1], -1 for others."""

    def prepare(column, question):
        categories = column["categories"]
        if question["format"] in TAKES_WORDS:
            given = keras.Input((1,), name=column["input"], dtype="string")
            lookup = keras.layers.StringLookup(vocabulary=categories, num_oov_indices=1, output_mode="multi_hot")
            return given, lookup(given)[:, 1:]
        given = keras.Input((1,), name=column["input"], dtype="int32")
        return given, ops.cast(ops.equal(given, np.arange(len(categories), dtype=np.int32)), "float32")

    def sample(column, question):
        if question["format"] in TAKES_WORDS:
            return np.array([[cell or ""] for cell in column["cells"]], object)
        return np.fromfile(column["values"], np.int32)[:, np.newaxis]


class Text:
    """The text, string [rows, 1]; or the numbers of its words, int32 [rows, length], or float32 of what is counted."""

    def prepare(column, question):
        mode, length = column["output_mode"], column["length"]
        if question["format"] not in TAKES_WORDS:
            given = keras.Input((length,), name=column["input"], dtype="int32" if mode == "int" else "float32")
            return given, given
        given = keras.Input((1,), name=column["input"], dtype="string")
        ngrams = column["ngrams"]
        vectorization = keras.layers.TextVectorization(
            max_tokens=None if mode == "int" else length,
            standardize=column["standardize"],
            split=column["split"],
            ngrams=tuple(ngrams) if isinstance(ngrams, list) else ngrams,
            output_mode=mode,
            output_sequence_length=length if mode == "int" else None,
            pad_to_max_tokens=mode != "int",
            vocabulary=column["vocabulary"],
            idf_weights=column["weights"][1:] if mode == "tf_idf" else None,
        )
        return given, vectorization(given[:, 0])

    def sample(column, question):
        if question["format"] in TAKES_WORDS:
            return np.array([[cell or ""] for cell in column["cells"]], object)
        mode, length, rows = column["output_mode"], column["length"], len(column["cells"])
        numbers = np.fromfile(column["values"], np.int32).reshape(rows, -1)
        if mode == "int":
            return np.pad(numbers, [(0, 0), (0, max(0, length - numbers.shape[1]))])[:, :length]
        counts = np.zeros((rows, length), np.float32)
        for row, words in enumerate(numbers):
            np.add.at(counts[row], words[words > 0] - 1, 1)
        if mode == "multi_hot":
            return np.minimum(counts, 1)
        weights = np.zeros(length, np.float32)
        weights[: len(column["weights"] or [])] = column["weights"] or []
        return counts if mode == "count" else counts * weights


class Image:
    """Pixels from 0 to 255, float32 [rows, height, width, channels]."""

    def prepare(column, question):
        given = keras.Input(column["shape"], name=column["input"], dtype="float32")
        scale = [1 / deviation for deviation in column["standard_deviation"]]
        offset = [-mean * each for mean, each in zip(column["mean"], scale)]
        return given, given * np.float32(scale) + np.float32(offset)

    def sample(column, question):
        return np.fromfile(column["values"], np.uint8).reshape(-1, *column["shape"]).astype(np.float32)


KINDS = {"number": Number, "category": Category, "text": Text, "image": Image}


def keras_model(question):
    """The model as Keras's own, which takes a dictionary of columns."""
    prepared = [KINDS[column["type"]].prepare(column, question) for column in question["columns"]]
    tensors = {}
    for tensor in question["tensors"]:
        features = [prepared[place][1] for place in tensor["columns"]]
        tensors[tensor["name"]] = features[0] if len(features) == 1 else keras.layers.Concatenate(axis=1)(features)
    outputs = outputs_of(question["source"], tensors)
    if question["scale"] is not None:
        outputs = outputs * np.float32(question["scale"]["standard_deviation"]) + np.float32(question["scale"]["mean"])
    inputs = {column["input"]: given for column, (given, _) in zip(question["columns"], prepared)}
    return keras.Model(inputs, outputs)


def serving_function(model, question):
    """The columns, one after another, to the model's outputs under their name; and what it takes."""
    names = [column["input"] for column in question["columns"]]
    specs = [tf.TensorSpec(model.input[name].shape, model.input[name].dtype, name=name) for name in names]

    def serve(*values):
        return {question["output_name"]: model(dict(zip(names, values)), training=False)}

    return serve, specs


def save_savedmodel(model, output, question):
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", *serving_function(model, question))
    archive.write_out(output, verbose=False)
    loaded = tf.saved_model.load(output)
    return lambda columns: loaded.signatures["serving_default"](**columns)[question["output_name"]].numpy()


def save_tflite(model, output, question):
    with tempfile.TemporaryDirectory() as folder:
        save_savedmodel(model, folder, question)
        contents = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    with open(output, "wb") as file:
        file.write(contents)
    runner = tf.lite.Interpreter(model_path=output).get_signature_runner("serving_default")
    return lambda columns: runner(**columns)[question["output_name"]]


def save_onnx(model, output, question):
    session = onnx_session(model, output, serving_function(model, question))
    return lambda columns: session.run([question["output_name"]], columns)[0]


SAVE = {"keras": save_keras, "savedmodel": save_savedmodel, "tflite": save_tflite, "onnx": save_onnx}


def convert(question):
    samples = {column["input"]: KINDS[column["type"]].sample(column, question) for column in question["columns"]}
    predict = SAVE[question["format"]](keras_model(question), question["output"], question)
    if question["format"] in TAKES_WORDS:
        samples = {name: tf.constant(values) for name, values in samples.items()}
    return predict(samples)


answer(convert)
