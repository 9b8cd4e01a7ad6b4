"""What scikit-learn says of predictions: reads {"sets": [{labels, probabilities}]}, writes one answer a set."""

import json
import sys

import numpy as np
from sklearn import metrics
from sklearn.utils.class_weight import compute_class_weight


def scores(labels, probabilities):
    labels, probabilities = np.array(labels), np.array(probabilities)
    predicted, classes = probabilities.argmax(axis=1), np.arange(probabilities.shape[1])
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, average="macro", zero_division=0
    )
    present = np.unique(labels)
    weights = compute_class_weight("balanced", classes=present, y=labels)
    return {
        "macro": {"precision": precision, "recall": recall, "f1_score": f1},
        "accuracy": metrics.accuracy_score(labels, predicted),
        "top_2_accuracy": metrics.top_k_accuracy_score(labels, probabilities, k=2, labels=classes),
        "confusion_matrix": metrics.confusion_matrix(labels, predicted, labels=classes).tolist(),
        "log_loss": metrics.log_loss(labels, probabilities, labels=classes),
        "brier_score": metrics.brier_score_loss(labels, probabilities, labels=classes),
        "weights": {int(name): weight for name, weight in zip(present, weights)},
    }


json.dump([scores(**each) for each in json.load(sys.stdin)["sets"]], sys.stdout)
