"""What scikit-learn says of numbers and of rankings: one JSON document in, one out."""

import json
import sys

from sklearn import metrics


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


question = json.load(sys.stdin)
json.dump(
    {
        "numbers": [of_numbers(**each) for each in question["numbers"]],
        "rankings": [of_rankings(**each) for each in question["rankings"]],
    },
    sys.stdout,
)
