"""What Keras and NumPy make of masks: one JSON document in, one out."""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

IGNORED = 255
SMOOTH = 1e-5  # MONAI's smooth_nr and smooth_dr


def overlap_loss(kind, probabilities, labels, weights, tversky):
    """MONAI's DiceLoss and TverskyLoss of their definitions: of each image and class, then the mean over the classes."""
    counted = labels != IGNORED
    truth = np.stack([(labels == index) for index in range(probabilities.shape[-1])], -1).astype(np.float64)
    sums = lambda values: (values * counted[..., None]).sum((1, 2))
    both, predicted, real = sums(truth * probabilities), sums(probabilities), sums(truth)
    if kind == "dice":
        overlap = (2 * both + SMOOTH) / (predicted + real + SMOOTH)
    else:
        false_positive, false_negative = sums(probabilities * (1 - truth)), sums((1 - probabilities) * truth)
        wrong = tversky["alpha"] * false_positive + tversky["beta"] * false_negative
        overlap = (both + SMOOTH) / (both + wrong + SMOOTH)
    return ((1 - overlap) * np.asarray(weights)).mean(1)


def pixel_loss(case, logits, labels, weights):
    """Of each image, the mean over its pixels that count, of Keras's losses."""
    losses = []
    for image, truth in zip(logits, labels):
        counted = truth != IGNORED
        image, truth = image[counted], truth[counted]
        if case["loss"] == "categorical_focal_crossentropy":
            gamma, alpha = case["focal"]["gamma"], case["focal"]["alpha"]
            loss = keras.losses.CategoricalFocalCrossentropy(alpha, gamma, from_logits=True, reduction=None)
            truth_given = np.eye(image.shape[-1], dtype=np.float32)[truth]
        elif case["smoothing"] > 0:
            loss = keras.losses.CategoricalCrossentropy(True, case["smoothing"], reduction=None)
            truth_given = np.eye(image.shape[-1], dtype=np.float32)[truth]
        else:
            loss = keras.losses.SparseCategoricalCrossentropy(True, reduction=None)
            truth_given = truth
        losses.append(float(np.mean(np.asarray(loss(truth_given, image)) * np.asarray(weights)[truth])))
    return np.asarray(losses)


def losses(case, logits, labels):
    probabilities = np.asarray(tf.nn.softmax(logits.astype(np.float64)))
    weights = case["weights"] or [1] * logits.shape[-1]
    kind, total = case["loss"], np.zeros(len(labels))
    if kind in ("dice", "dice_crossentropy"):
        total = total + overlap_loss("dice", probabilities, labels, weights, None)
    if kind == "tversky":
        total = total + overlap_loss(kind, probabilities, labels, weights, case["tversky"])
    if kind not in ("dice", "tversky"):
        total = total + pixel_loss(case, logits, labels, weights)
    return total.tolist()


def metrics(predicted, labels, classes, first):
    """Keras's MeanIoU of the whole set; Dice of each image by its definition."""
    iou = keras.metrics.MeanIoU(classes, ignore_class=IGNORED)
    iou.update_state(labels, predicted)
    counted = labels != IGNORED
    dice = []
    for truth, guess, counts in zip(labels, predicted, counted):
        of_image = []
        for index in range(first, classes):
            a, b = (truth == index) & counts, (guess == index) & counts
            if a.any() or b.any():
                of_image.append(2 * (a & b).sum() / (a.sum() + b.sum()))
        dice.append(float(np.mean(of_image)) if of_image else 1.0)
    accuracy = float((predicted == labels)[counted].mean())
    return {"mean_iou": float(iou.result()), "dice": dice, "pixel_accuracy": accuracy}


def main():
    question = json.load(sys.stdin)
    logits = np.asarray(question["logits"], np.float32)
    labels = np.asarray(question["labels"])
    answers = {
        "losses": {name: losses(case, logits, labels) for name, case in question["cases"].items()},
        "metrics": [metrics(logits.argmax(-1), labels, logits.shape[-1], first) for first in (0, 1)],
    }
    json.dump(answers, sys.stdout)


main()
