"""What scikit-learn says of numbers and of rankings: one JSON document in, one out."""

import json
import sys
import warnings

import numpy as np
from sklearn import metrics
from sklearn.dummy import DummyClassifier


def of_numbers(truth, predicted):
    return {
        "mean_absolute_error": metrics.mean_absolute_error(truth, predicted),
        "root_mean_squared_error": metrics.root_mean_squared_error(truth, predicted),
        "r2_score": metrics.r2_score(truth, predicted),
    }


def of_rankings(truth, predicted):
    answers = [int(value > 0.5) for value in predicted]
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, answers, average="binary", zero_division=0
    )
    return {
        "accuracy": metrics.accuracy_score(truth, answers),
        "precision": precision,
        "recall": recall,
        "f1_score": f1,
        "auc": metrics.roc_auc_score(truth, predicted),
        "average_precision": metrics.average_precision_score(truth, predicted),
    }


def curves(truth, predicted):
    false_positive, true_positive, _ = metrics.roc_curve(truth, predicted, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(truth, predicted)
    thresholds = np.append(np.unique(predicted), 2)
    middles = (thresholds[:-2] + thresholds[1:-1]) / 2
    answers = [np.array(predicted) > middle for middle in middles]
    return {
        "roc": np.stack([false_positive, true_positive], axis=1).tolist(),
        "precision_recall": np.stack([recall, precision], axis=1)[::-1].tolist(),
        "best_f1": max(metrics.f1_score(truth, answer) for answer in answers),
        "best_balanced": max(metrics.balanced_accuracy_score(truth, answer) for answer in answers),
    }


def of_labels(truth, predicted):
    truth, predicted = np.array(truth), np.array(predicted)
    answers = predicted > 0.5

    def averaged(score, average):
        return score(truth, answers, average=average, zero_division=0)

    precision, recall, f1, rows = metrics.precision_recall_fscore_support(truth, answers, zero_division=0)
    each = [metrics.average_precision_score(truth[:, label], predicted[:, label]) for label in range(truth.shape[1])]
    return {
        "all": {
            "accuracy": float((truth == answers).mean()),
            "precision": averaged(metrics.precision_score, "macro"),
            "recall": averaged(metrics.recall_score, "macro"),
            "f1_score": averaged(metrics.f1_score, "macro"),
            "micro_f1_score": averaged(metrics.f1_score, "micro"),
            "mean_average_precision": metrics.average_precision_score(truth, predicted, average="macro"),
        },
        "each": [
            {"precision": p, "recall": r, "f1_score": f, "rows": int(n), "average_precision": a}
            for p, r, f, n, a in zip(precision, recall, f1, rows, each)
        ],
    }


# Of a label that no row has it warns, and says 0.
warnings.filterwarnings("ignore", message="No positive class")


def chance_of(labels):
    nothing = np.zeros((len(labels), 1))
    return DummyClassifier(strategy="most_frequent").fit(nothing, labels).score(nothing, labels)


question = json.load(sys.stdin)
json.dump(
    {
        "numbers": [of_numbers(**each) for each in question["numbers"]],
        "rankings": [of_rankings(**each) for each in question["rankings"]],
        "curves": [curves(**each) for each in question["rankings"]],
        "labels": [of_labels(**each) for each in question["labels"]],
        "several": [of_numbers(**each) for each in question["several"]],
        "chance": [chance_of(each) for each in question["chance"]],
    },
    sys.stdout,
)
