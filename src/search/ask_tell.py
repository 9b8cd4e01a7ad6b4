"""Optuna's ask-and-tell over standard input and output: one JSON request a line, one JSON answer a line.

{"op": "open", "direction": "minimize" | "maximize"}
{"op": "ask", "seed": int, "sampler": "tpe" | "random"}                   -> {"trial": int}
{"op": "suggest", "trial": int, "name": str, "space": {...}}             -> {"value": number}
{"op": "tell", "trial": int, "state": "COMPLETE" | "PRUNED" | "FAIL", "value": number | null}
{"op": "add", "parameters": [{"name": str, "space": {...}, "value": number}]} -> {"trial": int}, still running

A space is {"kind": "categorical", "count": n} (its values are indices), {"kind": "int" | "float", "low", "high", "log"} or
{"kind": "normal"} (a standard normal number, searched as its quantile).
"""

import json
import sys
from statistics import NormalDist

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

STANDARD_NORMAL = NormalDist()
# Quantiles of 0 and 1 are infinite.
SMALLEST_QUANTILE = 1e-9


def distribution_of(space):
    if space["kind"] == "categorical":
        return CategoricalDistribution(list(range(space["count"])))
    if space["kind"] == "int":
        return IntDistribution(space["low"], space["high"], log=space["log"])
    if space["kind"] == "float":
        return FloatDistribution(space["low"], space["high"], log=space["log"])
    return FloatDistribution(SMALLEST_QUANTILE, 1 - SMALLEST_QUANTILE)


def suggest(trial, name, space):
    if space["kind"] == "categorical":
        return trial.suggest_categorical(name, list(range(space["count"])))
    if space["kind"] == "int":
        return trial.suggest_int(name, space["low"], space["high"], log=space["log"])
    if space["kind"] == "float":
        return trial.suggest_float(name, space["low"], space["high"], log=space["log"])
    return STANDARD_NORMAL.inv_cdf(trial.suggest_float(name, SMALLEST_QUANTILE, 1 - SMALLEST_QUANTILE))


def stored(space, value):
    if space["kind"] != "normal":
        return value
    return min(max(STANDARD_NORMAL.cdf(value), SMALLEST_QUANTILE), 1 - SMALLEST_QUANTILE)


class Search:
    def __init__(self, direction):
        self.study = optuna.create_study(direction=direction)
        self.asked = {}

    def ask(self, seed, sampler):
        # A sampler of its own for every trial, so that what it draws does not depend on how many were asked before it
        # by this process: a search that continues in another process proposes the same.
        samplers = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}
        self.study.sampler = samplers[sampler](seed=seed)
        trial = self.study.ask()
        self.asked[trial.number] = trial
        return {"trial": trial.number}

    def suggest(self, trial, name, space):
        return {"value": suggest(self.asked[trial], name, space)}

    def tell(self, trial, state, value):
        self.asked.pop(trial, None)
        self.study.tell(trial, value if state == "COMPLETE" else None, state=TrialState[state])
        return {}

    def add(self, parameters):
        number = len(self.study.get_trials(deepcopy=False))
        self.study.add_trial(
            optuna.trial.create_trial(
                state=TrialState.RUNNING,
                params={each["name"]: stored(each["space"], each["value"]) for each in parameters},
                distributions={each["name"]: distribution_of(each["space"]) for each in parameters},
            )
        )
        return {"trial": number}


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    search = None
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop("op")
        if operation == "open":
            search = Search(**request)
            answer = {}
        else:
            answer = getattr(search, operation)(**request)
        print(json.dumps(answer), flush=True)


main()
